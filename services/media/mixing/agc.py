"""Brings a voice to one loudness, slowly, and only while it talks.

Theory. What counts as talk: ticks above -50 LUFS, 8 dB above the noise between words, and not 12 dB below the voice.
The noise is the softest tick, less what it has risen since by 1 dB a second. The voice is the mean of talk over some
3 s, so it is about what EBU R128 would call its loudness; half a second must have been heard. The gain then goes toward
TARGET by 2 dB a second upward and 5 dB downward, in ticks that are talk, and rests within a third of a decibel: a pause
raises nothing. A voice that stays below itself for 3 s of sound has moved away: it is learnt anew, from the gain where
it is.
"""

from .loudness import lufs

TARGET = -20.0
"""LUFS."""

MOST, LEAST = 15.0, -20.0
"""Decibels."""

NOTHING = -70.0
GATE = -50.0
ABOVE_NOISE, BELOW_VOICE = 8.0, 12.0
NOISE_RISES = 0.02
KNOWN, MEMORY = 25, 150
UP, DOWN = 0.04, 0.1
NEAR = 0.3


class Agc:
    """One voice's. `gain` is in decibels: where it was when this person was last heard."""

    def __init__(self, gain: float = 0.0) -> None:
        self.gain = min(MOST, max(LEAST, gain))
        self.voice = 0.0
        self._noise = 0.0
        self._heard = 0
        self._missed = 0

    @property
    def factor(self) -> float:
        """What samples are multiplied by."""
        return float(10.0 ** (self.gain / 20.0))

    def hear(self, power: float) -> None:
        """Take one tick's K-weighted mean square, before the gain."""
        loudness = lufs(power)
        if not self._talks(loudness):
            return
        if self._heard and loudness < lufs(self.voice) - BELOW_VOICE:
            self._missed += 1
            if self._missed >= MEMORY:
                self._heard = self._missed = 0
            return
        self._missed = 0
        self._heard = min(MEMORY, self._heard + 1)
        self.voice += (power - self.voice) / self._heard
        if self._heard >= KNOWN:
            self._move(TARGET - lufs(self.voice))

    def _talks(self, loudness: float) -> bool:
        if loudness < NOTHING:
            return False
        self._noise = min(loudness, self._noise + NOISE_RISES)
        return loudness > max(GATE, self._noise + ABOVE_NOISE)

    def _move(self, wanted: float) -> None:
        away = min(MOST, max(LEAST, wanted)) - self.gain
        if abs(away) > NEAR:
            self.gain += min(UP, max(-DOWN, away))
