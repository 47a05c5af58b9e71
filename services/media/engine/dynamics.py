"""What makes loud and soft, as Python objects with the methods of their twins in services/media/mixing; as faces.py."""

import cython
from cython.cimports.services.media.engine import agc, limiter, loudness, truepeak, weight
from cython.cimports.services.media.engine import aim as aiming
from cython.cimports.services.media.engine.frame import TICK

BYTES = cython.declare(cython.int, TICK * 4)


@cython.cclass
class Limiter:
    """mixing/limiter.py's."""

    _limiter: limiter.Limiter
    _channels: cython.int

    def __init__(self, channels: int = 1) -> None:
        self._channels = min(2, channels)
        limiter.begin(cython.address(self._limiter))

    def limit(self, frame: bytes) -> bytes:
        """960 samples for each channel, one channel behind the other."""
        out: cython.float[1920]
        line: cython.p_char = frame
        if len(frame) != BYTES * self._channels:
            raise ValueError(f"{len(frame)} bytes")
        limiter.limit(
            cython.address(self._limiter),
            self._channels,
            cython.cast(cython.pointer[cython.const[cython.float]], line),
            out,
        )
        return cython.cast(cython.p_char, out)[: BYTES * self._channels]


@cython.cclass
class Aim:
    """mixing/aim.py's, with its meters."""

    _aim: aiming.Aim
    _channels: cython.int

    def __init__(self, target: float | None = None, channels: int = 1) -> None:
        self._channels = min(2, channels)
        aiming.begin(cython.address(self._aim))
        self._aim.wanted = target is not None
        self._aim.target = target or 0.0

    @property
    def gain(self) -> float:
        """Decibels."""
        return self._aim.gain

    def meters(self) -> tuple[float, float, float, float]:
        """Momentary, short, integrated; and the true peak since the last time."""
        return (
            loudness.lufs(loudness.mean(cython.address(self._aim.loudness), 4)),
            loudness.lufs(loudness.mean(cython.address(self._aim.loudness), 30)),
            loudness.integrated(cython.address(self._aim.loudness)),
            truepeak.take(cython.address(self._aim.peak)),
        )

    def apply(self, frame: bytes) -> bytes:
        """The sum under its gain."""
        out: cython.float[1920]
        line: cython.p_char = frame
        under: cython.pointer[cython.const[cython.float]] = aiming.apply(
            cython.address(self._aim),
            self._channels,
            cython.cast(cython.pointer[cython.const[cython.float]], line),
            out,
        )
        return cython.cast(cython.p_char, under)[: BYTES * self._channels]

    def hear(self, frame: bytes) -> None:
        """Measure what became of it."""
        line: cython.p_char = frame
        aiming.hear(
            cython.address(self._aim), self._channels, cython.cast(cython.pointer[cython.const[cython.float]], line)
        )


@cython.cclass
class Agc:
    """mixing/agc.py's; `hear` takes a frame and gives what weight.py says of it."""

    _agc: agc.Agc

    def __init__(self, gain: float = 0.0) -> None:
        agc.begin(cython.address(self._agc), gain)

    @property
    def gain(self) -> float:
        """Decibels."""
        return self._agc.gain

    @property
    def factor(self) -> float:
        """What samples are multiplied by."""
        return self._agc.factor

    def hear(self, frame: bytes) -> float:
        """One tick, before the gain."""
        line: cython.p_char = frame
        power: cython.double = weight.weigh(cython.cast(cython.pointer[cython.const[cython.float]], line))
        agc.hear(cython.address(self._agc), power)
        return power
