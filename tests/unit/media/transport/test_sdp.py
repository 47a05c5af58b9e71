"""What real clients offer is understood and answered; what can't be is refused with a reason."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.errors import MalformedSdp, UnfitOffer
from services.media.transport.answer import Ours, Place, answer, restarted
from services.media.transport.fingerprint import Fingerprint
from services.media.transport.fragment import read_fragment
from services.media.transport.ice import Credentials
from services.media.transport.offer import Direction, to_receive, to_send
from services.media.transport.sdp import LARGEST, MOST_SECTIONS, read
from tests.unit.media.transport.client import OURS, offered

SENDS, HEARS = offered("chromium-sends"), offered("chromium-hears")
PRINT = Fingerprint("sha-256", ":".join(["AB"] * 32))
PLACE = Place("192.0.2.5", 5004, 5004)


def ours(ssrc: int | None = None, place: Place = PLACE) -> Ours:
    return Ours(1, OURS, PRINT, place, ssrc)


def test_a_browsers_offer_to_send_is_understood() -> None:
    offer = to_send(SENDS)
    assert (offer.opus, offer.red, offer.level, offer.ssrc) == (111, 63, 1, 2292682832)
    assert (offer.direction, offer.reduced, offer.nack) == (Direction.SENDONLY, True, False)
    assert offer.credentials == Credentials("9Lr0", "wHutproT5fg8IWGWdY62kf1F")
    assert [each.algorithm for each in offer.fingerprints] == ["sha-256"]


def test_another_clients_numbers_are_kept() -> None:
    offer = to_send(offered("aiortc-sends"))
    assert (offer.opus, offer.red, offer.level) == (96, None, 2)
    assert [each.algorithm for each in offer.fingerprints] == ["sha-256", "sha-384", "sha-512"]


def test_the_answer_to_a_speaker_says_how_to_send() -> None:
    lines = answer(to_send(SENDS), ours()).split("\r\n")
    for line in (
        "a=ice-lite",
        "a=group:BUNDLE 0",
        "m=audio 5004 UDP/TLS/RTP/SAVPF 63 111",
        "a=mid:0",
        "a=recvonly",
        "a=rtcp-mux",
        "a=setup:passive",
        f"a=fingerprint:sha-256 {PRINT.value}",
        "a=ice-ufrag:parlor00",
        "a=candidate:1 1 udp 2130706431 192.0.2.5 5004 typ host",
        "a=candidate:2 1 tcp 1671430143 192.0.2.5 5004 typ host tcptype passive",
        "a=end-of-candidates",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtpmap:63 red/48000/2",
        "a=fmtp:63 111/111",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    ):
        assert line in lines
    assert not any(line.startswith("a=ssrc") for line in lines)


def test_the_answer_to_a_listener_says_what_will_come() -> None:
    lines = answer(to_receive(HEARS), ours(ssrc=77)).split("\r\n")
    assert "m=audio 5004 UDP/TLS/RTP/SAVPF 111" in lines
    assert "a=sendonly" in lines
    assert "a=ssrc:77 cname:parlor" in lines
    assert not any("red" in line for line in lines)


def test_without_a_tcp_port_no_tcp_candidate_is_named() -> None:
    assert "tcptype" not in answer(to_send(SENDS), ours(place=Place("::1", 5004)))


def test_everything_but_one_audio_section_is_turned_down() -> None:
    video = "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=sendonly\r\n"
    data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n"
    text = answer(to_send(SENDS + video + data), ours())
    assert re.findall(r"m=.*", text) == [
        "m=audio 5004 UDP/TLS/RTP/SAVPF 63 111\r",
        "m=video 0 UDP/TLS/RTP/SAVPF 96\r",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r",
    ]
    assert "a=group:BUNDLE 0\r\n" in text


def test_an_answer_is_a_session_description_that_we_would_read() -> None:
    for offer, ssrc in ((to_send(SENDS), None), (to_receive(HEARS), 5), (to_send(offered("aiortc-sends")), None)):
        whole = read(answer(offer, ours(ssrc)))
        assert len(whole.sections) == len(offer.sections)


def test_a_restart_is_answered_with_new_credentials_and_all_candidates() -> None:
    text = restarted(to_send(SENDS), ours())
    assert read_fragment(text).credentials == OURS
    assert read_fragment(text).candidates == 2


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ("m=audio", "m=video", "no audio section"),
        ("m=audio 9", "m=audio 0", "no audio section"),
        ("opus/48000/2", "opus/8000", "no opus/48000/2"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", "only UDP/TLS/RTP/SAVPF"),
        ("a=rtcp-mux\r\n", "", "rtcp-mux"),
        ("a=setup:actpass", "a=setup:passive", "offer actpass or active"),
        ("a=sendonly", "a=recvonly", "WHIP is for sending"),
        ("a=sendonly", "a=inactive", "WHIP is for sending"),
        ("a=ice-ufrag:9Lr0", "a=ice-ufrag:9L", "ice-ufrag"),
        ("a=ice-pwd:wHutproT5fg8IWGWdY62kf1F", "a=ice-pwd:short", "ice-pwd"),
        ("a=fingerprint:sha-256", "a=fingerprint:sha-1", "no a=fingerprint by sha-256"),
        ("a=fingerprint:sha-256 ED", "a=fingerprint:sha-256 XX", "bytes in hex"),
    ],
)
def test_an_offer_that_we_cannot_answer_is_refused_with_what_would_do(change: str, to: str, says: str) -> None:
    assert change in SENDS
    with pytest.raises(UnfitOffer, match=says):
        to_send(SENDS.replace(change, to))


def test_an_offer_to_send_is_no_offer_to_hear() -> None:
    with pytest.raises(UnfitOffer, match="WHEP is for receiving"):
        to_receive(SENDS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("v=0\r\n" + "a=x\r\n" * 1_001, "1000 at most"),
        ("a" * (LARGEST + 1), f"{LARGEST} at most"),
        ("hello", "line 1"),
        ("v=0\r\na=x:\x00y", "line 2"),
        ("v=0\r\na=" + "x" * 3_000, "line 2"),
        ("m=audio\r\n", "media line"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:<b>\r\n", "a=mid"),
        ("m=audio 9 X 1\r\n" * (MOST_SECTIONS + 1), f"{MOST_SECTIONS} at most"),
    ],
)
def test_what_is_no_description_is_refused_before_it_costs_anything(text: str, says: str) -> None:
    with pytest.raises(MalformedSdp, match=says):
        to_send(text)


@given(st.text(max_size=300) | st.text(alphabet="amov=:\r\n 0189/PSUDT-", max_size=400).map(lambda t: "v=0\r\n" + t))
def test_any_text_is_read_or_refused(text: str) -> None:
    for reader in (to_send, to_receive, read_fragment):
        with suppress(MalformedSdp, UnfitOffer):
            reader(text)


@given(st.data())
def test_a_changed_offer_is_read_or_refused_and_its_answer_stays_a_description(data: st.DataObject) -> None:
    lines = SENDS.split("\r\n")
    at = data.draw(st.integers(0, len(lines) - 2))
    kind = data.draw(st.sampled_from(("drop", "twice", "cut", "char")))
    if kind == "drop":
        del lines[at]
    elif kind == "twice":
        lines.insert(at, lines[at])
    else:
        cut = data.draw(st.integers(0, len(lines[at])))
        lines[at] = lines[at][:cut] + (data.draw(st.characters(max_codepoint=300)) if kind == "char" else "")
    try:
        offer = to_send("\r\n".join(lines))
    except (MalformedSdp, UnfitOffer):
        return
    assert len(read(answer(offer, ours())).sections) == len(offer.sections)


def test_a_fragment_without_credentials_is_about_nothing() -> None:
    with pytest.raises(UnfitOffer, match="RFC 8840"):
        read_fragment("a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n")
