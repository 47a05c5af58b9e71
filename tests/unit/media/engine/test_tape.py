"""What the tick thread says of a recorded source: each packet at the sample at which it was played, each missing one
where it was missed.
"""

import socket
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from services.media.engine.desk import Desk
from services.media.engine.kind import Kind
from services.media.engine.told import Played, Sounded
from services.media.mixing.frame import TICK
from services.media.mixing.opus import VOIP, Encoder
from services.media.mixing.rtp import Packet, pack
from tests.unit.media.engine.studio import Person, desk, keep_time, until
from tests.unit.media.mixing.sounds import tone

pytestmark = pytest.mark.slow

SSRC = 1_000


class Sender:
    """Somebody who sends numbered packets, in whatever order and length."""

    def __init__(self, port: int, start: int = 0, span: int = TICK) -> None:
        self.start = start
        self.span = span
        self.payloads: dict[int, bytes] = {}
        self._encoder = Encoder(VOIP)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))

    def __del__(self) -> None:
        self._socket.close()

    def send(self, number: int) -> None:
        """Packet `number`, which is the same whenever it is sent."""
        if number not in self.payloads:
            frames = [self._encoder.encode(tone(440.0, 0.02)) for _ in range(max(1, self.span // TICK))]
            self.payloads[number] = frames[0] if len(frames) == 1 else together(frames)
        timestamp = number * self.span % (1 << 32)
        packet = Packet(111, (self.start + number) % 65_536, timestamp, SSRC, self.payloads[number])
        self._socket.send(pack(packet))


def together(frames: Sequence[bytes]) -> bytes:
    """One packet of several frames (RFC 6716 section 3.2.5, code 3, VBR)."""
    lengths = b"".join(bytes((len(each) - 1,)) for each in frames[:-1])
    return bytes((frames[0][0] | 3, 0x80 | len(frames))) + lengths + b"".join(each[1:] for each in frames)


def seat(made: Desk, *, wanted: bool = True) -> None:
    made.open(0)
    made.add(0, 0, SSRC, 111, False)
    made.gain(0, 1.0)
    made.stem(0, wanted)


def wait(made: Desk, many: int) -> list[Played]:
    """What was played, when so many are there."""
    found: list[Played] = []

    def enough() -> bool:
        found.extend(made.stems())
        return len(found) >= many

    until(enough)
    return found


def place(played: Played) -> int:
    return played.tick * TICK + played.begin


@pytest.mark.parametrize("start", [0, 65_530])
def test_every_packet_is_there_once_in_order_and_where_it_was_played(start: int) -> None:
    with desk() as (made, port):
        seat(made)
        sender = Sender(port, start)
        numbers = iter(range(30))
        keep_time(30, lambda: sender.send(next(numbers)))
        played = [each for each in wait(made, 30) if each.payload][:30]
    assert [each.payload for each in played] == [sender.payloads[n] for n in range(30)]
    assert [each.sequence for each in played] == [(start + n) % 65_536 for n in range(30)]
    assert [each.timestamp for each in played] == [n * TICK for n in range(30)]
    assert all(place(after) >= place(one) + TICK for one, after in pairwise(played))
    assert {(each.source, each.begin, each.span) for each in played} == {(0, 0, TICK)}


def test_a_lost_packet_is_an_empty_one_in_its_place_and_reorder_is_mended() -> None:
    order = [0, 1, 2, 3, 4, 5, 7, 6, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    with desk() as (made, port):
        seat(made)
        sender = Sender(port)
        for n in order[:8]:
            sender.send(n)
        rest = iter(order[8:])
        keep_time(len(order) - 8, lambda: sender.send(next(rest)))
        played = wait(made, 20)
    by_number = {each.sequence: each for each in played if each.payload}
    assert [each for each in by_number if each < 20] == [n for n in range(20) if n != 10]
    lost = [each for each in played if not each.payload and each.sequence == 10]
    assert [(place(each), each.span) for each in lost] == [(place(by_number[9]) + TICK, TICK)]
    assert place(by_number[11]) == place(by_number[9]) + 2 * TICK
    assert lost[0].timestamp == 10 * TICK


def test_packets_of_60_ms_are_played_where_the_one_before_ends() -> None:
    with desk() as (made, port):
        seat(made)
        sender = Sender(port, span=3 * TICK)
        for n in range(6):
            sender.send(n)
        played = [each for each in wait(made, 6) if each.payload]
    assert [each.span for each in played] == [3 * TICK] * len(played)
    assert all(place(after) == place(one) + 3 * TICK for one, after in pairwise(played))


def test_who_is_not_recorded_leaves_nothing_and_may_be_recorded_later_and_no_more() -> None:
    with desk() as (made, port):
        seat(made, wanted=False)
        person = Person(port, SSRC)
        keep_time(10, person.say)
        assert made.stems() == []
        made.stem(0, True)
        keep_time(10, person.say)
        assert wait(made, 5)
        made.stem(0, False)
        tick = made.counts()["tick"]
        keep_time(10, person.say)
        assert all(each.tick <= tick + 2 for each in made.stems())


def test_a_source_that_stops_is_missed_for_a_moment_and_then_is_nowhere() -> None:
    with desk() as (made, port):
        seat(made)
        person = Person(port, SSRC)
        keep_time(20, person.say)
        tick = made.counts()["tick"]
        until(lambda: made.counts()["tick"] > tick + 40)
        played = made.stems()
    missed = [each for each in played if not each.payload]
    assert 1 <= len(missed) <= 12
    assert max(each.tick for each in played) < tick + 20


def test_a_full_ring_leaves_out_and_counts_and_ticks_go_on() -> None:
    payload = Encoder(VOIP).encode(tone(440.0, 0.02))
    ticks = iter(range(100))
    with desk() as (made, port), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as crowd:
        crowd.connect(("127.0.0.1", port))
        made.open(0)
        for n in range(60):
            made.add(0, n, SSRC + n, 111, False)
            made.stem(n, True)

        def say() -> None:
            at = next(ticks)
            for n in range(60):
                crowd.send(pack(Packet(111, at, at * TICK, SSRC + n, payload)))

        keep_time(100, say)
        until(lambda: made.counts()["stems-left-out"] > 0)
        assert len(made.stems()) >= 4_096
        late = sorted(end for _, end in made.lateness())
    assert late[len(late) // 2] < 10_000


def test_what_comes_as_samples_is_there_tick_for_tick_in_both_channels() -> None:
    left, right = tone(440.0, 0.5), tone(660.0, 0.5, 0.25)
    sound = np.stack((left, right), axis=1).astype(np.float32)
    with desk() as (made, _):
        made.open(0)
        made.add(0, 0, kind=Kind.PCM)
        made.stem(0, True)
        made.play(0, sound.tobytes(), 2)
        made.play(0, b"", 2)
        found: list[Sounded] = []

        def all_of_it() -> bool:
            found.extend(made.sounds())
            return len(found) >= 25

        until(all_of_it)
    assert [each.tick - found[0].tick for each in found] == list(range(25))
    heard = np.frombuffer(b"".join(each.pcm for each in found), np.int16).reshape(-1, 2) / 32_768
    assert float(np.max(np.abs(heard[960:23_040] - sound[960:23_040]))) < 1e-4
