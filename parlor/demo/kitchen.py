"""`kitchen.mp3`: what a person in the kitchen hears: their own words and Alexa's answers, then the programme."""

import io
import shutil
import subprocess
import wave
from collections.abc import Sequence

import msgspec
import numpy as np

from libs.service.cannotstart import CannotStart
from parlor.demo.loudness import integrated
from parlor.demo.sound import RATE, Sound, seconds
from services.media.distribution.encoders import Mp3Encoder

VOICES = {"you": ("en-gb-x-rp", "38", "165"), "Alexa": ("en-us+f3", "55", "170")}
"""espeak-ng's voice, pitch and words a minute."""

SPEECH_LUFS = -20.0
PAUSE = 0.45


class Spoken(msgspec.Struct, frozen=True):
    """A sentence and when it begins in the recording, in seconds."""

    who: str
    text: str
    begin: float


class Kitchen(msgspec.Struct, frozen=True):
    """The recording as MP3, its sentences, and when the programme begins in it."""

    mp3: bytes
    spoken: tuple[Spoken, ...]
    programme: float


def require_voice() -> None:
    """Raises CannotStart when espeak-ng is not installed."""
    if shutil.which("espeak-ng") is None:
        raise CannotStart(
            "espeak-ng is not installed (Debian, Ubuntu: apt install espeak-ng; macOS: brew install espeak-ng)"
        )


def record(before: Sequence[tuple[str, str]], programme: Sound, after: Sequence[tuple[str, str]]) -> Kitchen:
    """Sentences as (who, text), the programme, and what is said to end it."""
    pieces: list[Sound] = [quiet(PAUSE)]
    spoken: list[Spoken] = []
    for who, text in before:
        spoken.append(Spoken(who, text, length(pieces)))
        pieces += [say(who, text), quiet(PAUSE)]
    begin = length(pieces)
    pieces += [programme, quiet(PAUSE / 2)]
    for who, text in after:
        spoken.append(Spoken(who, text, length(pieces)))
        pieces += [say(who, text), quiet(PAUSE)]
    return Kitchen(mp3(np.concatenate(pieces)), tuple(spoken), begin)


def say(who: str, text: str) -> Sound:
    """A sentence in that person's synthetic voice, as loud as the programme."""
    voice, pitch, speed = VOICES[who]
    command = ["espeak-ng", "-v", voice, "-p", pitch, "-s", speed, "--stdout", text]
    with wave.open(io.BytesIO(subprocess.run(command, check=True, capture_output=True).stdout)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768
        rate = file.getframerate()
    places = np.arange(round(len(samples) * RATE / rate)) * (rate / RATE)
    sound = np.asarray(np.interp(places, np.arange(len(samples)), samples), np.float32)
    gain = np.float32(10 ** ((SPEECH_LUFS - integrated(sound)) / 20))
    return np.asarray(np.clip(sound * gain, -0.9, 0.9), np.float32)


def mp3(sound: Sound) -> bytes:
    """64 kbit/s, by the encoder that is on air."""
    encoder = Mp3Encoder()
    block = encoder.form.frame
    samples = np.asarray(np.clip(np.round(sound * 32_767), -32_767, 32_767), np.int16)
    samples = np.concatenate((samples, np.zeros(-len(samples) % block, np.int16)))[:, np.newaxis]
    frames = [frame for at in range(0, len(samples), block) for frame in encoder.encode(samples[at : at + block])]
    return b"".join([*frames, *encoder.flush()])


def quiet(pause: float) -> Sound:
    """Nobody speaks."""
    return np.zeros(round(pause * RATE), np.float32)


def length(pieces: Sequence[Sound]) -> float:
    """Seconds of all together."""
    return seconds(sum(len(piece) for piece in pieces))
