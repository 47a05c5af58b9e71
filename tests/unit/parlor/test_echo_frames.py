"""Frames out of bytes, and a timeline out of arrivals."""

import math
from itertools import pairwise

import pytest

from parlor.echo.frames import LOST_AFTER, Frames, NotAudio, adts_frame, mp3_frame
from parlor.echo.hearing import RATE, Arrival, Gap, played
from tests.integration.alexa.transmitter import tone

SECOND = RATE


@pytest.mark.parametrize(("kind", "rendition", "samples"), [("audio/mpeg", "mp3", 1152), ("audio/aac", "aac", 1024)])
@pytest.mark.parametrize("size", [1, 7, 64, 191, 1000, 100_000])
def test_frames_come_out_whole_however_the_bytes_come_in(kind: str, rendition: str, samples: int, size: int) -> None:
    sent = tone(rendition)[:20]
    stream = b"".join(sent)
    frames = Frames(kind)

    found = [frame for at in range(0, len(stream), size) for frame in frames.push(stream[at : at + size])]

    assert [frame.data for frame in found] == list(sent)
    assert {(frame.samples, frame.hz) for frame in found} == {(samples, 48_000)}


def test_the_rate_of_an_mp3_frame_is_in_its_header() -> None:
    assert Frames("audio/mpeg").codec == "mp3"
    frame = next(iter(Frames("audio/mpeg").push(b"".join(tone("mp3")[:3]))))
    assert frame.kbits == 64


def test_what_lies_between_frames_is_passed_over() -> None:
    one, two, three = tone("mp3")[:3]
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + b"\xff\xfbtitle\x00\x00\x00"

    found = list(Frames("audio/mpeg").push(tag + one + two + three))

    assert [frame.data for frame in found] == [one, two, three]


def test_bytes_that_are_no_audio_are_given_up() -> None:
    with pytest.raises(NotAudio):
        list(Frames("audio/mpeg").push(bytes(LOST_AFTER + 100)))


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("fffb9064", (417, 1152, 44_100)),
        ("fffb9464", (384, 1152, 48_000)),
        ("fff384c4", (192, 576, 24_000)),
        ("fffb0064", None),
        ("fffbf064", None),
        ("fffb9c64", None),
        ("fffd9064", None),
        ("ffeb9064", None),
        ("00000000", None),
    ],
)
def test_mpeg_headers(head: str, found: tuple[int, int, int] | None) -> None:
    assert mp3_frame(bytes.fromhex(head) + bytes(6)) == found


def test_an_mpeg_header_is_no_adts_header_and_the_other_way_round() -> None:
    assert adts_frame(tone("mp3")[0]) is None
    assert mp3_frame(tone("aac")[0]) is None


def arriving(*pairs: tuple[float, float]) -> list[Arrival]:
    return [Arrival(at, round(seconds * RATE)) for at, seconds in pairs]


def test_a_speaker_begins_when_its_buffer_is_filled() -> None:
    playing = played(arriving((10.0, 0.1), (10.1, 0.1), (10.2, 0.1), (10.3, 0.1)))

    assert playing is not None
    assert playing.begun == 10.2


def test_too_little_sound_plays_nothing() -> None:
    assert played(arriving((10.0, 0.1))) is None
    assert played([]) is None


def test_sound_that_comes_in_time_has_no_gap() -> None:
    playing = played(arriving((0.0, 1.0), *((n / 10, 0.1) for n in range(1, 50))))

    assert playing is not None
    assert playing.gaps == ()
    assert math.isclose(playing.until, 5.9)


def test_a_gap_is_as_long_as_the_sound_is_late_and_moves_all_that_follows() -> None:
    playing = played(arriving((0.0, 1.0), (1.2, 1.0), (2.1, 1.0), (3.5, 1.0)))

    assert playing is not None
    assert playing.gaps == (Gap(1_000, 200), Gap(3_000, 300))  # type: ignore[arg-type]  # bare numbers read better
    assert math.isclose(playing.until, 4.5)


def test_arrivals_of_a_real_stream_are_in_order() -> None:
    times = [arrival.at for arrival in arriving((0.0, 1.0), (0.5, 0.5))]

    assert all(earlier <= later for earlier, later in pairwise(times))
