"""Tones to be played into a desk, and what a room of it sounds like."""

import numpy as np

from services.media.engine.desk import Desk
from services.media.engine.told import Fact, Told
from services.media.mixing.frame import Float


def tone(samples: int, hertz: float = 440.0, begin: int = 0, peak: float = 0.5) -> Float:
    when = np.arange(begin, begin + samples) / 48_000
    line: Float = (peak * np.sin(2 * np.pi * hertz * when)).astype(np.float32)
    return line


def interleaved(sound: Float) -> bytes:
    return np.ascontiguousarray(sound.T).tobytes()


class Programme:
    """What a room sounds like, and what was told, as they come."""

    def __init__(self, made: Desk) -> None:
        self.made = made
        self.heard: list[Float] = []
        self.told: list[Told] = []

    def look(self) -> "Programme":
        for _, _, channels, _, pcm in self.made.programme():
            steps = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32_768)
            self.heard.append(steps.reshape(-1, channels).T)
        self.told += self.made.read()
        return self

    @property
    def sound(self) -> Float:
        return np.concatenate(self.look().heard, axis=1)

    def facts(self) -> list[Fact]:
        return [each.fact for each in self.look().told if each.fact < Fact.METER]

    def lost(self) -> int:
        return max((each.lost for each in self.look().told if each.source >= 0), default=0)
