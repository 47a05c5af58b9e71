"""How `podcast.jsonl` was made (`python -m tests.replay.podcast`): Ora hosts a podcast with Pim, and tunes it on air.

It is opened at -16 LUFS; for a listener with a smart speaker Ora makes it louder and gives five a mix of their own, and
in the end leaves both to the mixer.
"""

from libs.events.ids import Lufs, PersonId, RoomId, Samples, SourceId
from libs.events.media import MixStarted, MixStopped, SourceDisconnected, SpeakingStarted, SpeakingStopped
from libs.events.presence import SpeakerLeft
from libs.events.rooms import (
    PersonRegistered,
    RoomEnded,
    RoomKind,
    RoomOpened,
    RoomTuned,
    Seat,
    SpeakerAdmitted,
    WentLive,
)
from tests.replay.telling import Story, keep

ROOM = RoomId("podcastroom22222")
ORA, PIM = PersonId("ora2222222222222"), PersonId("pim2222222222222")
ORAS, PIMS = SourceId("orasource2222222"), SourceId("pimsource2222222")


async def they_begin(story: Story) -> None:
    """As loud as podcasts are."""
    for person in (ORA, PIM):
        await story.tell(PersonRegistered(person=person), by=person)
    opened = RoomOpened(room=ROOM, title="Shop talk", kind=RoomKind.OPEN, host=ORA, loudness=Lufs(-16))
    await story.tell(opened, by=ORA)
    await story.tell(MixStarted(room=ROOM, epoch=1, first=Samples(12_000)))
    await story.on_air(epoch=1)
    await story.comes_on(ORA, ORAS, ssrc=4001)
    await story.tell(WentLive(room=ROOM), by=ORA)
    await story.tell(SpeakerAdmitted(room=ROOM, person=PIM, seat=Seat.SPEAKER, by=ORA), by=ORA)
    await story.comes_on(PIM, PIMS, ssrc=4002)
    await story.tell(SpeakingStarted(room=ROOM, person=ORA, source=ORAS))


async def it_is_tuned(story: Story) -> None:
    """Twice."""
    await story.tell(RoomTuned(room=ROOM, loudness=Lufs(-14), own_mixes=5, by=ORA), by=ORA, later=20_000)
    await story.mark()
    await story.tell(SpeakingStarted(room=ROOM, person=PIM, source=PIMS), later=5_000)
    await story.tell(RoomTuned(room=ROOM, by=ORA), by=ORA, later=20_000)
    await story.mark()


async def and_ends(story: Story) -> None:
    """Both go."""
    for person, source in ((ORA, ORAS), (PIM, PIMS)):
        await story.tell(SpeakingStopped(room=ROOM, person=person, source=source), later=2_000)
    await story.tell(RoomEnded(room=ROOM, by=ORA), by=ORA)
    for person, source in ((ORA, ORAS), (PIM, PIMS)):
        await story.tell(SourceDisconnected(room=ROOM, source=source, person=person, reason="room-ended"))
        await story.tell(SpeakerLeft(room=ROOM, person=person))
    await story.tell(MixStopped(room=ROOM, epoch=1, last=story.mediatime))


if __name__ == "__main__":
    keep(__file__, Story("podcast", ROOM, 1_767_000_000_000), they_begin, it_is_tuned, and_ends)
