"""How `moderation.jsonl` was made (`python -m tests.replay.moderation`): a talk by invitation that somebody disturbs.

Ada hosts, Bo is her co-host, Cem and Dia are invited. Dia, once seated, talks over everybody: Bo mutes her, she unmutes
herself, so she is moved to the audience. Invited again she asks for the floor again, and both are taken back.
"""

from libs.events.ids import Milliseconds, PersonId, RoomId, Samples, SourceId
from libs.events.media import MixStarted, MixStopped, SourceDisconnected, SpeakingStarted, SpeakingStopped
from libs.events.presence import AudienceMeasured, SpeakerLeft
from libs.events.rooms import (
    HandLowered,
    HandRaised,
    InvitationWithdrawn,
    PersonRegistered,
    RoomEnded,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerInvited,
    SpeakerLeftStage,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)
from tests.replay.telling import Story, keep, topic

FORUM = RoomId("townforum2222222")
ADA, BO, CEM = PersonId("ada2222222222222"), PersonId("bob2222222222222"), PersonId("cem2222222222222")
DIA, EVE = PersonId("dia2222222222222"), PersonId("eve2222222222222")
ADAS, BOS, DIAS = SourceId("adasource2222222"), SourceId("bobsource2222222"), SourceId("diasource2222222")


async def gathering(story: Story) -> None:
    """Two run the stage, three are invited, one declines."""
    for person in (ADA, BO, CEM, DIA, EVE):
        await story.tell(PersonRegistered(person=person), by=person)
    opened = RoomOpened(room=FORUM, title="Town forum: the new bridge", kind=RoomKind.INVITED, host=ADA)
    await story.tell(opened, by=ADA)
    for guest in (BO, CEM, DIA, EVE):
        await story.tell(SpeakerInvited(room=FORUM, person=guest, by=ADA), by=ADA)
    await story.tell(SpeakerAdmitted(room=FORUM, person=BO, seat=Seat.COHOST, by=ADA), by=ADA)
    await story.tell(InvitationWithdrawn(room=FORUM, person=EVE, by=EVE), by=EVE)
    await story.tell(MixStarted(room=FORUM, epoch=1, first=story.mediatime))
    await story.on_air(epoch=1)
    for person, source, ssrc in ((ADA, ADAS, 3001), (BO, BOS, 3002)):
        await story.comes_on(person, source, ssrc)
    await story.tell(WentLive(room=FORUM), by=ADA)


async def hands_go_up(story: Story) -> None:
    """Cem and Dia want to speak; Cem thinks of something better to say and keeps his place."""
    for person, text in ((CEM, "Who pays for it?"), (DIA, "The bridge is a lie")):
        words = topic(person, FORUM, text)
        await story.tell(HandRaised(room=FORUM, person=person, topic=words), by=person, later=4_000)
    again = topic(CEM, FORUM, "Who pays for it, and when?")
    await story.tell(HandRaised(room=FORUM, person=CEM, topic=again), by=CEM, later=2_000)
    await story.tell(AudienceMeasured(room=FORUM, listeners=24, window=Milliseconds(10_000)), later=10_000)
    await story.mark()


async def somebody_disturbs(story: Story) -> None:
    """Seated, muted by the co-host, unmuted by herself, moved to the audience."""
    await story.tell(SpeakerAdmitted(room=FORUM, person=DIA, seat=Seat.SPEAKER, by=BO), by=BO)
    await story.comes_on(DIA, DIAS, ssrc=3003)
    await story.tell(SpeakingStarted(room=FORUM, person=DIA, source=DIAS))
    await story.tell(SpeakerMuted(room=FORUM, person=DIA, by=BO), by=BO, later=9_000)
    await story.tell(SpeakingStopped(room=FORUM, person=DIA, source=DIAS))
    await story.mark()
    await story.tell(SpeakerUnmuted(room=FORUM, person=DIA), by=DIA, later=3_000)
    await story.tell(SpeakingStarted(room=FORUM, person=DIA, source=DIAS))
    await story.tell(SpeakerLeftStage(room=FORUM, person=DIA, by=BO), by=BO, later=5_000)
    await story.tell(SpeakingStopped(room=FORUM, person=DIA, source=DIAS))
    await story.tell(SourceDisconnected(room=FORUM, source=DIAS, person=DIA, reason="left-stage"))
    await story.tell(SpeakerLeft(room=FORUM, person=DIA), later=5_000)
    await story.mark()


async def order_returns(story: Story) -> None:
    """Dia's hand is passed over, her new invitation taken back; Cem has nothing to say any more, and Ada ends it."""
    await story.tell(SpeakerInvited(room=FORUM, person=DIA, by=ADA), by=ADA, later=20_000)
    await story.tell(HandRaised(room=FORUM, person=DIA), by=DIA, later=1_000)
    await story.tell(HandLowered(room=FORUM, person=DIA, by=BO), by=BO)
    await story.tell(InvitationWithdrawn(room=FORUM, person=DIA, by=BO), by=BO)
    await story.tell(HandLowered(room=FORUM, person=CEM, by=CEM), by=CEM, later=30_000)
    await story.mark()
    await story.tell(RoomEnded(room=FORUM, by=ADA), by=ADA, later=60_000)
    for person, source in ((ADA, ADAS), (BO, BOS)):
        await story.tell(SourceDisconnected(room=FORUM, source=source, person=person, reason="room-ended"))
        await story.tell(SpeakerLeft(room=FORUM, person=person))
    await story.tell(MixStopped(room=FORUM, epoch=1, last=Samples(story.mediatime)))


if __name__ == "__main__":
    story = Story("moderation", FORUM, 1_765_100_000_000)
    keep(__file__, story, gathering, hands_go_up, somebody_disturbs, order_returns)
