"""How the stories in this folder are told: facts in their order, each decision a moment after the one before.

A script says what happened; this puts the envelopes around it as the services would: what a fact is about, when, at
which media time, in whose name and in which role. Told twice, a story has the same bytes. The files are only ever added
to, so a script runs once; afterwards it says how its log came to be.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from libs.events.event import Event
from libs.events.ids import CommandId, DeviceId, Milliseconds, PersonId, RoomId, Samples, SourceId
from libs.events.ledger import Cause, Ledger
from libs.events.logstate import fold
from libs.events.media import EvidenceFrozen, MediaEvent, SourceConnected, SourceRegistered, StreamReady, Transport
from libs.events.memory import MemoryLog
from libs.events.playback import DeviceSeen, PlaybackAsked, PlaybackEvent
from libs.events.presence import AudienceMeasured, PresenceEvent, SpeakerJoined
from libs.events.rooms import PersonEvent, PersonForgotten, PersonRegistered, ProgrammeEvent, RoomEvent, RoomOpened
from libs.events.sealed import Sealed
from libs.events.subjects import Aggregate, room
from libs.service.sealing import PersonKey
from services.media.decide import place
from services.rooms.handle import person_of, programme_of
from services.rooms.hands import topic_of
from services.rooms.state import Room, evolve

MOMENT = Milliseconds(250)
SAMPLES_PER_MS = 48
BITRATES = {"mp3": ("mp3", 96_000), "aac": ("aac-lc", 64_000)}
VIA = {"media": "system", "presence": "log", "playback": "alexa", "rooms": "http"}
SAID_OTHERWISE: dict[type[Event], str] = {
    SourceRegistered: "http",
    EvidenceFrozen: "http",
    AudienceMeasured: "telemetry",
    PersonRegistered: "sign-in",
    PersonForgotten: "forget",
}
"""Who owns a fact is not always asked in the same way."""


class Story:
    """One room's evening; `began` is the wall-clock time of its first fact."""

    def __init__(self, name: str, of: RoomId, began: int) -> None:
        self.room = of
        self.log = MemoryLog()
        self.marks: list[int] = []
        self._name = name
        self._ledger: Ledger[None, Any] = Ledger(self.log, lambda state, _: state, None)
        self._now = began
        self._opened = began
        self._told = 0
        self._known = Room()

    @property
    def mediatime(self) -> Samples:
        """The room's clock as of the last decision."""
        return Samples((self._now - self._opened) * SAMPLES_PER_MS)

    def now_after(self, later: int) -> Milliseconds:
        """The wall-clock time then."""
        return Milliseconds(self._now + later)

    async def tell(self, *facts: Event, by: str | None = None, later: int = MOMENT, heardat: int | None = None) -> None:
        """One decision, so many milliseconds after the one before, about one thing."""
        self._told += 1
        self._now += later
        first, about = facts[0], about_of(facts[0])
        if isinstance(first, RoomOpened):
            self._opened = self._now
        of_room = about.scope == self.room or about.owner == "playback"
        cause = Cause(
            id=CommandId(f"{self._name}-{self._told:04d}"),
            correlationid=f"{self._name}-{self._told:04d}",
            via=SAID_OTHERWISE.get(type(first), VIA[about.owner]),
            now=Milliseconds(self._now),
            actor=by,
            role=self._role(first, by),
            roomid=self.room if of_room else None,
            mediatime=self.mediatime if of_room else None,
            heardat=None if heardat is None else Samples(heardat),
        )
        await self._ledger.record(about, cause, lambda _: list(facts))
        for fact in facts:
            if isinstance(fact, RoomEvent):
                self._known = evolve(self._known, fact)

    def _role(self, fact: Event, by: str | None) -> str | None:
        if not isinstance(fact, RoomEvent):
            return "operator" if isinstance(fact, PersonForgotten) else None
        return "host" if isinstance(fact, RoomOpened) else self._known.role(None if by is None else PersonId(by))

    async def mark(self) -> None:
        """What the facts so far add up to belongs into the expected file."""
        self.marks.append(await self.log.end())

    async def comes_on(
        self, person: PersonId, source: SourceId, ssrc: int, transport: Transport = Transport.RTP
    ) -> None:
        """A seated person's sender is given a place, is heard for the first time, and so is the person."""
        registered = SourceRegistered(
            room=self.room, source=source, person=person, name="desk", transport=transport, ssrc=ssrc
        )
        await self.tell(registered, by=person)
        await self.tell(SourceConnected(room=self.room, source=source, person=person, transport=transport))
        await self.tell(SpeakerJoined(room=self.room, person=person))

    async def on_air(self, epoch: int) -> None:
        """Both renditions have their first segment."""
        for rendition, (codec, bitrate) in BITRATES.items():
            ready = StreamReady(
                room=self.room,
                rendition=rendition,
                epoch=epoch,
                path=f"/live/{self.room}.{rendition}",
                codec=codec,
                bitrate=bitrate,
                latency=Milliseconds(2_250),
            )
            await self.tell(ready)

    async def tunes_in(self, device: DeviceId, token: str, later: int) -> None:
        """A speaker that is new here is told to play, live."""
        asked = PlaybackAsked(device=device, room=self.room, token=token, rendition="mp3")
        await self.tell(DeviceSeen(device=device, locale="en-US"), asked, by=device, later=later)


Telling: TypeAlias = Callable[[Story], Awaitable[None]]


def about_of(fact: Any) -> Aggregate:
    """What a fact is about, as its owner says it."""
    if isinstance(fact, MediaEvent):
        return place(fact)
    if isinstance(fact, PresenceEvent):
        return room(fact.room, "presence", "attendance")
    if isinstance(fact, PlaybackEvent):
        return Aggregate("playback", fact.device, "device", fact.device)
    if isinstance(fact, ProgrammeEvent):
        return programme_of(fact.programme)
    return person_of(fact.person) if isinstance(fact, PersonEvent) else room(fact.room)


def topic(person: PersonId, of: RoomId, text: str) -> Sealed:
    """Words sealed with a key that is thrown away: nobody opens them, and they are the same each time."""
    return PersonKey(person, person.encode().ljust(32, b".")).seal(text, topic_of(of), text)


async def lines_of(story: Story, *parts: Telling) -> bytes:
    """The whole story as JSON Lines."""
    for part in parts:
        await part(story)
    await story.mark()
    return b"".join([fact.line + b"\n" async for batch in story.log.read_all() for fact in batch])


async def expected(story: Story) -> bytes:
    """What the facts add up to at each mark."""
    facts = [fact async for batch in story.log.read_all() for fact in batch]
    return msgspec.json.format(msgspec.json.encode({mark: fold(facts[:mark]) for mark in story.marks})) + b"\n"


def keep(script: str, story: Story, *parts: Telling) -> None:
    """Write the story beside its script, once."""
    file = Path(script).with_suffix(".jsonl")
    if file.exists():
        sys.exit(f"{file.name} is there; files here are only ever added to")
    file.write_bytes(asyncio.run(lines_of(story, *parts)))
    file.with_suffix(".expected.json").write_bytes(asyncio.run(expected(story)))
