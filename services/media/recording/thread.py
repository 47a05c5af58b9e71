"""The writing thread: takes what tick threads received out of their rings, and puts it on the disk.

    desk.stems() ──ring──►┐
    desk.sounds() ─ring──►│
    sound(...)   ──line──►│ the thread, 20 times a second ─► stems: a page each half second, synced once a second
    begin, add … ──line──►┘                               └► evidence rings

Nobody waits for it: what finds no room in a ring or in the line is left out, and counted. A disk may keep it waiting as
long as those hold: 1.6 s of fifty sources. `freeze` alone waits, in the thread that calls it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple, Protocol

from services.media.engine.told import Played, Sounded
from services.media.recording.freeze import Bundle, freeze
from services.media.recording.kinds import Fault, Kind
from services.media.recording.packets import Packet
from services.media.recording.room import PROGRAMME, RING, RoomRecord
from services.media.recording.shelf import private_folder
from services.media.recording.stem import About

EACH_S = 0.05
FLUSH_S = 0.5
SYNC_S = 1.0
SYNC_SHARE = 10
"""A sync that took long is not repeated before ten times as long."""

PATIENCE_S = 5

MOST = 4_096
TICK = 960


class Received(Protocol):
    """What a tick thread received: services/media/engine/desk.py."""

    def stems(self) -> list[Played]:
        """Packets, since the last time."""

    def sounds(self) -> list[Sounded]:
        """Ticks of what comes as samples, since the last time."""


class RoomTape(NamedTuple):
    """A room from now on, in this epoch. `zero`: the tick of its desk at which media time is 0."""

    room: str
    epoch: int
    zero: int
    kinds: frozenset[Kind] = frozenset(Kind)


class SourceTape(NamedTuple):
    """A source of a desk, by its number there, and whose it is. `since`: the desk's tick when this became so."""

    number: int
    room: str
    source: str
    person: str
    since: int


class Recording:
    """`folders` for what may be kept at all; `told` and `failed` are called on the thread, `failed` as its last act."""

    def __init__(
        self, folders: dict[Kind, Path], told: Callable[[Fault], None], failed: Callable[[Exception], None]
    ) -> None:
        self.left_out = 0
        self._folders = folders
        self._told = told
        self._failed = failed
        self._rooms: dict[str, tuple[RoomTape, RoomRecord]] = {}
        self._desks: list[Received] = []
        self._places: dict[tuple[int, int], list[SourceTape]] = {}
        self._line: deque[Callable[[], None]] = deque()
        self._last: deque[Callable[[], None]] = deque()
        self._wake = threading.Event()
        self._going = True
        self._flushed = self._synced = 0.0
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)

    @property
    def thread(self) -> threading.Thread:
        """The writing one."""
        return self._thread

    def start(self) -> None:
        """Begin."""
        for folder in self._folders.values():
            private_folder(folder)
        self._thread.start()

    def stop(self) -> None:
        """Write what is there, close everything. Blocks for as long as the disk takes, `PATIENCE_S` at most."""
        self._going = False
        self._wake.set()
        self._thread.join(PATIENCE_S)

    def listen(self, desk: Received) -> None:
        """Take what this desk received. The thread is the one that calls its `stems`."""
        self._post(lambda: self._desks.append(desk))

    def begin(self, tape: RoomTape) -> None:
        """Keep of this room what is said there."""
        self._post(lambda: self._begin(tape))

    def add(self, desk: Received, tape: SourceTape) -> None:
        """Whose packets come under this number."""
        self._post(lambda: self._add(desk, tape))

    def sound(self, room: str, at: int, channels: int, pcm: bytes) -> None:
        """20 ms of a room's programme: int16, interleaved, at its media time."""
        if len(self._line) >= MOST:
            self.left_out += 1
            return
        self._line.append(lambda: self._sound(room, at, channels, pcm))

    def end(self, room: str, epoch: int) -> None:
        """Nothing more comes from this room in this epoch. What was kept stays."""
        self._finish(lambda: self._end(room, epoch))

    def forget(self, room: str) -> None:
        """The room is over: its evidence rings go, whoever wrote them."""
        self._finish(lambda: self._forget(room))

    def forget_others(self, rooms: frozenset[str]) -> None:
        """Only these rooms are still open."""
        self._finish(lambda: self._forget_others(rooms))

    def freeze(self, room: str, begin: int, end: int | None, folder: Path) -> Bundle | None:
        """As recording/freeze.py, of all rings of a room, up to what came before now. Raises TimeoutError when the
        thread does not get round to writing that. Blocks; not for the event loop's thread.
        """
        written = self._written(room)
        ends = [each for each in (end, written) if each is not None]
        rings = self._folders[Kind.EVIDENCE] / room
        return freeze(rings.glob(f"*{RING}"), begin, min(ends, default=None), folder)

    def _written(self, room: str) -> int | None:
        """The media time up to which all is in the rings now; None when the room is not on air here."""
        done: Future[int | None] = Future()
        self._finish(lambda: done.set_result(self._flush_of(room)))
        try:
            return done.result(PATIENCE_S)
        except TimeoutError:
            raise TimeoutError(f"the disk keeps the recording waiting for more than {PATIENCE_S} s") from None

    def _post(self, work: Callable[[], None]) -> None:
        self._line.append(work)
        self._wake.set()

    def _finish(self, work: Callable[[], None]) -> None:
        """Do it when all that came before is written."""
        self._last.append(work)
        self._wake.set()

    def _run(self) -> None:
        try:
            while self._going:
                self._wake.wait(EACH_S if self._rooms else None)
                self._wake.clear()
                self._turn(time.monotonic())
            self._turn(time.monotonic())
            for tape, _ in list(self._rooms.values()):
                self._end(tape.room, tape.epoch)
        except Exception as fault:  # noqa: BLE001  # a thread has nobody else to tell
            self._failed(fault)

    def _turn(self, now: float) -> None:
        last = len(self._last)
        made = [(desk, desk.stems(), desk.sounds()) for desk in self._desks]
        for _ in range(len(self._line)):  # after that: whose a packet is was said before it came
            self._line.popleft()()
        self._drain(made)
        if now - self._flushed >= FLUSH_S:
            self._flushed = now
            self._flush()
        if now >= self._synced:
            begun = time.monotonic()
            for _, record in self._rooms.values():
                record.sync()
            self._synced = now + max(SYNC_S, SYNC_SHARE * (time.monotonic() - begun))
        for _ in range(last):
            self._last.popleft()()

    def _drain(self, made: Iterable[tuple[Received, list[Played], list[Sounded]]]) -> None:
        for desk, stems, sounds in made:
            for played in stems:
                self._take(desk, played)
            for sounded in sounds:
                self._hear(desk, sounded)

    def _take(self, desk: Received, played: Played) -> None:
        tape = self._whose(desk, played.source, played.tick)
        if tape is not None:
            room, record = self._rooms[tape.room]
            at = (played.tick - room.zero) * TICK + played.begin
            packet = Packet(at, played.span, played.payload, played.sequence, played.timestamp)
            record.put(tape.source, tape.person, packet)

    def _hear(self, desk: Received, sounded: Sounded) -> None:
        tape = self._whose(desk, sounded.source, sounded.tick)
        if tape is not None:
            room, record = self._rooms[tape.room]
            of = About(tape.room, tape.source, tape.person, room.epoch, sounded.channels)
            record.sound(of, (sounded.tick - room.zero) * TICK, sounded.pcm)

    def _whose(self, desk: Received, number: int, tick: int) -> SourceTape | None:
        """What had this number at that tick, if its room is recorded."""
        for tape in self._places.get((id(desk), number), ()):
            if tick > tape.since:
                return tape if tape.room in self._rooms else None
        return None

    def _begin(self, tape: RoomTape) -> None:
        if tape.room in self._rooms:
            self._end(tape.room, self._rooms[tape.room][0].epoch)
        folders = {kind: folder for kind, folder in self._folders.items() if kind in tape.kinds}
        self._rooms[tape.room] = tape, RoomRecord(tape.room, tape.epoch, folders, self._told)

    def _add(self, desk: Received, tape: SourceTape) -> None:
        """The newest first, and the one before it, of which there may be packets yet."""
        place = id(desk), tape.number
        self._places[place] = [tape, *self._places.get(place, [])][:2]

    def _sound(self, room: str, at: int, channels: int, pcm: bytes) -> None:
        if room in self._rooms:
            tape, record = self._rooms[room]
            record.sound(About(room, PROGRAMME, "", tape.epoch, channels), at, pcm)

    def _end(self, room: str, epoch: int) -> None:
        if room in self._rooms and self._rooms[room][0].epoch == epoch:
            self._rooms.pop(room)[1].close()

    def _flush(self) -> None:
        for _, record in self._rooms.values():
            record.flush()

    def _flush_of(self, room: str) -> int | None:
        self._flush()
        return self._rooms[room][1].end if room in self._rooms else None

    def _forget(self, room: str) -> None:
        if room in self._rooms:
            self._end(room, self._rooms[room][0].epoch)
        if Kind.EVIDENCE in self._folders:
            rmtree(self._folders[Kind.EVIDENCE] / room, ignore_errors=True)

    def _forget_others(self, rooms: frozenset[str]) -> None:
        folder = self._folders.get(Kind.EVIDENCE)
        for each in folder.iterdir() if folder is not None else ():
            if each.name not in rooms:
                rmtree(each, ignore_errors=True)
