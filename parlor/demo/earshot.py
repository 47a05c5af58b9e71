"""Who listens on the stage, and what came to their ears: the order to the process of ears.py, and its result."""

import contextlib
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from parlor.demo.sender import leashed, told
from parlor.demo.sound import RATE, Sound
from parlor.demo.stage import Person
from services.media.mixing.frame import TICK
from services.media.mixing.opus import Decoder, OpusRefused

WORD = 1 << 32
LONGEST = 3_600 * RATE
"""Samples between two packets; what lies further apart is no timestamp of the same stream."""


class Caller(msgspec.Struct, frozen=True):
    """Somebody, and their access token."""

    name: str
    token: str


class Calls(msgspec.Struct, frozen=True):
    """`page` is the origin, `out` where arrivals are written. `voice` is a file that `speaker` says."""

    page: str
    room: str
    out: str
    hearers: tuple[Caller, ...] = ()
    speaker: Caller | None = None
    voice: str = ""


class Arrival(msgspec.Struct, frozen=True, array_like=True):
    """One packet: when it came (monotonic seconds), its RTP timestamp, its Opus."""

    at: float
    timestamp: int
    payload: bytes


Arrivals = dict[str, list[Arrival]]


class Ear(msgspec.Struct, frozen=True):
    """What one person heard. `begin` is the monotonic time at which sample 0 came to them, `late` by how much each
    packet came later than that says, in seconds.
    """

    sound: Sound
    begin: float
    late: tuple[float, ...] = ()

    def between(self, begin: float, end: float) -> Sound:
        """What came from one monotonic time to another."""
        first, last = (max(0, round((at - self.begin) * RATE)) for at in (begin, end))
        return self.sound[first:last]


@contextlib.asynccontextmanager
async def listening(page: str, room: str, people: Sequence[Person], out: Path) -> AsyncIterator["Listening"]:
    """Everybody listens for as long as the block runs. Raises DemoFailed."""
    callers = tuple(Caller(person.name, person.token) for person in people)
    async with leashed("parlor.demo.ears", Calls(page, room, str(out), hearers=callers)) as process:
        await told(process, "nobody could listen on the stage by WHEP")
        yield Listening(process, out)


class Listening:
    """Ends once it is asked for what was heard."""

    def __init__(self, process: Process, out: Path) -> None:
        self._process = process
        self._out = out

    async def heard(self) -> Mapping[str, Ear]:
        """By name. Raises DemoFailed."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        await told(self._process, "what was heard on the stage was not written down")
        arrivals = msgspec.msgpack.decode(self._out.read_bytes(), type=Arrivals)
        return {name: listened(each) for name, each in arrivals.items()}


def listened(arrivals: Sequence[Arrival]) -> Ear:
    """Decode what came, each packet where its timestamp says; a lost one is silence."""
    if not arrivals:
        return Ear(np.zeros(0, np.float32), 0.0)
    first = arrivals[0].timestamp
    places = [(each.timestamp - first) % WORD for each in arrivals]
    kept = [(place, each) for place, each in zip(places, arrivals, strict=True) if place < LONGEST]
    sound = np.zeros(max(place for place, _ in kept) + TICK, np.float32)
    decoder = Decoder()
    for place, each in sorted(kept, key=lambda one: one[0]):
        with contextlib.suppress(OpusRefused):
            pcm = decoder.decode(each.payload)
            sound[place : place + len(pcm)] = pcm[: len(sound) - place]
    offsets = np.asarray([each.at - place / RATE for place, each in kept])
    begin = float(np.median(offsets))
    return Ear(sound, begin, tuple(float(late) for late in offsets - begin))
