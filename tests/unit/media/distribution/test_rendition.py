"""What goes in at a media time sounds at that media time, by another decoder's ears."""

import subprocess
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from libs.events.air import SEGMENT, TICK, AirFrames, AirSegment
from libs.events.ids import RoomId, Samples
from services.media.distribution.formats import FORMATS
from services.media.distribution.rendition import OffTheLine, Rendition

pytestmark = pytest.mark.slow

JAZZ = RoomId("jazzjazzjazz")
NAMES = sorted(FORMATS)


def speechlike(samples: int) -> NDArray[np.int16]:
    """A gliding tone that comes and goes, with a breath of noise: nothing in it repeats."""
    t = np.arange(samples) / 48_000
    glide = np.sin(2 * np.pi * (300 + 200 * np.sin(t)) * t) * (np.sin(2 * np.pi * 3 * t) > 0)
    noise = np.random.default_rng(seed=7).standard_normal(samples)
    return (8_000 * glide + 300 * noise).astype(np.int16)


def encoded(name: str, sound: NDArray[np.int16], first: int) -> tuple[list[AirFrames], list[AirSegment]]:
    rendition = Rendition(JAZZ, name, epoch=3, first=Samples(first))
    frames: list[AirFrames] = []
    segments: list[AirSegment] = []
    for at in range(0, len(sound), TICK):
        aired, sealed = rendition.push(sound[at : at + TICK], Samples(first + at))
        frames += aired
        segments += sealed
    aired, sealed = rendition.close()
    return frames + aired, segments + sealed


def decoded(name: str, stream: bytes) -> NDArray[np.int16]:
    command = ["ffmpeg", "-v", "error", "-f", name, "-i", "-", "-f", "s16le", "-ac", "1", "-ar", "48000", "-"]
    return np.frombuffer(subprocess.run(command, input=stream, stdout=subprocess.PIPE, check=True).stdout, np.int16)


@pytest.mark.parametrize("first", [0, 7 * TICK, 3 * SEGMENT])
@pytest.mark.parametrize("name", NAMES)
def test_sound_is_heard_at_its_media_time_to_the_sample(name: str, first: int) -> None:
    sound = speechlike(5 * 48_000)
    frames, _ = encoded(name, sound, first)
    heard = decoded(name, b"".join(b"".join(message.frames) for message in frames))
    ahead = first - frames[0].mediatime
    window = np.arange(12_000, 200_000)

    def likeness(shift: int) -> float:
        return float(np.corrcoef(sound[window], heard[window + ahead + shift])[0, 1])

    assert likeness(0) > 0.99
    assert max(range(-48, 49), key=likeness) == 0


@pytest.mark.parametrize("name", NAMES)
def test_frames_follow_one_another_without_gap_up_to_the_last_sample(name: str) -> None:
    frames, _ = encoded(name, speechlike(3 * 48_000), first=960)
    length = FORMATS[name].frame
    assert frames[0].mediatime == 0
    for before, after in pairwise(frames):
        assert after.mediatime == before.mediatime + before.duration
    for message in frames:
        assert message.mediatime % length == 0
        assert message.duration == len(message.frames) * length
    end = frames[-1].mediatime + frames[-1].duration
    assert 0 <= end - (960 + 3 * 48_000) < length


@pytest.mark.parametrize("name", NAMES)
def test_segments_hold_the_same_frames_as_the_air(name: str) -> None:
    frames, segments = encoded(name, speechlike(6 * 48_000), first=10 * TICK)
    length = FORMATS[name].frame
    aired = {message.mediatime + n * length: frame for message in frames for n, frame in enumerate(message.frames)}
    assert [segment.msn for segment in segments] == [1, 2]
    for segment in segments:
        assert segment.epoch == 3
        assert segment.frames == tuple(aired[segment.mediatime + n * length] for n in range(SEGMENT // length))


def test_every_mp3_frame_is_a_splice_point() -> None:
    frames, _ = encoded("mp3", speechlike(3 * 48_000), first=0)
    for frame in (frame for message in frames for frame in message.frames):
        assert len(frame) == 192
        assert frame[:2] == b"\xff\xfb", "MPEG-1 layer III without CRC"
        main_data_begin = frame[4] << 1 | frame[5] >> 7
        assert main_data_begin == 0


def test_every_aac_frame_has_an_adts_header_that_tells_the_truth() -> None:
    frames, _ = encoded("aac", speechlike(3 * 48_000), first=0)
    for frame in (frame for message in frames for frame in message.frames):
        assert frame[:2] == b"\xff\xf1", "MPEG-4, no CRC"
        assert frame[2] >> 6 == 1, "low complexity"
        assert frame[2] >> 2 & 15 == 3, "48 kHz"
        assert (frame[2] & 1) << 2 | frame[3] >> 6 == 1, "mono"
        assert (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5 == len(frame)


@pytest.mark.parametrize("name", NAMES)
def test_decoding_may_begin_at_any_frame(name: str) -> None:
    frames, _ = encoded(name, speechlike(3 * 48_000), first=0)
    all_frames = [frame for message in frames for frame in message.frames]
    whole, late = decoded(name, b"".join(all_frames)), decoded(name, b"".join(all_frames[50:]))
    skipped = len(whole) - len(late)
    assert skipped == 50 * FORMATS[name].frame
    settled = 2 * FORMATS[name].frame
    assert np.array_equal(whole[skipped + settled :], late[settled:])


def two_tones(samples: int) -> NDArray[np.int16]:
    """440 Hz on the left, 1 kHz on the right."""
    when = np.arange(samples)[:, None] / 48_000
    sound: NDArray[np.int16] = (8_000 * np.sin(2 * np.pi * np.array([440.0, 1_000.0]) * when)).astype(np.int16)
    return sound


@pytest.mark.parametrize("name", NAMES)
def test_of_two_channels_each_stays_its_own(name: str) -> None:
    rendition = Rendition(JAZZ, name, epoch=3, first=Samples(TICK), channels=2)
    sound = two_tones(2 * 48_000)
    aired = [rendition.push(sound[at : at + TICK], Samples(TICK + at))[0] for at in range(0, len(sound), TICK)]
    frames = [frame for messages in [*aired, rendition.close()[0]] for message in messages for frame in message.frames]
    assert {FORMATS[name].channels(frame) for frame in frames} == {2}
    assert sum(len(frame) for frame in frames) * 8 / 2.02 == pytest.approx(128_000, rel=0.1)
    command = ["ffmpeg", "-v", "error", "-f", name, "-i", "-", "-f", "s16le", "-ac", "2", "-ar", "48000", "-"]
    made = subprocess.run(command, input=b"".join(frames), stdout=subprocess.PIPE, check=True).stdout
    heard = np.frombuffer(made, np.int16).reshape(-1, 2)[24_000:72_000].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(48_000)[:, None], axis=0))
    for side, (own, other) in enumerate([(440, 1_000), (1_000, 440)]):
        assert 20 * np.log10(spectrum[other, side] / spectrum[own, side]) < -40
        assert spectrum[own, side] / 24_000 == pytest.approx(8_000 / 2, rel=0.08)


def test_skipped_ticks_are_silence_and_keep_the_time() -> None:
    sound = speechlike(2 * 48_000)
    rendition = Rendition(JAZZ, "mp3", epoch=1, first=Samples(0))
    frames, _ = rendition.push(sound, Samples(0))
    more, _ = rendition.push(sound, Samples(2 * 48_000 + 9_600))
    tail, _ = rendition.close()
    heard = decoded("mp3", b"".join(b"".join(message.frames) for message in [*frames, *more, *tail]))
    window = np.arange(24_000, 90_000)
    second = heard[window + 2 * 48_000 + 9_600]
    assert np.corrcoef(sound[window], second)[0, 1] > 0.99


@pytest.mark.parametrize("mediatime", [0, 959, 1920 + SEGMENT + 1])
def test_a_block_off_the_line_is_refused(mediatime: int) -> None:
    rendition = Rendition(JAZZ, "aac", epoch=1, first=Samples(960))
    rendition.push(np.zeros(960, np.int16), Samples(960))
    with pytest.raises(OffTheLine, match="goes on at 1920"):
        rendition.push(np.zeros(960, np.int16), Samples(mediatime))


@pytest.mark.parametrize("name", NAMES)
def test_sound_at_the_limiters_ceiling_keeps_its_level(name: str) -> None:
    t = np.arange(48_000) / 48_000
    loud = (27_500 * np.sin(2 * np.pi * 440 * t)).astype(np.int16)
    frames, _ = encoded(name, loud, first=0)
    heard = decoded(name, b"".join(b"".join(message.frames) for message in frames))[4_800:40_000]
    turned_down_by_lame = 0.95 if name == "mp3" else 1.0  # its default scale, half a decibel against clipping
    assert heard.astype(np.float64).std() == pytest.approx(loud.std() * turned_down_by_lame, rel=0.02)
