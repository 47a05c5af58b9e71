"""How `unruly.jsonl` was made (`python -m tests.replay.unruly`): Uma hosts, Vic's encoder has gone wild.

It floods, then counts backwards; the mixer contains it and says so, once each; Uma mutes him and he sends in order
from another one.
"""

from libs.events.ids import PersonId, RoomId, Samples, SourceId
from libs.events.media import (
    MixStarted,
    MixStopped,
    SourceDisconnected,
    SourceMisbehaved,
    SpeakingStarted,
    SpeakingStopped,
)
from libs.events.presence import SpeakerLeft
from libs.events.rooms import (
    PersonRegistered,
    RoomEnded,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)
from tests.replay.telling import Story, keep

ROOM = RoomId("unrulyroom222222")
UMA, VIC = PersonId("uma2222222222222"), PersonId("vic2222222222222")
UMAS, VICS, OTHER = SourceId("umasource2222222"), SourceId("vicsource2222222"), SourceId("vicsother2222222")


async def they_begin(story: Story) -> None:
    """Both on the stage."""
    for person in (UMA, VIC):
        await story.tell(PersonRegistered(person=person), by=person)
    opened = RoomOpened(
        room=ROOM, title="Late talk", aliases=(), kind=RoomKind.OPEN, host=UMA, programme=None, automation=None,
        language="en-GB",
    )  # fmt: skip
    await story.tell(opened, by=UMA)
    await story.tell(MixStarted(room=ROOM, epoch=1, first=Samples(12_000)))
    await story.on_air(epoch=1)
    await story.comes_on(UMA, UMAS, ssrc=3001)
    await story.tell(WentLive(room=ROOM), by=UMA)
    await story.tell(SpeakerAdmitted(room=ROOM, person=VIC, seat=Seat.SPEAKER, by=UMA), by=UMA)
    await story.comes_on(VIC, VICS, ssrc=3002)
    await story.tell(SpeakingStarted(room=ROOM, person=UMA, source=UMAS))


async def one_goes_wild(story: Story) -> None:
    """Ten thousand packets a second, then timestamps that go back."""
    await story.tell(SourceMisbehaved(room=ROOM, source=VICS, person=VIC, reason="floods"), later=4_000)
    back = SourceMisbehaved(room=ROOM, source=VICS, person=VIC, reason="timestamps-go-back")
    await story.tell(back, later=60_000)
    await story.tell(SpeakerMuted(room=ROOM, person=VIC, by=UMA), by=UMA, later=3_000)
    await story.mark()
    await story.tell(SourceDisconnected(room=ROOM, source=VICS, person=VIC, reason="timeout"), later=9_000)


async def and_comes_back_in_order(story: Story) -> None:
    """Another encoder; then all is over."""
    await story.comes_on(VIC, OTHER, ssrc=3003)
    await story.tell(SpeakerUnmuted(room=ROOM, person=VIC), by=UMA)
    await story.tell(SpeakingStarted(room=ROOM, person=VIC, source=OTHER))
    await story.mark()
    for person, source in ((UMA, UMAS), (VIC, OTHER)):
        await story.tell(SpeakingStopped(room=ROOM, person=person, source=source), later=2_000)
    await story.tell(RoomEnded(room=ROOM, by=UMA), by=UMA)
    for person, source in ((UMA, UMAS), (VIC, OTHER)):
        await story.tell(SourceDisconnected(room=ROOM, source=source, person=person, reason="room-ended"))
        await story.tell(SpeakerLeft(room=ROOM, person=person))
    await story.tell(MixStopped(room=ROOM, epoch=1, last=story.mediatime))


if __name__ == "__main__":
    keep(__file__, Story("unruly", ROOM, 1_766_000_000_000), they_begin, one_goes_wild, and_comes_back_in_order)
