"""Five soft instruments and a room, as pure functions: numbers in, float64 samples at 48 kHz out.

Everything is written into a ring: a note that rings past the end of a piece is heard at its start, so no tail is cut.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 48_000

Sound: TypeAlias = NDArray[np.float64]
Dice: TypeAlias = np.random.Generator

DRONE = ((65.5, 0.25, 4), (98.0, 0.6, 6), (131.0, 0.7, 10), (196.0, 0.4, 8), (262.0, 0.22, 14), (294.0, 0.12, 18))
"""Hertz, strength, breaths in 84 s."""


def pitch(note: int) -> float:
    """Hertz of a MIDI note; 69 is A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((note - 69) / 12))


def seconds(length: float) -> Sound:
    """The time axis of a sound of this length, in seconds."""
    return np.arange(round(length * RATE)) / RATE


def add(ring: Sound, at: float, sound: Sound) -> None:
    """Mix `sound` into the ring from `at` seconds on, round its end."""
    places = (round(at * RATE) + np.arange(len(sound))) % len(ring)
    np.add.at(ring, places, sound)


def swell(length: float, rise: float, fall: float) -> Sound:
    """An envelope that rises and falls as half a cosine; both in seconds."""
    t = seconds(length)
    up = 0.5 - 0.5 * np.cos(np.pi * np.minimum(t / rise, 1.0))
    down = 0.5 - 0.5 * np.cos(np.pi * np.clip((length - t) / fall, 0.0, 1.0))
    return up * down


def pad(note: int, length: float, dice: Dice) -> Sound:
    """A warm held note: three detuned voices, few harmonics, a slow breath."""
    t = seconds(length)
    total = np.zeros_like(t)
    for cents in (-5.0, 0.0, 6.0):
        hertz = pitch(note) * 2.0 ** (cents / 1200)
        for harmonic, strength in ((1, 1.0), (2, 0.28), (3, 0.12), (4, 0.05)):
            total += strength * np.sin(2 * np.pi * (hertz * harmonic * t + dice.random()))
    breath = 1.0 + 0.18 * np.sin(2 * np.pi * (0.13 * t + dice.random()))
    return np.asarray(total * breath * swell(length, 1.4, 1.8) / 4.0)


def keys(note: int, force: float) -> Sound:
    """An electric piano: one sine bent by another that fades sooner (frequency modulation), a bell on top."""
    t = seconds(3.2)
    hertz = pitch(note)
    bend = 1.1 * force * np.exp(-t * 3.5) * np.sin(2 * np.pi * hertz * t)
    bell = 0.13 * force * np.exp(-t * 9.0) * np.sin(2 * np.pi * hertz * 7.0 * t)
    body = np.sin(2 * np.pi * hertz * t + bend) * np.exp(-t * 1.7)
    return np.asarray((body + bell) * force * np.minimum(t / 0.006, 1.0) * np.minimum((3.2 - t) / 0.3, 1.0))


def bass(note: int, length: float) -> Sound:
    """A round low note."""
    t = seconds(length)
    tone = np.sin(2 * np.pi * pitch(note) * t) + 0.22 * np.sin(4 * np.pi * pitch(note) * t)
    return np.asarray(tone * np.exp(-t * 0.5) * swell(length, 0.03, 0.25))


def chime(note: int) -> Sound:
    """A small bell with partials that do not line up, as real ones have."""
    t = seconds(4.0)
    partials = ((1.0, 1.0, 1.1), (2.01, 0.35, 1.9), (2.99, 0.2, 2.8), (5.4, 0.06, 5.0))
    tones = [s * np.sin(2 * np.pi * pitch(note) * r * t) * np.exp(-t * d) for r, s, d in partials]
    return np.asarray(sum(tones) * np.minimum(t / 0.004, 1.0))


def shaker(force: float, dice: Dice) -> Sound:
    """A breath of bright noise."""
    t = seconds(0.14)
    noise = np.diff(np.diff(dice.standard_normal(len(t) + 2)))
    return np.asarray(0.25 * force * noise * np.minimum(t / 0.02, 1.0) * np.exp(-t * 38.0))


def thump(force: float) -> Sound:
    """A felt kick: a sine that falls from 95 to 48 Hz."""
    t = seconds(0.5)
    hertz = 48.0 + 47.0 * np.exp(-t * 22.0)
    body = np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
    return np.asarray(force * body * np.exp(-t * 9.0) * np.minimum(t / 0.004, 1.0))


def drone(length: int) -> Sound:
    """The floor that never stops: C2, G2, C3, G3, C4 and D4 rounded to half hertz, breathing a whole number of times,
    so that a piece of `length` (even) seconds ends where it began and any piece can follow any other without a click.
    """
    t = seconds(length)
    total = np.zeros_like(t)
    for hertz, strength, breaths in DRONE:
        cycles = max(2, round(breaths * length / 84))
        total += strength * np.sin(2 * np.pi * hertz * t) * (1.0 - 0.3 * (1 - np.cos(2 * np.pi * cycles * t / length)))
    return total


def room(dry: Sound, dice: Dice, length: float = 2.4) -> Sound:
    """What a wooden hall would add: circular convolution with darkening, dying noise."""
    t = seconds(length)
    tail = dice.standard_normal(len(t)) * np.exp(-t * 2.9)
    bright = np.fft.rfft(tail)
    hertz = np.fft.rfftfreq(len(tail), 1 / RATE)
    tail = np.fft.irfft(bright / (1.0 + (hertz / 2400.0) ** 2) * (hertz / (hertz + 160.0)), len(tail))
    spread = np.zeros(len(dry))
    spread[: len(tail)] = tail / np.sqrt(np.sum(tail**2))
    return np.asarray(np.fft.irfft(np.fft.rfft(dry) * np.fft.rfft(spread), len(dry)))
