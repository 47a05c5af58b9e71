"""One unbroken line of frames, whatever the air does."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from libs.events.air import MP3_FRAME, AirFrames
from libs.events.ids import Milliseconds, Samples
from services.media.distribution.bed import Bed, bed
from services.media.distribution.formats import AAC, MP3, SAMPLE_RATE
from services.media.distribution.line import CAPACITY, Line
from services.media.distribution.place import BURST, Place

BED = Bed(opening=(b"(o)",), loop=(b"(l)",))
START = 1_000
FRAME_MS = 24


def message(first: int, count: int = 1, epoch: int = 1) -> AirFrames:
    """Frames `first` to `first + count - 1`, each of which says its number."""
    frames = tuple(b"<%d>" % n for n in range(first, first + count))
    duration = Samples(count * MP3_FRAME)
    return AirFrames(epoch=epoch, mediatime=Samples(first * MP3_FRAME), duration=duration, frames=frames)


def ms(milliseconds: int) -> Milliseconds:
    return Milliseconds(milliseconds)


def line(now: int = 0) -> Line:
    return Line(MP3, BED, ms(now))


def on_air(frames: int, first: int = START) -> Line:
    """A line that has heard so many frames in real time, the first at 0 ms."""
    made = line()
    for n in range(frames):
        made.push(message(first + n), ms(n * FRAME_MS))
    return made


def everything(some: Line) -> bytes:
    return some.take(some.tail, CAPACITY)[0]


def at(frame: int) -> Samples:
    return Samples(frame * MP3_FRAME)


def said(first: int, last: int) -> bytes:
    return b"".join(b"<%d>" % n for n in range(first, last))


def test_frames_that_follow_are_appended() -> None:
    some = on_air(5)
    assert everything(some) == said(1000, 1005)
    assert (some.tail, some.head) == (at(1000), at(1005))


def test_a_short_gap_is_filled_by_the_bed_so_that_time_keeps_step() -> None:
    some = on_air(2)
    some.push(message(1004), ms(96))
    assert everything(some) == said(1000, 1002) + b"(o)(l)" + b"<1004>"


def test_a_long_gap_begins_a_new_run() -> None:
    some = on_air(2)
    some.push(message(9000), ms(48))
    assert everything(some) == b"<9000>"
    assert some.run == 2


def test_what_is_past_is_dropped_and_what_is_new_in_it_is_kept() -> None:
    some = on_air(5)
    some.push(message(1002, count=2), ms(120))
    some.push(message(1003, count=4), ms(121))
    assert everything(some) == said(1000, 1007)
    assert some.counts.late == 1


def test_a_lower_epoch_is_not_heard() -> None:
    some = on_air(2)
    some.push(message(1002, epoch=5), ms(48))
    some.push(message(1003, epoch=4), ms(72))
    some.void_below(7)
    some.push(message(1003, epoch=6), ms(96))
    some.push(message(1003, epoch=7), ms(97))
    assert everything(some) == said(1000, 1004)
    assert some.counts.void == 2


def test_what_lies_off_the_frame_grid_is_dropped() -> None:
    some = on_air(1)
    crooked = AirFrames(epoch=1, mediatime=Samples(1001 * MP3_FRAME + 1), duration=MP3_FRAME, frames=(b"x",))
    lying = AirFrames(epoch=1, mediatime=Samples(1001 * MP3_FRAME), duration=Samples(5), frames=(b"x",))
    none = AirFrames(epoch=1, mediatime=Samples(1001 * MP3_FRAME), duration=Samples(0), frames=())
    for bad in (crooked, lying, none):
        some.push(bad, ms(24))
    assert everything(some) == b"<1000>"
    assert some.counts.malformed == 3


def test_nothing_is_spliced_in_before_a_second_of_silence() -> None:
    some = on_air(1)
    some.tick(ms(999), Samples(0))
    assert everything(some) == b"<1000>"
    assert not some.starved


def test_after_a_second_the_bed_stands_where_sound_would_be() -> None:
    some = on_air(1)
    some.tick(ms(1_008), Samples(0))
    assert some.starved
    assert some.head == at(1001 + 1_008 // FRAME_MS)
    some.tick(ms(2_016), Samples(0))
    assert some.head == at(1001 + 2_016 // FRAME_MS)


def test_sound_comes_back_by_itself_without_gap_or_overlap() -> None:
    some = on_air(1)
    some.tick(ms(1_008), Samples(0))
    some.push(message(1050), ms(1_200))
    assert not some.starved
    assert everything(some).endswith(b"(l)<1050>")
    assert some.head == at(1051)
    assert some.run == 1


def test_a_backlog_that_comes_late_is_not_played_a_second_time() -> None:
    some = on_air(1)
    some.tick(ms(2_400), Samples(0))
    for n in range(1001, 1110):
        some.push(message(n), ms(2_401))
    assert everything(some) == b"<1000>(o)" + b"(l)" * 99 + said(1101, 1110)


def test_the_bed_rests_while_the_air_catches_up() -> None:
    some = on_air(1)
    some.tick(ms(2_400), Samples(0))
    head = some.head
    some.push(message(1090), ms(2_401))
    some.tick(ms(2_600), Samples(0))
    assert some.head == head


def test_a_clock_that_stands_lower_begins_a_new_run_after_half_a_second() -> None:
    some = on_air(1)
    some.tick(ms(9_600), Samples(0))
    for n in range(25):
        some.push(message(1001 + n), ms(9_600 + n * FRAME_MS))
    assert some.run == 2
    assert everything(some) == said(1022, 1026)


def test_one_straggler_now_and_one_much_later_begin_no_new_run() -> None:
    some = on_air(10)
    some.push(message(1001), ms(240))
    some.push(message(1001), ms(9_000))
    assert some.run == 1


def test_a_room_that_never_sounded_gets_the_bed_at_the_time_it_would_have() -> None:
    some = line(now=5_000)
    some.tick(ms(6_000), at(50_000))
    assert some.head <= at(50_000) < some.head + 2 * MP3_FRAME
    assert some.head - some.tail >= SAMPLE_RATE - MP3_FRAME


def test_a_machine_that_slept_wakes_with_a_short_bed_and_a_new_run() -> None:
    some = on_air(1)
    some.tick(ms(3_600_000), Samples(0))
    assert some.run == 2
    assert some.head - some.tail <= SAMPLE_RATE


def test_the_line_forgets_what_is_older_than_its_capacity() -> None:
    some = on_air(2_000)
    assert some.head - some.tail == CAPACITY // MP3_FRAME * MP3_FRAME
    assert everything(some) == said(3_000 - CAPACITY // MP3_FRAME, 3_000)


def test_a_listener_begins_two_seconds_back_at_a_frame_and_goes_on_without_gap() -> None:
    some, listener = on_air(200), Place()
    heard = listener.read(some)
    for n in range(1200, 1300):
        some.push(message(n), ms(n * FRAME_MS))
        heard += listener.read(some)
    assert heard == said(1200 - BURST // MP3_FRAME, 1300)


def test_a_slow_listener_is_put_behind_the_head_again() -> None:
    some, listener = on_air(200), Place()
    listener.read(some)
    for n in range(1200, 3000):
        some.push(message(n), ms(n * FRAME_MS))
    assert listener.read(some) == said(3000 - BURST // MP3_FRAME, 3000)
    assert listener.dropped == (3000 - BURST // MP3_FRAME - 1200) * MP3_FRAME


def test_a_new_run_is_heard_from_its_beginning() -> None:
    some, listener = on_air(200), Place()
    listener.read(some)
    some.push(message(9_000, count=3), ms(4_800))
    assert listener.read(some) == said(9_000, 9_003)


def test_a_place_reached_from_stored_sound_is_taken_only_when_the_line_reaches_there() -> None:
    some, listener = on_air(200), Place()
    assert not listener.settle(line(), at(0))
    assert not listener.settle(some, at(999))
    assert not listener.settle(some, at(1201))
    assert listener.settle(some, at(1100))
    assert listener.read(some) == said(1100, 1200)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("next"), st.integers(1, 5)),
        st.tuples(st.just("lost"), st.integers(1, 30)),
        st.tuples(st.just("again"), st.integers(1, 30)),
        st.tuples(st.just("pause"), st.integers(1, 5_000)),
    ),
    max_size=40,
)


def tell(some: Line, what: str, amount: int, now: int, sent: int) -> tuple[int, int]:
    """Let one thing happen; returns the time and the next frame's number afterwards."""
    match what:
        case "next":
            some.push(message(sent, count=amount), ms(now + amount * FRAME_MS))
            return now + amount * FRAME_MS, sent + amount
        case "lost":
            return now + amount * FRAME_MS, sent + amount
        case "again":
            some.push(message(max(0, sent - amount)), ms(now))
            return now, sent
        case _:
            for passed in range(0, amount, 250):
                some.tick(ms(now + passed), Samples(0))
            return now + amount, sent + amount // FRAME_MS


@given(steps)
def test_whoever_keeps_up_gets_every_moment_once_and_at_its_media_time(story: list[tuple[str, int]]) -> None:
    some, listener, now, sent, heard_run = on_air(1), Place(), 24, 1001, 0
    for what, amount in story:
        now, sent = tell(some, what, amount, now, sent)
        before = listener.at
        while sound := listener.read(some):
            frames = sound.decode().replace(")", ")>").replace("<", "").split(">")[:-1]
            begins = listener.at // MP3_FRAME - len(frames)
            assert listener.began == begins * MP3_FRAME
            assert listener.began == before or some.run != heard_run
            for n, frame in enumerate(frames, start=begins):
                assert frame in ("(o)", "(l)", str(n))
            before, heard_run = listener.at, some.run
        assert listener.at == some.head


def test_the_shipped_beds_are_whole_in_every_format() -> None:
    for form, channels in product((MP3, AAC), (1, 2)):
        shipped = bed(form, channels)
        assert {form.channels(frame) for frame in (*shipped.opening, *shipped.loop)} == {channels}
        assert len(shipped.opening) * form.frame == 46_080
        assert shipped.frame(len(shipped.opening) + len(shipped.loop)) == shipped.loop[0]
