"""The compiled voice and jitter buffer under the faces of the NumPy ones, so that one rule is held by both."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np

from services.media.engine import faces
from services.media.mixing.frame import Float
from services.media.mixing.jitter import JitterBuffer, Kind, Pull, Tally
from services.media.mixing.rtp import Packet
from services.media.mixing.voice import Voice


class Hears(Protocol):
    """What a voice is to whoever sends to it and listens."""

    @property
    def depth(self) -> int:
        """Samples that wait."""

    def push(self, packet: Packet, arrival: int) -> bool:
        """Keep a packet."""

    def take(self) -> Float | None:
        """The next 20 ms."""


class Orders(Protocol):
    """What a jitter buffer is."""

    @property
    def target(self) -> int:
        """Packets that should wait."""

    @property
    def depth(self) -> int:
        """Samples that wait."""

    @property
    def tally(self) -> Tally:
        """What happened to packets."""

    def push(self, packet: Packet, arrival: int, span: int, *, silent: bool = False) -> None:
        """Keep a packet."""

    def pull(self, *, quiet: bool = True) -> Pull:
        """What is due."""


class CompiledVoice:
    """faces.Speaker."""

    def __init__(self) -> None:
        self._twin = faces.Speaker()

    @property
    def depth(self) -> int:
        """Samples that wait."""
        return self._twin.depth

    def push(self, packet: Packet, arrival: int) -> bool:
        """Keep a packet."""
        return self._twin.push(packet, arrival)

    def take(self) -> Float | None:
        """The next 20 ms."""
        frame = self._twin.take()
        return None if frame is None else np.frombuffer(frame, np.float32)


class CompiledBuffer:
    """faces.JitterBuffer."""

    def __init__(self) -> None:
        self._twin = faces.JitterBuffer()

    @property
    def target(self) -> int:
        """Packets that should wait."""
        return self._twin.target

    @property
    def depth(self) -> int:
        """Samples that wait."""
        return self._twin.depth

    @property
    def tally(self) -> Tally:
        """What happened to packets."""
        return Tally(*self._twin.tally)

    def push(self, packet: Packet, arrival: int, span: int, *, silent: bool = False) -> None:
        """Keep a packet."""
        self._twin.push(packet, arrival, span, silent)

    def pull(self, *, quiet: bool = True) -> Pull:
        """What is due."""
        kind, payload, silent = self._twin.pull(quiet)
        return Pull(Kind(kind), payload, silent)


VOICES: dict[str, Callable[[], Hears]] = {"oracle": Voice, "compiled": CompiledVoice}
BUFFERS: dict[str, Callable[[], Orders]] = {"oracle": JitterBuffer, "compiled": CompiledBuffer}
Makes: TypeAlias = Callable[[], Hears]
