"""One peer from the first check to the last packet, over a wire in memory."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.transport import session, stun
from services.media.transport.ice import CONSENT, SILENT, Credentials, Pair
from services.media.transport.offer import to_send
from services.media.transport.route import Route
from services.media.transport.rtcp import Goodbye, Nack, Names, ReceiverReport, SenderReport, build, parse
from services.media.transport.session import REPORT, Drop
from services.media.transport.srtp import NotAuthentic, Profile
from services.media.transport.stun import Kind
from tests.unit.media.transport.client import CM, GCM, HOME, RATE, SSRC, Client, offered, peer_for, with_fingerprint

TRAIN = Route("198.51.100.7", 4001)


@pytest.mark.parametrize("name", ["chromium-sends", "aiortc-sends"])
def test_what_a_peer_says_comes_out_as_packets_of_opus(name: str) -> None:
    client = Client(name).connect()
    (packet,) = client.speak(b"\xf8hello")
    assert (packet.payload, packet.payload_type) == (b"\xf8hello", 111)


@pytest.mark.parametrize(
    ("profiles", "chosen"),
    [
        (GCM + b":" + CM, Profile.AEAD_AES_128_GCM),
        (CM + b":" + GCM, Profile.AEAD_AES_128_GCM),
        (CM, Profile.AES128_CM_SHA1_80),
    ],
)
def test_gcm_is_taken_when_both_can(profiles: bytes, chosen: Profile) -> None:
    client = Client(profiles=profiles).connect()
    assert client.peer.keys is not None
    assert client.peer.keys.profile is chosen
    assert client.speak()


LOSSES = [lost for count in (1, 2) for lost in combinations(range(5), count)] + [(0, 1, 2), (2, 3, 4, 5), (1, 3, 5)]


@pytest.mark.parametrize("lost", LOSSES)
def test_a_handshake_survives_lost_flights(lost: tuple[int, ...]) -> None:
    client = Client(lose=lost)
    client.check()
    assert client.shake()
    assert client.speak()


def test_a_lost_flight_is_sent_again_after_200_ms_and_no_more_than_six_times() -> None:
    client = Client(lose=range(2, 1_000))
    client.check()
    client.shake(seconds=29)
    assert client.wire.count(client.wire[1]) == 7
    assert not client.peer.connected


def test_without_a_handshake_within_30_s_it_is_over() -> None:
    client = Client()
    for second in range(31):
        client.now = second * RATE
        client.check()
        client.peer.handle_timer(client.now)
    assert client.peer.closed == "dtls: no handshake within 30 s"


def test_a_certificate_that_was_not_announced_gets_no_keys() -> None:
    client = Client()
    client.peer = peer_for(to_send(with_fingerprint(offered("chromium-sends"), "stranger")))
    client.check()
    assert not client.shake(seconds=1)
    assert client.peer.closed is not None
    assert "fingerprint" in client.peer.closed


def test_nothing_is_taken_from_or_sent_to_a_route_that_proved_nothing() -> None:
    client = Client()
    hello = client.hello()
    for datagram in (*hello, b"\x80\x6f" + bytes(20), b"\x16" * 40, b"\xff"):
        assert client.peer.datagram_received(datagram, TRAIN, 0) == []
    assert client.collect() == []
    assert client.peer.dropped[Drop.UNPROVEN] == 2 * len(hello) + 3


@given(
    st.binary(max_size=1_400) | st.integers(0, 255).flatmap(lambda n: st.binary(max_size=90).map(bytes((n,)).__add__))
)
def test_who_proved_nothing_never_gets_more_bytes_than_they_sent(data: bytes) -> None:
    client = Client()
    client.peer.datagram_received(data, TRAIN, 0)
    assert sum(map(len, client.collect())) <= len(data)
    assert client.peer.closed is None


def test_a_packet_that_was_changed_repeated_or_made_with_other_keys_is_dropped() -> None:
    client = Client().connect()
    data = client.protected()
    assert client.peer.datagram_received(data[:-1] + bytes((data[-1] ^ 1,)), HOME, client.now) == []
    assert len(client.peer.datagram_received(data, HOME, client.now)) == 1
    assert client.peer.datagram_received(data, HOME, client.now) == []
    other = Client().connect()
    assert client.peer.datagram_received(other.protected(sequence=900), HOME, client.now) == []
    assert client.peer.dropped[Drop.NOT_AUTHENTIC] == 3


def test_a_second_ssrc_waits_until_the_first_is_silent() -> None:
    client = Client().connect()
    assert client.speak()
    assert client.speak(ssrc=5) == []
    client.now += RATE
    assert client.speak(ssrc=5, sequence=9)
    assert client.speak() == []


def test_a_flood_is_cut_to_what_speech_can_be() -> None:
    client = Client().connect()
    client.now = 3 * RATE
    taken = [client.speak() for _ in range(2 * session.PACKETS)]
    assert sum(map(bool, taken)) == session.PACKETS
    client.now += RATE
    assert client.speak()


def test_the_peer_moves_to_another_network_in_the_middle_of_a_word() -> None:
    client = Client("chromium-hears").connect()
    client.route = TRAIN
    client.check()
    client.peer.send(b"\xf8word", client.now)
    assert {route for _, route in client.peer.take_datagrams()} == {TRAIN}


def test_packets_from_the_new_address_are_taken_as_soon_as_it_is_proven() -> None:
    client = Client().connect()
    client.route = TRAIN
    assert client.speak() == []
    client.check(nominate=False)
    assert client.speak()
    assert client.peer.ice.selected == HOME
    client.now += SILENT
    client.check(nominate=False)
    assert client.peer.ice.selected == TRAIN


def test_thirty_seconds_without_consent_are_the_end() -> None:
    client = Client().connect()
    client.check()
    began = client.now
    client.now = began + CONSENT - 1
    client.peer.handle_timer(client.now)
    assert client.peer.connected
    assert client.speak()
    client.peer.handle_timer(began + CONSENT)
    assert client.peer.closed == "consent-expired"
    assert client.speak() == []


def test_after_an_ice_restart_the_same_keys_go_on_by_another_route() -> None:
    client = Client().connect()
    after = Pair(Credentials("parlor01", "aPasswordOfOursWith0002"), Credentials("Ben2", "aPasswordOfTheirsWith02"))
    client.peer.ice.restart(after)
    client.pair, client.route = after, TRAIN
    answer = client.check()
    assert answer is not None
    assert answer.kind == Kind.SUCCESS
    assert client.speak()


def reports_of(client: Client) -> list[object]:
    """All RTCP that our side has sent."""
    assert client.srtp is not None
    found: list[object] = []
    for data in client.collect():
        if stun.is_stun(data) or not 192 <= data[1] <= 223:
            continue
        found += parse(client.srtp.unprotect_rtcp(data))
    return found


def test_a_speaker_is_told_how_their_packets_fare() -> None:
    client = Client().connect()
    for sequence in (1, 2, 3, 5, 6):
        client.now += 960
        client.speak(sequence=sequence, timestamp=client.now)
    client.now += REPORT
    client.peer.handle_timer(client.now)
    (report,) = reports_of(client)
    assert isinstance(report, ReceiverReport)
    (block,) = report.blocks
    assert (block.ssrc, block.lost, block.fraction, block.highest, block.jitter) == (SSRC, 1, 256 // 6, 6, 0)


def test_a_listener_gets_sound_in_step_and_reports_of_it() -> None:
    client = Client("chromium-hears").connect()
    assert client.srtp is not None
    client.collect()
    for _ in range(50):
        client.now += 960
        client.peer.send(b"\xf8word", client.now)
    packets = [client.srtp.unprotect(data) for data in client.collect()]
    stamps = [int.from_bytes(each[4:8], "big") for each in packets]
    numbers = [int.from_bytes(each[2:4], "big") for each in packets]
    assert [b - a for a, b in pairwise(stamps)] == [960] * 49
    assert [b - a for a, b in pairwise(numbers)] == [1] * 49
    client.now += REPORT
    client.peer.handle_timer(client.now)
    report, names = reports_of(client)
    assert isinstance(report, SenderReport)
    assert (report.packets, report.octets) == (50, 250)
    assert report.timestamp - stamps[-1] == REPORT
    assert names == Names(((77, "parlor"),))


def test_a_listener_who_leaves_is_said_goodbye() -> None:
    client = Client("chromium-hears").connect()
    client.collect()
    client.peer.close("over")
    assert Goodbye((77,)) in reports_of(client)
    client.peer.send(b"\xf8", client.now)
    assert client.collect() == []


def test_what_a_speaker_should_not_send_us_changes_nothing() -> None:
    client = Client().connect()
    assert client.srtp is not None
    for compound in (b"\x80\xc9\x00\x01" + bytes(4), build([Nack(1, 2, (3,))]), build([Goodbye((SSRC,))])):
        client.peer.datagram_received(client.srtp.protect_rtcp(compound), HOME, client.now)
    client.peer.datagram_received(client.srtp.protect_rtcp(b"\x80\xc8\x00\x09" + bytes(4)), HOME, client.now)
    assert client.peer.dropped[Drop.NOT_RTCP] == 1
    assert client.speak()


def test_repeated_packets_fill_the_hole_that_a_lost_one_left() -> None:
    client = Client().connect()
    assert client.offer.red is not None

    def redundant(before: bytes, now: bytes) -> bytes:
        header = (1 << 31 | 111 << 24 | 960 << 10 | len(before)).to_bytes(4, "big")
        return header + b"\x6f" + before + now

    first = client.speak(redundant(b"\xf8zero", b"\xf8one"), sequence=1, payload_type=client.offer.red)
    third = client.speak(redundant(b"\xf8two", b"\xf8three"), sequence=3, payload_type=client.offer.red)
    fourth = client.speak(redundant(b"\xf8three", b"\xf8four"), sequence=4, payload_type=client.offer.red)
    heard = [(each.sequence, each.timestamp, each.payload) for each in first + third + fourth]
    assert heard == [
        (n, n * 960, f"\xf8{word}".encode("latin-1")) for n, word in enumerate(("one", "two", "three", "four"), 1)
    ]
    assert client.speak(b"\x80", sequence=5, payload_type=client.offer.red) == []


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=5))
def test_whatever_comes_by_a_proven_route_is_survived(datagrams: list[bytes]) -> None:
    client = Client()
    client.check()
    for datagram in datagrams:
        assert client.peer.datagram_received(datagram, HOME, 0) == []
    assert client.peer.closed is None or client.peer.closed.startswith("dtls: ")


def test_srtp_refuses_what_is_too_long() -> None:
    client = Client().connect()
    assert client.srtp is not None
    with pytest.raises(NotAuthentic):
        client.srtp.unprotect(bytes(3_000))


@given(st.data())
def test_a_handshake_with_changed_bytes_raises_nothing_and_gives_no_keys_to_whoever_made_none(
    data: st.DataObject,
) -> None:
    client = Client()
    client.check()
    (hello,) = client.hello()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(hello) - 1))
        changed = hello[:at] + data.draw(st.binary(max_size=4)) + hello[at + data.draw(st.integers(0, 4)) :]
        client.peer.datagram_received(changed, HOME, 0)
        for second in range(3):
            client.peer.handle_timer(second * RATE)
    assert client.peer.keys is None
