"""How `interview.jsonl` was made (`python -m tests.replay.interview`): Ana interviews Ben, and a kitchen listens.

Files in this folder are only ever added to: each must be readable for as long as there is this program.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from libs.events.event import Event
from libs.events.ids import CommandId, DeviceId, Milliseconds, PersonId, ProgrammeId, RoomId, Samples, SourceId
from libs.events.ledger import Cause, Ledger
from libs.events.log import EventLog
from libs.events.media import (
    MixStarted,
    MixStopped,
    SourceConnected,
    SourceDisconnected,
    SourceRegistered,
    SpeakingStarted,
    SpeakingStopped,
    StreamReady,
    Transport,
)
from libs.events.memory import MemoryLog
from libs.events.playback import DeviceSeen, PlaybackAsked, PlaybackStarted, PlaybackStopped
from libs.events.presence import AudienceMeasured, SpeakerJoined, SpeakerLeft
from libs.events.rooms import (
    PersonRegistered,
    ProgrammeCreated,
    RoomEnded,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerInvited,
    SpeakerLeftStage,
    SpeakerMuted,
    WentLive,
)
from libs.events.subjects import Aggregate, room

JAZZ = RoomId("jazzinterview234")
NOON = ProgrammeId("noonprogramme234")
ANA, BEN, CY = PersonId("ana2222222222222"), PersonId("ben2222222222222"), PersonId("cyz2222222222222")
ANAS, BENS, CYS = SourceId("anasource2222222"), SourceId("bensource2222222"), SourceId("cyssource2222222")
KITCHEN = DeviceId("kitchenecho22222")
BEGIN = Milliseconds(1_764_000_000_000)
TOKEN = "kitchen-1"


class Evening:
    """Writes the facts, a quarter of a second apart, each as its own decision unless they come together."""

    def __init__(self, log: EventLog) -> None:
        self._ledger: Ledger[None, Any] = Ledger(log, lambda state, _: state, None)
        self._told = 0

    async def tell(self, about: Aggregate, *facts: Event, actor: str | None = None) -> None:
        """One decision."""
        self._told += 1
        of_room = about.owner != "rooms" or about.kind == "room"
        cause = Cause(
            id=CommandId(f"interview-{self._told:04d}"),
            correlationid=f"interview-{self._told:04d}",
            via="replay",
            now=Milliseconds(BEGIN + 250 * self._told),
            actor=actor,
            roomid=JAZZ if of_room else None,
            mediatime=Samples(12_000 * self._told) if of_room else None,
            heardat=Samples(12_000 * self._told - 96_000) if about.owner == "playback" else None,
        )
        await self._ledger.record(about, cause, lambda _: list(facts))


async def opening(tell: Any) -> None:
    """Until the room is live."""
    this = room(JAZZ)
    for person in (ANA, BEN, CY):
        await tell(Aggregate("rooms", person, "person", person), PersonRegistered(person=person), actor=person)
    programme = ProgrammeCreated(programme=NOON, title="Jazz at Noon", aliases=("noon jazz",), owner=ANA)
    await tell(Aggregate("rooms", NOON, "programme", NOON), programme, actor=ANA)
    opened = RoomOpened(room=JAZZ, title="Jazz at Noon", kind=RoomKind.OPEN, host=ANA, programme=NOON)
    await tell(this, opened, actor=ANA)
    for guest in (BEN, CY):
        await tell(this, SpeakerInvited(room=JAZZ, person=guest, by=ANA), actor=ANA)
        await tell(this, SpeakerAdmitted(room=JAZZ, person=guest, seat=Seat.SPEAKER, by=ANA), actor=guest)
    await tell(room(JAZZ, "media", "mix"), MixStarted(room=JAZZ, epoch=1, first=Samples(0)))
    for n, (person, source) in enumerate(((ANA, ANAS), (BEN, BENS), (CY, CYS))):
        about = Aggregate("media", JAZZ, "source", source)
        asked = SourceRegistered(
            room=JAZZ, source=source, person=person, name="desk", transport=Transport.RTP, ssrc=1001 + n
        )
        await tell(about, asked, actor=person)
        await tell(about, SourceConnected(room=JAZZ, source=source, person=person, transport=Transport.RTP))
        await tell(room(JAZZ, "presence", "attendance"), SpeakerJoined(room=JAZZ, person=person))
    for rendition, codec in (("mp3", "mp3"), ("aac", "aac-lc")):
        ready = StreamReady(
            room=JAZZ,
            rendition=rendition,
            epoch=1,
            path=f"/live/{JAZZ}.{rendition}",
            codec=codec,
            bitrate=64_000,
            latency=Milliseconds(400),
        )
        await tell(room(JAZZ, "media", "output"), ready)
    await tell(this, WentLive(room=JAZZ), actor=ANA)


async def conversation(tell: Any) -> None:
    """While the kitchen listens."""
    mix, echo = room(JAZZ, "media", "mix"), Aggregate("playback", KITCHEN, "device", KITCHEN)
    await tell(room(JAZZ), SpeakerMuted(room=JAZZ, person=CY, by=ANA), actor=ANA)
    asked = PlaybackAsked(device=KITCHEN, room=JAZZ, token=TOKEN, rendition="mp3")
    await tell(echo, DeviceSeen(device=KITCHEN, locale="en-US"), asked)
    await tell(echo, PlaybackStarted(device=KITCHEN, room=JAZZ, token=TOKEN, offset=Milliseconds(0)))
    for _ in range(3):
        for person, source in ((ANA, ANAS), (BEN, BENS)):
            await tell(mix, SpeakingStarted(room=JAZZ, person=person, source=source))
            await tell(mix, SpeakingStopped(room=JAZZ, person=person, source=source))
        measured = AudienceMeasured(room=JAZZ, listeners=1, window=Milliseconds(10_000))
        await tell(room(JAZZ, "presence", "attendance"), measured)
    await tell(echo, PlaybackStopped(device=KITCHEN, room=JAZZ, token=TOKEN, offset=Milliseconds(9_500)))


async def ending(tell: Any) -> None:
    """Ben leaves first, then the room ends for everybody."""
    await tell(room(JAZZ), SpeakerLeftStage(room=JAZZ, person=BEN, by=BEN), actor=BEN)
    await tell(room(JAZZ), RoomEnded(room=JAZZ, by=ANA), actor=ANA)
    for person, source in ((BEN, BENS), (ANA, ANAS), (CY, CYS)):
        gone = SourceDisconnected(room=JAZZ, source=source, person=person, reason="room-ended")
        await tell(Aggregate("media", JAZZ, "source", source), gone)
        await tell(room(JAZZ, "presence", "attendance"), SpeakerLeft(room=JAZZ, person=person))
    await tell(room(JAZZ, "media", "mix"), MixStopped(room=JAZZ, epoch=1, last=Samples(600_000)))


async def interview(log: EventLog) -> None:
    """The whole evening."""
    evening = Evening(log)
    for part in (opening, conversation, ending):
        await part(evening.tell)


async def lines() -> bytes:
    """The whole evening as JSON Lines."""
    log = MemoryLog()
    await interview(log)
    return b"".join([fact.line + b"\n" async for batch in log.read_all() for fact in batch])


if __name__ == "__main__":
    file = Path(__file__).with_name("interview.jsonl")
    if file.exists():
        sys.exit(f"{file.name} is there; files here are only ever added to")
    file.write_bytes(asyncio.run(lines()))
