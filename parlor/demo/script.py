"""Who says what, when: recordings cut into phrases and laid out as two people who talk, and one who never stops.

Each phrase begins a little before the one before it ends, as people do, so that both voices are also heard at once.
Under the words lies room tone, because no real microphone is digitally silent.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np

from parlor.demo.sound import RATE, Sound, levels, seconds

FRAME = RATE // 100
SPOKEN = -45.0
PAUSE = 25
"""Frames of quiet that end a phrase."""

OVERLAP = 0.35
ROOM_TONE = 10 ** (-50 / 20)


class Turn(msgspec.Struct, frozen=True):
    """One phrase: who (by number), from when to when, in seconds of the script."""

    speaker: int
    begin: float
    end: float


class Part(msgspec.Struct, frozen=True):
    """What one person sends from the first sample on, and when they speak."""

    sound: Sound
    turns: tuple[Turn, ...]


def talk(recordings: Sequence[Sound], length: float) -> list[Part]:
    """A conversation of `length` seconds: they take turns, each going round through their own phrases."""
    lines = [itertools.cycle(phrases(recording)) for recording in recordings]
    tracks = [room_tone(length, number) for number in range(len(recordings))]
    turns: list[Turn] = []
    at = 0.5
    for speaker in itertools.cycle(range(len(recordings))):
        phrase = next(lines[speaker])
        end = at + seconds(len(phrase))
        if end > length:
            break
        place = round(at * RATE)
        tracks[speaker][place : place + len(phrase)] += phrase
        turns.append(Turn(speaker, at, end))
        at = end - OVERLAP
    return [Part(track, tuple(turn for turn in turns if turn.speaker == number)) for number, track in enumerate(tracks)]


def monologue(recording: Sound, length: float, number: int) -> Part:
    """Somebody who talks from beginning to end."""
    track = room_tone(length, number)
    track += np.resize(recording, len(track))
    return Part(track, (Turn(number, 0.0, length),))


def led_in(part: Part, recording: Sound, length: float) -> Part:
    """The same, after so many seconds in which this person talks without a pause; turns tell of what follows only."""
    words = np.concatenate(phrases(recording))
    solo = np.resize(words, round(length * RATE)) + room_tone(length, len(part.turns))
    later = tuple(Turn(turn.speaker, turn.begin + length, turn.end + length) for turn in part.turns)
    return Part(np.concatenate((solo, part.sound)), later)


def phrases(recording: Sound) -> list[Sound]:
    """What lies between the recording's pauses."""
    return [
        recording[first * FRAME : last * FRAME] for first, last in spoken(map(bool, levels(recording, FRAME) > SPOKEN))
    ]


def spoken(loud: Iterable[bool]) -> Iterator[tuple[int, int]]:
    """Frames from and to which somebody speaks, a little before and after included."""
    begin, last = None, 0
    for frame, is_loud in enumerate([*loud, *[False] * (PAUSE + 1)]):
        if is_loud:
            begin, last = frame if begin is None else begin, frame
        elif begin is not None and frame - last > PAUSE:
            yield max(0, begin - 3), last + 6
            begin = None


def room_tone(length: float, number: int) -> Sound:
    """Dull noise at -50 dBFS; another one for each number."""
    noise = np.random.default_rng(number).standard_normal(round(length * RATE))
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    dull = np.fft.irfft(spectrum / (1.0 + (hertz / 700.0) ** 2) * (hertz > 80.0), len(noise))
    return np.asarray(dull * (ROOM_TONE / np.sqrt(np.mean(dull**2))), np.float32)
