"""The grid holds for whatever frames come by."""

from hypothesis import given
from hypothesis import strategies as st

from libs.events.air import AAC_FRAME, MP3_FRAME, SEGMENT, AirSegment
from libs.events.ids import Samples
from services.media.distribution.segmenter import Segmenter

frame_lengths = st.sampled_from([MP3_FRAME, AAC_FRAME])


def cells(frame: Samples, first: int, count: int) -> list[AirSegment]:
    segmenter = Segmenter(epoch=1, frame=frame)
    made = [segmenter.add(Samples((first + n) * frame), str(first + n).encode()) for n in range(count)]
    return [segment for segment in made if segment]


@given(frame_lengths, st.integers(0, 2**40), st.integers(0, 400))
def test_every_cell_is_whole_and_numbered_by_media_time(frame: Samples, first: int, count: int) -> None:
    for segment in cells(frame, first, count):
        assert segment.mediatime == segment.msn * SEGMENT
        assert segment.duration == SEGMENT
        begin = segment.mediatime // frame
        assert segment.frames == tuple(str(begin + n).encode() for n in range(SEGMENT // frame))


@given(frame_lengths, st.integers(0, 2**40), st.integers(0, 400))
def test_no_complete_cell_is_left_out(frame: Samples, first: int, count: int) -> None:
    per_cell = SEGMENT // frame
    complete = range(-(-first // per_cell), (first + count) // per_cell)
    assert [segment.msn for segment in cells(frame, first, count)] == list(complete)


def test_a_cell_with_a_missing_frame_is_never_given() -> None:
    segmenter = Segmenter(epoch=1, frame=MP3_FRAME)
    made = [segmenter.add(Samples(n * MP3_FRAME), b"") for n in range(240) if n != 100]
    assert [segment.msn for segment in made if segment] == [0, 2]
