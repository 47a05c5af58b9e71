"""Meters against those of ffmpeg, and what is done by them: voices, programmes and beds."""

import re
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from services.media.engine import dynamics
from services.media.mixing.agc import Agc
from services.media.mixing.aim import Aim
from services.media.mixing.frame import TICK, Float
from services.media.mixing.loudness import Loudness, lufs
from services.media.mixing.truepeak import TruePeak
from services.media.mixing.weight import weigh
from tests.unit.media.mixing.sounds import frames, tone

pytestmark = pytest.mark.slow

SPEECH = Path(__file__).parents[3] / "fixtures/speech"
VOICES = ("allison", "austen", "carlo", "june")


@cache
def speech(name: str, seconds: int) -> Float:
    """A recording, over and over."""
    argv = ["ffmpeg", "-v", "error", "-i", str(SPEECH / f"{name}.opus"), "-f", "f32le", "-ar", "48000", "-ac", "1", "-"]
    sound = np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.float32)
    return np.tile(sound, seconds * 48_000 // len(sound) + 1)[: seconds * 48_000]


def ebur128(sound: Float) -> tuple[float, float, float, float]:
    """What ffmpeg reads at the end: momentary, short, integrated, true peak."""
    channels = 1 if sound.ndim == 1 else len(sound)
    argv = ["ffmpeg", "-hide_banner", "-f", "f32le", "-ar", "48000", "-ac", str(channels), "-i", "-"]
    argv += ["-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(argv, input=sound.T.astype(np.float32).tobytes(), capture_output=True, check=True).stderr
    lines = re.findall(r"M:\s*(-?[\d.]+)\s+S:\s*(-?[\d.]+)\s+I:\s*(-?[\d.]+) LUFS", said.decode())
    peak = re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said.decode())
    momentary, short, integrated = map(float, lines[-1])
    return momentary, short, integrated, float(peak[-1])


def read(sound: Float) -> tuple[float, float, float, float]:
    channels = 1 if sound.ndim == 1 else len(sound)
    loudness, peak = Loudness(channels), TruePeak(channels)
    for at in range(0, sound.shape[-1], TICK):
        loudness.hear(sound[..., at : at + TICK])
        peak.hear(sound[..., at : at + TICK])
    return loudness.momentary, loudness.short, loudness.integrated, peak.take()


def loudness(sound: Float) -> float:
    """All of it, by the compiled meter: the same numbers, sooner."""
    meter = dynamics.Aim()
    for frame in frames(sound):
        meter.hear(frame.tobytes())
    return meter.meters()[2]


def story() -> Float:
    """Loud, silent, soft, and loud again: both gates have something to do."""
    parts = [speech("allison", 3), np.zeros(96_000, np.float32), speech("june", 2) * 0.05, speech("carlo", 2)]
    return np.concatenate(parts).astype(np.float32)


def stereo() -> Float:
    return np.stack((speech("austen", 4), 0.3 * speech("june", 4))).astype(np.float32)


@pytest.mark.parametrize("sound", [story(), stereo(), tone(997, 4.0, 0.1)], ids=["speech", "stereo", "tone"])
def test_meters_read_what_ffmpeg_reads(sound: Float) -> None:
    assert read(sound) == pytest.approx(ebur128(sound), abs=0.1)


def test_a_full_sine_at_997_hertz_is_3_lufs_below_zero() -> None:
    assert read(tone(997, 4.0, 1.0))[2] == pytest.approx(-3.0, abs=0.05)


def test_the_highest_point_between_samples_is_read() -> None:
    sound = (0.5 * np.sin(np.arange(48_000) * np.pi / 2 + np.pi / 4)).astype(np.float32)
    assert read(sound)[3] == pytest.approx(-6.0, abs=0.3)


@pytest.mark.parametrize("name", VOICES)
def test_the_rough_measure_of_a_voice_is_near_the_exact_one(name: str) -> None:
    sound = speech(name, 3)
    loudness = Loudness()
    for frame in frames(sound):
        loudness.hear(frame)
    powers = [weigh(frame) for frame in frames(sound)]
    assert lufs(sum(powers) / len(powers)) == pytest.approx(loudness.short, abs=0.5)


def levelled(agc: Agc, sound: Float) -> Float:
    out = []
    for frame in frames(sound):
        agc.hear(weigh(frame))
        out.append(frame * np.float32(agc.factor))
    return np.concatenate(out)


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize("gain", [0.2, 1.0, 2.5])
def test_soft_and_loud_voices_come_to_20_lufs_below_zero(name: str, gain: float) -> None:
    out = levelled(Agc(), speech(name, 20) * np.float32(gain))
    assert loudness(out[-5 * 48_000 :]) == pytest.approx(-20.0, abs=1.5)


def test_a_pause_with_its_noise_raises_nothing() -> None:
    agc = Agc()
    levelled(agc, speech("carlo", 8))
    before = agc.gain
    noise = np.random.default_rng(1).standard_normal(30 * 48_000).astype(np.float32)
    levelled(agc, noise * np.float32(0.006))
    assert lufs(weigh(noise[:TICK] * np.float32(0.006))) > -48
    assert agc.gain == before


def test_a_gain_stays_within_its_bounds_and_moves_slowly() -> None:
    agc, gains = Agc(), [0.0]
    for frame in frames(speech("june", 20) * np.float32(0.05)):
        agc.hear(weigh(frame))
        gains.append(agc.gain)
    assert max(gains) <= 15.0
    assert np.abs(np.diff(gains)).max() <= 0.1
    assert agc.gain > 8.0


def test_who_comes_back_has_the_gain_that_they_had() -> None:
    first = Agc()
    levelled(first, speech("allison", 15) * np.float32(0.25))
    again = Agc(first.gain)
    out = levelled(again, speech("allison", 3) * np.float32(0.25))
    assert loudness(out) == pytest.approx(-20.0, abs=1.5)


def programme(aim: dynamics.Aim, sound: Float) -> Float:
    """By the compiled parts, equal to the others bit by bit (engine/test_dynamics.py)."""
    limiter, out = dynamics.Limiter(), []
    for frame in frames(sound):
        made = limiter.limit(aim.apply(frame.tobytes()))
        aim.hear(made)
        out.append(np.frombuffer(made, np.float32))
    return np.concatenate(out)


@pytest.mark.parametrize("target", [-14.0, -16.0])
@pytest.mark.parametrize("gain", [0.6, 1.5])
def test_a_programme_comes_to_the_loudness_that_its_room_asks_for(target: float, gain: float) -> None:
    out = programme(dynamics.Aim(target), speech("allison", 24) * np.float32(gain))[-8 * 48_000 :]
    assert ebur128(out)[2] == pytest.approx(target, abs=1.0)
    assert ebur128(out)[3] <= -1.0


def test_without_a_target_a_programme_passes_as_it_is() -> None:
    aim, sound = Aim(), speech("june", 1)
    assert all(aim.apply(frame) is frame for frame in frames(sound))


def test_silence_between_words_moves_no_programme() -> None:
    aim = dynamics.Aim(-16.0)
    programme(aim, speech("carlo", 10))
    before = aim.gain
    programme(aim, np.zeros(20 * 48_000, np.float32))
    assert aim.gain == pytest.approx(before, abs=0.3)
