"""WebRTC sources of the tick thread, over loopback, with packets that libsrtp made."""

import socket
from itertools import pairwise

import pytest

from services.media.engine.kind import Kind
from services.media.engine.told import Fact
from services.media.mixing.frame import TICK
from services.media.mixing.opus import Decoder
from services.media.mixing.rtp import Packet, pack
from services.media.transport.srtp import Profile
from tests.unit.media.engine.browser import OPUS, RED, Browser, Ears, counted
from tests.unit.media.engine.studio import Person, by_hand, desk, keep_time, until
from tests.unit.media.mixing.sounds import strength

pytestmark = pytest.mark.slow

PROFILES = list(Profile)


def redundant(before: bytes, now: bytes, kind: int = OPUS) -> bytes:
    """RFC 2198: the packet before, and this one."""
    return (1 << 31 | kind << 24 | 960 << 10 | len(before)).to_bytes(4, "big") + bytes((OPUS,)) + before + now


@pytest.mark.parametrize("profile", PROFILES)
def test_browsers_hear_each_other_and_not_themselves(profile: Profile) -> None:
    with desk() as (made, port):
        made.open(0)
        people = [Browser(port, 1_000 + n, profile=profile, hertz=400.0 + 150 * n) for n in range(3)]
        for n, each in enumerate(people):
            each.sits(made, n, hears=True, ours=7_000 + n)

        def talk() -> None:
            for each in people:
                each.say()
                each.listen()

        keep_time(60, talk)
        for each in people:
            sound = each.heard()[19_200:]
            for other in people:
                assert strength(sound, other.hertz) == pytest.approx(0.0 if other is each else 0.2, abs=0.03)


def test_what_goes_out_is_in_step_marked_once_and_under_our_ssrc() -> None:
    with desk() as (made, port):
        made.open(0)
        talker, listener = Browser(port, 1_000), Browser(port, 2_000)
        talker.sits(made, 0)
        listener.sits(made, 1, hears=True, ours=77_777)

        def talk() -> None:
            talker.say()
            listener.listen()

        keep_time(30, talk)
        got = listener.received
        assert len(got) >= 20
        assert {each.ssrc for each in got} == {77_777}
        assert {each.payload_type for each in got} == {OPUS}
        assert [each.marker for each in got] == [True] + [False] * (len(got) - 1)
        assert {b.timestamp - a.timestamp for a, b in pairwise(got)} == {960}
        assert {b.sequence - a.sequence for a, b in pairwise(got)} == {1}


def test_only_proven_routes_reach_the_keys() -> None:
    with desk() as (made, port):
        made.open(0)
        ana, elsewhere = Browser(port, 1_000), Browser(port, 1_000)
        ana.sits(made, 0)
        elsewhere.say()
        counted(made, "unknown-ssrc")
        ana.say()
        counted(made, "taken")
        made.routes(0, [elsewhere.route, ("::1", 9)])
        ana.say()
        counted(made, "unknown-ssrc", 2)
        elsewhere.srtp = ana.srtp
        elsewhere.socket.send(ana.protected(ana.opus(), 3))
        counted(made, "taken", 2)
        assert made.counts()["not-authentic"] == 0


def test_without_keys_nothing_is_taken() -> None:
    with desk() as (made, port):
        made.open(0)
        ana = Browser(port, 1_000)
        made.add(0, 0, 0, OPUS, False, Kind.WEBRTC)
        made.routes(0, [ana.route])
        ana.say()
        counted(made, "no-keys-yet")


@pytest.mark.parametrize("profile", PROFILES)
def test_forged_repeated_cut_and_strange_packets_are_not_taken(profile: Profile) -> None:
    with desk() as (made, port):
        made.open(0)
        ana, thief = Browser(port, 1_000, profile=profile), Browser(port, 1_001, profile=profile)
        ana.sits(made, 0)
        good = ana.protected(ana.opus(), 100)
        forged = [good[:-1] + bytes((good[-1] ^ 1,)), good[:20] + bytes((good[20] ^ 1,)) + good[21:]]
        cut = [good[:size] for size in range(12, len(good), 7)]
        for each in [*forged, *cut, thief.protected(b"\xf8hello", 101)]:
            ana.socket.send(each)
        counted(made, "not-authentic", len(forged) + len(cut) + 1)
        ana.socket.send(good[:11])
        counted(made, "not-rtp")
        ana.socket.send(good)
        counted(made, "taken")
        ana.socket.send(good)
        counted(made, "not-authentic", len(forged) + len(cut) + 2)
        assert made.counts()["taken"] == 1


def test_packets_out_of_order_are_taken_within_the_window() -> None:
    with desk() as (made, port):
        made.open(0)
        ana = Browser(port, 1_000)
        ana.sits(made, 0)
        packets = [ana.protected(ana.opus(), n) for n in range(1, 420)]
        ana.socket.send(packets[-1])
        counted(made, "taken")
        ana.socket.send(packets[-128])
        counted(made, "taken", 2)
        ana.socket.send(packets[-129])
        counted(made, "not-authentic")


def test_a_second_ssrc_waits_until_the_first_is_silent() -> None:
    with desk() as (made, port):
        made.open(0)
        ana = Browser(port, 1_000)
        ana.sits(made, 0)
        ana.say()
        counted(made, "taken")
        ana.socket.send(ana.protected(b"\xf8other", 7, ssrc=5))
        counted(made, "second-ssrc")
        begun = made.now
        until(lambda: made.now > begun + 49_000)
        ana.socket.send(ana.protected(ana.opus(), 8, ssrc=5))
        counted(made, "taken", 2)
        ana.say()
        counted(made, "second-ssrc", 2)


def test_repeated_packets_fill_the_hole_that_a_lost_one_left() -> None:
    with desk() as (made, port):
        made.open(0)
        ana = Browser(port, 1_000)
        ana.sits(made, 0)
        said = [ana.opus() for _ in range(6)]
        for n in (1, 3, 4, 5):
            ana.socket.send(ana.protected(redundant(said[n - 1], said[n]), n, payload_type=RED))
        ears = Ears(made)
        until(lambda: (seen := ears.traffic(0)) is not None and seen.received == 4)
        until(lambda: any(each.fact is Fact.METER for each in ears.read()))
        seen = ears.traffic(0)
        assert seen is not None
        assert (seen.highest, seen.expected, seen.ssrc) == (5, 5, 1_000)
        assert {each.lost for each in ears.told} == {0}
        broken = (b"\x80", b"\x80\x00\x00\xff" + bytes((OPUS,)), redundant(b"", b""))
        for n, each in enumerate(broken, 6):
            ana.socket.send(ana.protected(each, n, payload_type=RED))
        counted(made, "not-opus", len(broken))


def test_reports_count_what_came_and_what_was_sent() -> None:
    with desk() as (made, port):
        made.open(0)
        talker, listener = Browser(port, 1_000), Browser(port, 2_000)
        talker.sits(made, 0)
        listener.sits(made, 1, hears=True, ours=9)
        sequence = iter(range(65_530, 65_700))

        def talk() -> None:
            n = next(sequence)
            if n % 10:
                talker.socket.send(talker.protected(talker.opus(), n))
            listener.listen()

        keep_time(120, talk)
        ears = Ears(made)
        sent, heard = ears.traffic(0), ears.traffic(1)
        assert sent is not None
        assert heard is not None
        assert sent.highest > 65_600
        assert sent.expected - sent.received == pytest.approx(sent.expected / 10, abs=2)
        assert 0 <= sent.jitter < 960
        assert heard.highest == -1
        upto = [each for each in listener.received if each.timestamp < heard.timestamp]
        assert len(upto) == heard.packets
        assert sum(len(each.payload) for each in upto) == heard.octets


def test_missed_packets_are_sent_again_within_a_second_and_a_budget() -> None:
    with desk() as (made, port):
        made.open(0)
        talker, listener, modest = Browser(port, 1_000), Browser(port, 2_000), Browser(port, 3_000)
        talker.sits(made, 0)
        listener.sits(made, 1, hears=True, ours=9, nack=True)
        modest.sits(made, 2, hears=True, ours=11)

        def talk() -> None:
            talker.say()
            listener.listen()
            modest.listen()

        keep_time(20, talk)
        before = list(listener.raw)
        wanted = int.from_bytes(before[5][2:4], "big")
        made.again(1, [wanted, wanted, 40_000])
        made.again(2, [int.from_bytes(modest.raw[5][2:4], "big")])
        found: list[bytes] = []

        def came() -> bool:
            with_more = listener.socket
            try:
                found.append(with_more.recv(2_000))
            except BlockingIOError:
                return len([each for each in found if each == before[5]]) == 2
            return False

        until(came)


def test_who_loses_packets_gets_such_as_say_again_what_was_in_the_one_before() -> None:
    with by_hand() as (made, port):
        made.open(0)
        talker, people = Browser(port, 1_000), [Browser(port, 2_000 + n) for n in range(3)]
        talker.sits(made, 0)
        for n, each in enumerate(people, 1):
            each.sits(made, n, hears=True, ours=5_000 + n)
        made.loses(1, 10)
        made.loses(2, 10)
        for n in range(120):
            if n == 100:
                made.loses(2, 0)
            talker.say()
            made.turn()
            for each in people:
                each.listen()
        lossy, mended, well = ([packet.payload for packet in each.received] for each in people)
        celt = [[payload[0] >> 3 >= 16 for payload in heard] for heard in (lossy, mended, well)]
        assert (any(celt[0]), all(celt[2])) == (False, True)
        assert (any(celt[1][:90]), all(celt[1][-15:])) == (False, True)
        assert lossy[:90] == mended[:90]
        assert mended[-15:] == well[-15:]
        decoder = Decoder()
        for payload in lossy[:50]:
            decoder.decode(payload)
        recovered = decoder.recover(lossy[51], TICK)
        assert strength(recovered, talker.hertz) == pytest.approx(0.2, abs=0.05)


def test_a_person_who_hears_by_another_source_does_not_hear_themselves() -> None:
    with desk() as (made, port):
        made.open(0, 2)
        mouths = [Browser(port, 1_000 + n, hertz=400.0 + 150 * n) for n in range(3)]
        ears = [Browser(port, 2_000 + n) for n in range(3)]
        for n in range(3):
            mouths[n].sits(made, n)
            ears[n].sits(made, 10 + n, hears=True, ours=500 + n)
            made.belongs(n, n + 1, True)
            made.belongs(10 + n, n + 1, True)

        def talk() -> None:
            for each in mouths:
                each.say()
            for each in ears:
                each.listen()

        keep_time(70, talk)
        for n in range(3):
            sound = ears[n].heard()[28_800:]
            assert strength(sound, mouths[n].hertz) < 0.02
        heard = [sum(strength(each.heard()[28_800:], mouth.hertz) > 0.1 for mouth in mouths) for each in ears]
        assert sorted(heard) == [1, 1, 2]
        made.remove(0)
        ears[0].received.clear()
        keep_time(20, talk)
        assert len(ears[0].received) > 15


def test_a_flood_is_contained_and_told_once_a_second() -> None:
    with desk() as (made, port):
        made.open(0)
        ana, plain = Browser(port, 1_000), Person(port, 5_000)
        ana.sits(made, 0)
        made.add(0, 1, 5_000, 111, False)
        ears = Ears(made)
        loud = pack(Packet(111, 1, 960, 5_000, b"\xf8" * 20))
        begun = made.now
        for n in range(1, 1_401):
            ana.socket.send(ana.protected(b"\xf8" * 20, n))
            plain.socket.send(loud)
            if n % 50 == 0:
                until(lambda n=n: made.counts()["too-many"] + made.counts()["taken"] == 2 * n)  # type: ignore[misc]  # a default binds the loop's
        seconds = made.now // 48_000 - begun // 48_000 + 1
        assert made.counts()["taken"] <= 1_200 * seconds
        for source in (0, 1):
            assert 1 <= ears.facts(source).count(Fact.FLOODING) <= seconds


def test_a_source_that_jumps_and_turns_back_goes_on_being_heard() -> None:
    with desk() as (made, port):
        made.open(0)
        ana = Browser(port, 1_000)
        ana.sits(made, 0)
        numbers = iter([*range(1, 41), *range(20_000, 20_040), *range(19_920, 19_960)])

        def talk() -> None:
            ana.socket.send(ana.protected(ana.opus(), next(numbers)))

        keep_time(120, talk)
        ears = Ears(made)
        assert any(each.fact is Fact.METER and each.level > -30 for each in ears.read()[-3:])
        assert made.counts()["not-authentic"] == 0


def test_who_proved_nothing_is_passed_on_only_so_often() -> None:
    with by_hand() as (made, port), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.connect(("127.0.0.1", port))
        for _ in range(5):
            for _ in range(100):
                stranger.send(b"\x00\x01strange")
            made.turn()
        assert len(made.outside()) == 400
        assert made.counts()["too-many"] == 100
        made.turn(50)
        stranger.send(b"\x00\x01patient")
        made.turn()
        assert [data for data, _ in made.outside()] == [b"\x00\x01patient"]


def test_what_was_given_to_sources_that_are_not_there_is_given_back() -> None:
    with desk() as (made, port):
        ana = Browser(port, 1_000)
        keys = ana.srtp.keys
        made.secure(7, keys.ours, keys.theirs, keys.profile.openssl)
        made.routes(7, [ana.route] * 16)
        made.again(7, [1])
        with pytest.raises(ValueError, match="17 routes"):
            made.routes(7, [ana.route] * 17)
        with pytest.raises(ValueError, match="28"):
            made.secure(7, b"short", None, keys.profile.openssl)
        tick = made.counts()["tick"]
        until(lambda: made.counts()["tick"] > tick + 1)
