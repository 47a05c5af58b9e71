"""One peer from the first check to the last packet, over a wire in memory."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.engine.told import Traffic
from services.media.transport import stun
from services.media.transport.ice import CONSENT, SILENT, Credentials, Pair
from services.media.transport.offer import to_send
from services.media.transport.route import Route
from services.media.transport.rtcp import Goodbye, Nack, Names, ReceiverReport, SenderReport, build, parse
from services.media.transport.session import REPORT, Drop
from services.media.transport.srtp import Profile
from services.media.transport.stun import Kind
from tests.unit.media.transport.client import CM, GCM, HOME, RATE, SSRC, Client, offered, peer_for, with_fingerprint

TRAIN = Route("198.51.100.7", 4001)


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


LOSSES = [lost for count in (1, 2) for lost in combinations(range(5), count)] + [(0, 1, 2), (2, 3, 4, 5), (1, 3, 5)]


@pytest.mark.parametrize("lost", LOSSES)
def test_a_handshake_survives_lost_flights(lost: tuple[int, ...]) -> None:
    client = Client(lose=lost)
    client.check()
    assert client.shake()
    assert client.peer.keys is not None


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
        client.peer.datagram_received(datagram, TRAIN, 0)
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


def test_sound_goes_where_the_peer_nominated_last_and_comes_from_wherever_it_proved() -> None:
    client = Client("chromium-hears").connect()
    client.route = TRAIN
    client.check(nominate=False)
    before = client.peer.routes
    client.check()
    assert (before, client.peer.routes) == ((HOME, TRAIN), (TRAIN, HOME))


def test_where_the_selected_route_has_fallen_silent_the_other_one_takes_over() -> None:
    client = Client().connect()
    client.route = TRAIN
    client.now += SILENT
    client.check(nominate=False)
    assert client.peer.routes == (TRAIN, HOME)


def test_thirty_seconds_without_consent_are_the_end() -> None:
    client = Client().connect()
    client.check()
    began = client.now
    client.now = began + CONSENT - 1
    client.peer.handle_timer(client.now)
    assert client.peer.connected
    client.peer.handle_timer(began + CONSENT)
    assert client.peer.closed == "consent-expired"
    assert not client.peer.connected


def test_after_an_ice_restart_the_same_keys_go_on_by_another_route() -> None:
    client = Client().connect()
    after = Pair(Credentials("parlor01", "aPasswordOfOursWith0002"), Credentials("Ben2", "aPasswordOfTheirsWith02"))
    client.peer.ice.restart(after)
    client.pair, client.route = after, TRAIN
    before = client.peer.keys
    answer = client.check()
    assert answer is not None
    assert answer.kind == Kind.SUCCESS
    assert client.peer.keys is before
    assert client.peer.routes == (TRAIN, HOME)


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
    client.peer.counted(Traffic(SSRC, highest=6, expected=6, received=5, jitter=0, packets=0, octets=0, timestamp=0), 0)
    client.now += REPORT
    client.peer.handle_timer(client.now)
    (report,) = reports_of(client)
    assert isinstance(report, ReceiverReport)
    (block,) = report.blocks
    assert (block.ssrc, block.lost, block.fraction, block.highest, block.jitter) == (SSRC, 1, 256 // 6, 6, 0)


def test_a_listener_gets_reports_in_step_with_the_sound() -> None:
    client = Client("chromium-hears").connect()
    client.collect()
    client.peer.counted(Traffic(0, -1, 0, 0, 0, packets=50, octets=250, timestamp=9_600), client.now)
    client.now += REPORT
    client.peer.handle_timer(client.now)
    report, names = reports_of(client)
    assert isinstance(report, SenderReport)
    assert (report.packets, report.octets) == (50, 250)
    assert report.timestamp - 9_600 == REPORT
    assert names == Names(((77, "parlor"),))


def test_packets_that_a_listener_misses_are_asked_for_once_and_only_its_own() -> None:
    client = Client("chromium-hears").connect()
    assert client.srtp is not None
    for nack in (Nack(1, 77, (8, 9)), Nack(1, 78, (10,))):
        client.peer.datagram_received(client.srtp.protect_rtcp(build([nack])), HOME, client.now)
    assert client.peer.take_wanted() == (8, 9)
    assert client.peer.take_wanted() == ()


def test_a_listener_who_leaves_is_said_goodbye() -> None:
    client = Client("chromium-hears").connect()
    client.collect()
    client.peer.close("over")
    assert Goodbye((77,)) in reports_of(client)
    client.check()
    assert client.collect() == []


def test_what_a_speaker_should_not_send_us_changes_nothing() -> None:
    client = Client().connect()
    assert client.srtp is not None
    for compound in (b"\x80\xc9\x00\x01" + bytes(4), build([Nack(1, 2, (3,))]), build([Goodbye((SSRC,))])):
        client.peer.datagram_received(client.srtp.protect_rtcp(compound), HOME, client.now)
    client.peer.datagram_received(client.srtp.protect_rtcp(b"\x80\xc8\x00\x09" + bytes(4)), HOME, client.now)
    assert client.peer.dropped[Drop.NOT_RTCP] == 1
    assert client.peer.connected


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=5))
def test_whatever_comes_by_a_proven_route_is_survived(datagrams: list[bytes]) -> None:
    client = Client()
    client.check()
    for datagram in datagrams:
        client.peer.datagram_received(datagram, HOME, 0)
    assert client.peer.closed is None or client.peer.closed.startswith("dtls: ")


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
