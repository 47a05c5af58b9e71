"""One story, told from many places around the wrap of sequence numbers and timestamps."""

import random
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.media.mixing.jitter import CAP, JitterBuffer, Kind, Pull
from services.media.mixing.rtp import Packet
from tests.unit.media.mixing.twins import BUFFERS, Orders

STARTS = [0, 1, 77, 32_767, 32_768, 65_000, 65_530, 65_533, 65_534, 65_535]
TICK = 960


class Line:
    """A sender and a buffer; packet n is sent in tick n and says its number."""

    makes: Callable[[], Orders] = JitterBuffer

    def __init__(self, start: int = 0) -> None:
        self.buffer = type(self).makes()
        self.start = start

    def arrive(self, n: int, at: int | None = None) -> None:
        timestamp = (0xFFFFFFFF - 5000 + n * TICK) & 0xFFFFFFFF
        arrival = TICK * (n if at is None else at)
        packet = Packet(111, (self.start + n) % (1 << 16), timestamp, 1, b"%d" % n)
        self.buffer.push(packet, arrival, TICK)

    def hear(self, packets: Iterable[int]) -> list[Pull]:
        """Each packet arrives on its tick; what is pulled on each."""
        heard = []
        for n in packets:
            self.arrive(n)
            heard.append(self.buffer.pull())
        return heard

    def pull(self, times: int, *, quiet: bool = True) -> list[Pull]:
        return [self.buffer.pull(quiet=quiet) for _ in range(times)]


@pytest.fixture(autouse=True, scope="module", params=list(BUFFERS))
def buffers(request: pytest.FixtureRequest) -> None:
    """Every rule holds for the oracle and for the compiled one."""
    Line.makes = staticmethod(BUFFERS[request.param])


def numbers(pulls: Iterable[Pull]) -> list[int]:
    return [int(pull.payload) for pull in pulls if pull.kind is Kind.PACKET and pull.payload is not None]


def kinds(pulls: Iterable[Pull]) -> list[Kind]:
    return [pull.kind for pull in pulls]


@pytest.mark.parametrize("start", STARTS)
def test_in_order_in_and_in_order_out_over_the_wrap(start: int) -> None:
    heard = Line(start).hear(range(20))
    assert kinds(heard[:2]) == [Kind.IDLE, Kind.PACKET]
    assert numbers(heard) == list(range(19))


@pytest.mark.parametrize("start", STARTS)
def test_two_that_overtake_each_other_are_put_right(start: int) -> None:
    line = Line(start)
    line.hear(range(6))
    line.arrive(7)
    first = line.pull(1)
    line.arrive(6)
    assert numbers(first + line.pull(3)) == [5, 6, 7]
    assert line.buffer.tally.lost == 0


@pytest.mark.parametrize("start", STARTS)
def test_a_lost_one_comes_with_the_one_after_it(start: int) -> None:
    line = Line(start)
    line.hear(range(5))
    line.arrive(6)
    line.arrive(7)
    heard = line.pull(4)
    assert kinds(heard) == [Kind.PACKET, Kind.LOST, Kind.PACKET, Kind.PACKET]
    assert heard[1].payload == b"6"
    assert line.buffer.tally.lost == 1


@pytest.mark.parametrize("start", STARTS)
def test_the_same_one_twice_counts_once(start: int) -> None:
    line = Line(start)
    line.arrive(0)
    line.arrive(1)
    line.arrive(1)
    assert numbers(line.pull(3)) == [0, 1]
    assert line.buffer.tally.twice == 1


@pytest.mark.parametrize("start", STARTS)
def test_one_that_comes_after_its_turn_is_dropped(start: int) -> None:
    line = Line(start)
    line.hear(range(4))
    for n in (5, 6):
        line.arrive(n)
    line.pull(2)
    line.arrive(4)
    assert line.buffer.tally.late == 1


def test_a_late_one_is_waited_for_and_the_delay_grows_by_it() -> None:
    line = Line()
    line.hear(range(10))
    heard = line.pull(3)
    assert kinds(heard) == [Kind.PACKET, Kind.DRY, Kind.DRY]
    for n in (10, 11, 12):
        line.arrive(n, at=12)
    assert numbers(line.pull(1)) == [10]
    assert line.buffer.depth == 2 * TICK


def test_what_was_lost_while_dry_is_not_waited_for_again() -> None:
    line = Line()
    line.hear(range(10))
    line.pull(3)
    for n in (12, 13):
        line.arrive(n)
    assert numbers(line.pull(1)) == [12]


def test_after_a_pause_it_primes_anew() -> None:
    line = Line()
    line.hear(range(8))
    pause = line.pull(30)
    assert set(kinds(pause[12:])) == {Kind.IDLE}
    line.arrive(8, at=200)
    assert kinds(line.pull(1)) == [Kind.IDLE]
    line.arrive(9, at=201)
    assert numbers(line.pull(2)) == [8, 9]


@pytest.mark.parametrize("start", STARTS)
def test_a_burst_leaves_no_more_than_the_cap(start: int) -> None:
    line = Line(start)
    line.hear(range(5))
    for n in range(5, 60):
        line.arrive(n, at=60)
        assert line.buffer.depth <= CAP
    assert numbers(line.pull(100))[-1] == 59


def test_a_sender_that_begins_anew_is_believed_at_its_second_packet() -> None:
    line = Line(1000)
    line.hear(range(5))
    other = Line(40_000)
    other.buffer = line.buffer
    heard = other.hear(range(6))
    assert numbers(heard)[-1] == 4


def test_a_single_wild_number_changes_nothing() -> None:
    line = Line()
    line.hear(range(5))
    line.buffer.push(Packet(111, 50_000, 0, 1, b"wild"), 0, TICK)
    assert numbers(line.hear(range(5, 10))) == [4, 5, 6, 7, 8]


def deepened(packets: int) -> Line:
    """Calm for two seconds, and so many packets too deep."""
    line = Line()
    for n in range(200):
        line.arrive(n)
        line.pull(1)
    for n in range(200, 200 + packets):
        line.arrive(n, at=200)
    return line


@pytest.mark.parametrize("packets", [1, 2, 6])
def test_too_deep_for_half_a_second_is_cured_in_the_first_quiet_moment(packets: int) -> None:
    line = deepened(packets)
    for n in range(200 + packets, 220 + packets):
        line.arrive(n)
        line.pull(1, quiet=True)
    assert line.buffer.depth >= packets * TICK
    for n in range(220 + packets, 240 + packets):
        line.arrive(n)
        line.pull(1, quiet=n > 225)
    assert line.buffer.depth <= TICK * line.buffer.target


def test_while_somebody_talks_without_a_breath_it_takes_four_seconds_more() -> None:
    line = deepened(6)
    for n in range(206, 206 + 350):
        line.arrive(n)
        line.pull(1, quiet=False)
        assert line.buffer.depth > 4 * TICK or n > 206 + 24
    assert line.buffer.depth <= 2 * TICK


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("quiet", [False, True])
def test_within_five_seconds_of_the_end_of_trouble_all_is_as_before(seed: int, *, quiet: bool) -> None:
    """5 % loss and up to 30 ms of jitter, for ten seconds. `quiet`: the talk has pauses."""
    line, dice = Line(), random.Random(seed)  # noqa: S311  # a test's dice
    arriving: dict[int, list[int]] = {}
    for n in range(1_100):
        trouble = 200 <= n < 700
        if not trouble or dice.random() > 0.05:
            arriving.setdefault(n + (dice.choice((0, 0, 1, 2)) if trouble else 0), []).append(n)
    depths = []
    for tick in range(1_000):
        for n in arriving.get(tick, []):
            line.arrive(n, at=tick)
        line.pull(1, quiet=quiet and tick % 50 < 5)
        depths.append(line.buffer.depth)
    before, after = max(depths[150:200]), max(depths[950:])
    assert max(depths) <= CAP
    assert after <= before


def test_how_late_the_socket_was_read_makes_nothing_deeper() -> None:
    line, dice = Line(), random.Random(3)  # noqa: S311  # a test's dice
    for n in range(300):
        packet = Packet(111, n, n * TICK, 1, b"x")
        line.buffer.push(packet, n * TICK + dice.randrange(1, 200), TICK)
        line.pull(1)
    assert line.buffer.target == 1
    assert line.buffer.depth <= TICK


def test_packets_that_come_too_late_deepen_it_as_well() -> None:
    line = Line()
    for n in range(400):
        if n % 10:
            line.arrive(n)
        if n > 13 and n % 10 == 3:
            line.arrive(n - 3, at=n)
        line.pull(1)
    assert line.buffer.target == 4


def test_jitter_deepens_and_calm_makes_shallow_again() -> None:
    line, dice = Line(), random.Random(7)  # noqa: S311  # a test's dice
    depths = []
    due = sorted((n + dice.choice([0, 0, 1, 3]), n) for n in range(400))
    for tick in range(400):
        for at, n in due:
            if at == tick:
                line.arrive(n, at=tick)
        line.pull(1)
        depths.append(line.buffer.target)
    for n in range(404, 700):
        line.arrive(n)
        line.pull(1)
    assert max(depths[100:]) == 4
    assert line.buffer.target == 1
    assert line.buffer.depth <= 2 * TICK


@pytest.mark.parametrize("drift", [-200, 200])
def test_a_clock_that_drifts_costs_a_packet_now_and_then_and_no_delay(drift: int) -> None:
    # 200 ppm: 12 ms a minute, six packets in ten. The sender's clock is read in millionths of a tick.
    line, sent, deepest = Line(), 0, 0
    for tick in range(50 * 60 * 10):
        while sent * (1_000_000 - drift) <= tick * 1_000_000:
            line.arrive(sent, at=tick)
            sent += 1
        line.pull(1)
        if tick > 100:
            deepest = max(deepest, line.buffer.depth)
    tally = line.buffer.tally
    assert deepest <= 3 * TICK
    assert tally.lost + tally.late + tally.skipped <= 9


arrivals = st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.integers(0, 3)), min_size=1, max_size=150)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 65_535), arrivals)
def test_whatever_comes_each_is_heard_once_in_order_and_the_cap_holds(
    start: int, plan: list[tuple[int, bool, int]]
) -> None:
    line = Line(start)
    heard: list[Pull] = []
    for n, (shift, lost, pulls) in enumerate(plan):
        if not lost:
            line.arrive(max(0, n - shift), at=n)
        heard += line.pull(pulls)
        assert line.buffer.depth <= CAP
    heard += line.pull(60)
    played = numbers(heard)
    assert played == sorted(set(played))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 0xFFFFFFFF), st.integers(0, 2)), max_size=200))
def test_wild_numbers_never_break_it(packets: list[tuple[int, int, int]]) -> None:
    buffer = Line.makes()
    for tick, (sequence, timestamp, pulls) in enumerate(packets):
        buffer.push(Packet(111, sequence, timestamp, 1, b"x"), tick * TICK, (120, 960, 5760)[tick % 3])
        assert buffer.depth <= max(CAP, 5760)
        for _ in range(pulls):
            buffer.pull()
