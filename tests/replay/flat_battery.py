"""How `flat_battery.jsonl` was made (`python -m tests.replay.flat_battery`): Ida speaks from a train.

Her sound stops for a moment, comes back, and then the battery is flat.
"""

from libs.events.ids import PersonId, RoomId, Samples, SourceId
from libs.events.media import (
    MixStarted,
    MixStopped,
    SourceDisconnected,
    SourceStalled,
    SpeakingStarted,
    SpeakingStopped,
)
from libs.events.presence import SpeakerLeft
from libs.events.rooms import PersonRegistered, RoomEnded, RoomKind, RoomOpened, WentLive
from tests.replay.telling import Story, keep

ROOM = RoomId("batteryroom22222")
IDA = PersonId("ida2222222222222")
IDAS = SourceId("idasource2222222")


async def she_begins(story: Story) -> None:
    """Alone on the stage."""
    await story.tell(PersonRegistered(person=IDA), by=IDA)
    opened = RoomOpened(
        room=ROOM, title="From the train", aliases=(), kind=RoomKind.OPEN, host=IDA, programme=None, automation=None,
        language="en-GB",
    )  # fmt: skip
    await story.tell(opened, by=IDA)
    await story.tell(MixStarted(room=ROOM, epoch=1, first=Samples(9_600)))
    await story.on_air(epoch=1)
    await story.comes_on(IDA, IDAS, ssrc=4001)
    await story.tell(WentLive(room=ROOM), by=IDA)
    await story.tell(SpeakingStarted(room=ROOM, person=IDA, source=IDAS))


async def a_tunnel(story: Story) -> None:
    """Twice, a second and a half each."""
    for _ in range(2):
        await story.tell(SourceStalled(room=ROOM, source=IDAS, person=IDA), later=30_000)
        await story.mark()


async def and_silence(story: Story) -> None:
    """The battery is flat; the room is closed."""
    await story.tell(SourceStalled(room=ROOM, source=IDAS, person=IDA), later=60_000)
    await story.tell(SpeakingStopped(room=ROOM, person=IDA, source=IDAS))
    await story.tell(SourceDisconnected(room=ROOM, source=IDAS, person=IDA, reason="timeout"), later=4_000)
    await story.mark()
    await story.tell(RoomEnded(room=ROOM, by=IDA), by=IDA, later=60_000)
    await story.tell(SourceDisconnected(room=ROOM, source=IDAS, person=IDA, reason="room-ended"))
    await story.tell(SpeakerLeft(room=ROOM, person=IDA))
    await story.tell(MixStopped(room=ROOM, epoch=1, last=story.mediatime))


if __name__ == "__main__":
    keep(__file__, Story("flat_battery", ROOM, 1_767_000_000_000), she_begins, a_tunnel, and_silence)
