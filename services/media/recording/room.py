"""All that is recorded of one room: its sources and its programme. Belongs to the writing thread.

What the disk refuses ends for this room, stems or evidence, and is told once; the other goes on.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from services.media.recording.archive import Archive
from services.media.recording.evidence import EvidenceRing
from services.media.recording.kinds import Fault, Kind
from services.media.recording.packets import Packet
from services.media.recording.shelf import free_name, private_folder
from services.media.recording.sound import DELAY, TICK, OpusSound
from services.media.recording.stem import About

PROGRAMME = "programme"
RING = ".ring"


class Sink(Protocol):
    """Where packets of one source go. All but `put` may raise OSError."""

    def put(self, packet: Packet) -> None: ...
    def flush(self) -> None: ...
    def sync(self) -> None: ...
    def close(self, at: int) -> None: ...


class RoomRecord:
    """`folders`: where what is wanted goes."""

    def __init__(self, room: str, epoch: int, folders: dict[Kind, Path], told: Callable[[Fault], None]) -> None:
        self._room = room
        self._epoch = epoch
        self._folders = dict(folders)
        self._told = told
        self._sinks: dict[tuple[str, Kind], Sink] = {}
        self._encoders: dict[str, OpusSound] = {}
        self._end = 0

    @property
    def end(self) -> int:
        """The media time up to which something came."""
        return self._end

    def put(self, source: str, person: str, packet: Packet) -> None:
        """What was received of a source."""
        self._put(About(self._room, source, person, self._epoch), packet)

    def sound(self, about: About, at: int, pcm: bytes) -> None:
        """20 ms of what comes as samples, or of the programme: int16, interleaved."""
        encoder = self._encoders.get(about.source)
        if encoder is None or encoder.channels != about.channels:
            encoder = self._encoders[about.source] = OpusSound(about.channels)
        self._put(msgspec.structs.replace(about, pre_skip=DELAY), Packet(at, TICK, encoder.encode(pcm)))

    def flush(self) -> None:
        """Give all of it to the operating system."""
        self._each(lambda sink: sink.flush())

    def sync(self) -> None:
        """Have the disk keep it."""
        self._each(lambda sink: sink.sync())

    def close(self) -> None:
        """It is over: fill all stems up to the same sample."""
        self._each(lambda sink: sink.close(self._end))
        self._sinks = {}

    def _put(self, about: About, packet: Packet) -> None:
        self._end = max(self._end, packet.end)
        for kind in list(self._folders):
            sink = self._sinks.get((about.source, kind)) or self._new(about, kind)
            if sink is not None:
                sink.put(packet)

    def _new(self, about: About, kind: Kind) -> Sink | None:
        folder = self._folders[kind] / self._room
        try:
            private_folder(folder)
            if kind is Kind.STEMS:
                made: Sink = Archive(folder, about)
            else:
                made = EvidenceRing(free_name(folder, f"{about.source}-{about.epoch}", RING), about)
        except OSError as fault:
            self._give_up(kind, fault)
            return None
        self._sinks[about.source, kind] = made
        return made

    def _each(self, work: Callable[[Sink], None]) -> None:
        for (_, kind), sink in list(self._sinks.items()):
            if kind in self._folders:
                try:
                    work(sink)
                except OSError as fault:
                    self._give_up(kind, fault)

    def _give_up(self, kind: Kind, why: OSError) -> None:
        del self._folders[kind]
        for (source, its), sink in list(self._sinks.items()):
            if its is kind:
                del self._sinks[source, its]
                with suppress(OSError):
                    sink.close(0)
        self._told(Fault(self._room, kind, str(why)))
