"""How `forgotten.jsonl` was made (`python -m tests.replay.forgotten`): Uma wants to be forgotten.

She had asked something. What she did stays, under an id that leads to nobody; her topic stays too, and nobody can open
it. Somebody who never signed in is forgotten as well, and whoever comes again by the same name is a new person.
"""

from libs.events.ids import Milliseconds, PersonId, RoomId, SourceId
from libs.events.media import MixStarted, MixStopped, SourceDisconnected, SpeakingStarted, SpeakingStopped
from libs.events.presence import AudienceMeasured, SpeakerLeft
from libs.events.rooms import (
    HandLowered,
    HandRaised,
    PersonForgotten,
    PersonRegistered,
    RoomEnded,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerLeftStage,
    WentLive,
)
from tests.replay.telling import Story, keep, topic

CLINIC = RoomId("clinichour222222")
DOC, UMA, UMA_AGAIN = PersonId("doc2222222222222"), PersonId("uma2222222222222"), PersonId("uma3333333333333")
NEVER_HERE = PersonId("neverhere2222222")
DOCS, UMAS = SourceId("docsource2222222"), SourceId("umasource2222222")


async def the_hour(story: Story) -> None:
    """Uma raises her hand, is heard, and leaves."""
    for person in (DOC, UMA):
        await story.tell(PersonRegistered(person=person), by=person)
    await story.tell(RoomOpened(room=CLINIC, title="Clinic hour", kind=RoomKind.OPEN, host=DOC), by=DOC)
    await story.tell(MixStarted(room=CLINIC, epoch=1, first=story.mediatime))
    await story.on_air(epoch=1)
    await story.comes_on(DOC, DOCS, ssrc=5001)
    await story.tell(WentLive(room=CLINIC), by=DOC)
    words = topic(UMA, CLINIC, "My sister's diagnosis")
    await story.tell(HandRaised(room=CLINIC, person=UMA, topic=words), by=UMA, later=30_000)
    await story.tell(AudienceMeasured(room=CLINIC, listeners=12, window=Milliseconds(10_000)), later=10_000)
    await story.mark()
    await story.tell(SpeakerAdmitted(room=CLINIC, person=UMA, seat=Seat.SPEAKER, by=DOC), by=DOC)
    await story.comes_on(UMA, UMAS, ssrc=5002)
    await story.tell(SpeakingStarted(room=CLINIC, person=UMA, source=UMAS))
    await story.tell(SpeakingStopped(room=CLINIC, person=UMA, source=UMAS), later=40_000)
    await story.tell(SpeakerLeftStage(room=CLINIC, person=UMA, by=UMA), by=UMA)
    await story.tell(SourceDisconnected(room=CLINIC, source=UMAS, person=UMA, reason="left-stage"))
    await story.tell(SpeakerLeft(room=CLINIC, person=UMA), later=5_000)
    again = topic(UMA, CLINIC, "And what it costs")
    await story.tell(HandRaised(room=CLINIC, person=UMA, topic=again), by=UMA)


async def she_is_forgotten(story: Story) -> None:
    """While her hand is still up; the host passes it over afterwards."""
    await story.tell(PersonForgotten(person=UMA), later=60_000)
    await story.tell(PersonForgotten(person=NEVER_HERE))
    await story.mark()
    await story.tell(HandLowered(room=CLINIC, person=UMA, by=DOC), by=DOC)
    await story.tell(PersonRegistered(person=UMA_AGAIN), by=UMA_AGAIN, later=5_000)


async def the_hour_ends(story: Story) -> None:
    """As any other."""
    await story.tell(RoomEnded(room=CLINIC, by=DOC), by=DOC, later=60_000)
    await story.tell(SourceDisconnected(room=CLINIC, source=DOCS, person=DOC, reason="room-ended"))
    await story.tell(SpeakerLeft(room=CLINIC, person=DOC))
    await story.tell(MixStopped(room=CLINIC, epoch=1, last=story.mediatime))


if __name__ == "__main__":
    story = Story("forgotten", CLINIC, 1_765_300_000_000)
    keep(__file__, story, the_hour, she_is_forgotten, the_hour_ends)
