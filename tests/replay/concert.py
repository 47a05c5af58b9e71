"""How `concert.jsonl` was made (`python -m tests.replay.concert`): Mia hosts an evening with Leo and Nia.

A tape plays before they do; a cable is pulled and nobody is heard, so the house plays, until Leo is back; then a second
mixer takes the room over, and what the first still says is void.
"""

from libs.events.ids import Milliseconds, PersonId, ProgrammeId, RoomId, Samples, SourceId
from libs.events.media import (
    DeadAirDetected,
    DeadAirEnded,
    MixStarted,
    MixStopped,
    SourceConnected,
    SourceDisconnected,
    SpeakingStarted,
    SpeakingStopped,
    TrackStarted,
    Transport,
)
from libs.events.presence import AudienceMeasured, SpeakerJoined, SpeakerLeft
from libs.events.rooms import (
    PersonRegistered,
    ProgrammeCreated,
    ProgrammeSwitchedOff,
    ProgrammeSwitchedOn,
    RoomEnded,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    WentLive,
)
from tests.replay.telling import Story, keep

CONCERT = RoomId("concerttonight23")
NIGHTS = ProgrammeId("concertnights234")
MIA, LEO, NIA = PersonId("mia2222222222222"), PersonId("leo2222222222222"), PersonId("nia2222222222222")
TAPE, LEOS, NIAS = SourceId("tapesource222222"), SourceId("leosource2222222"), SourceId("niasource2222222")


async def doors_open(story: Story) -> None:
    """The series was switched off over the summer; tonight there is a tape until the musicians are ready."""
    for person in (MIA, LEO, NIA):
        await story.tell(PersonRegistered(person=person), by=person)
    series = ProgrammeCreated(programme=NIGHTS, title="Concert Nights", owner=MIA, automation="evening")
    await story.tell(series, by=MIA)
    await story.tell(ProgrammeSwitchedOff(programme=NIGHTS), by=MIA)
    await story.tell(ProgrammeSwitchedOn(programme=NIGHTS), by=MIA)
    opened = RoomOpened(
        room=CONCERT,
        title="Leo & Nia, live",
        aliases=("the concert",),
        kind=RoomKind.OPEN,
        host=MIA,
        programme=NIGHTS,
        automation="evening",
        language="de-DE",
    )
    await story.tell(opened, by=MIA)
    await story.tell(MixStarted(room=CONCERT, epoch=1, first=Samples(12_000)))
    await story.on_air(epoch=1)
    await story.comes_on(MIA, TAPE, ssrc=0, transport=Transport.FILE)
    await story.tell(WentLive(room=CONCERT), by=MIA)
    await story.tell(TrackStarted(room=CONCERT, title="Waiting for the light", artist="The Quiet Hours"))
    await story.tell(AudienceMeasured(room=CONCERT, listeners=180, window=Milliseconds(10_000)), later=10_000)


async def they_play(story: Story) -> None:
    """Both on the stage, one song after the other."""
    for person, source, ssrc in ((LEO, LEOS, 2001), (NIA, NIAS, 2002)):
        await story.tell(SpeakerAdmitted(room=CONCERT, person=person, seat=Seat.SPEAKER, by=MIA), by=MIA)
        await story.comes_on(person, source, ssrc)
        await story.tell(SpeakingStarted(room=CONCERT, person=person, source=source))
    await story.tell(TrackStarted(room=CONCERT, title="River song"), later=60_000)
    await story.tell(AudienceMeasured(room=CONCERT, listeners=1_250, window=Milliseconds(10_000)), later=10_000)
    await story.mark()


async def a_cable_is_pulled(story: Story) -> None:
    """Nobody is heard, and the house fills the silence until Leo is back."""
    for person, source in ((LEO, LEOS), (NIA, NIAS)):
        await story.tell(SpeakingStopped(room=CONCERT, person=person, source=source))
        await story.tell(SourceDisconnected(room=CONCERT, source=source, person=person, reason="timeout"), later=5_000)
    await story.tell(SpeakerLeft(room=CONCERT, person=NIA), later=5_000)
    await story.tell(DeadAirDetected(room=CONCERT, after=Milliseconds(10_000)))
    await story.mark()
    await story.tell(TrackStarted(room=CONCERT, title="Evening, second piece", artist="Parlor"))
    await story.tell(DeadAirEnded(room=CONCERT))
    await story.tell(SourceConnected(room=CONCERT, source=LEOS, person=LEO, transport=Transport.RTP), later=8_000)
    await story.tell(SpeakingStarted(room=CONCERT, person=LEO, source=LEOS))


async def another_mixer_takes_over(story: Story) -> None:
    """Epoch 2 begins while the first mixer is not heard of; its late farewell changes nothing."""
    cut = story.mediatime
    await story.tell(MixStarted(room=CONCERT, epoch=2, first=Samples(cut + 48_000)), later=1_000)
    await story.mark()
    await story.on_air(epoch=2)
    await story.tell(MixStopped(room=CONCERT, epoch=1, last=cut))
    await story.tell(SourceConnected(room=CONCERT, source=NIAS, person=NIA, transport=Transport.RTP), later=3_000)
    await story.tell(SpeakerJoined(room=CONCERT, person=NIA))
    await story.tell(SpeakingStarted(room=CONCERT, person=NIA, source=NIAS))
    await story.tell(TrackStarted(room=CONCERT, title="Encore", artist="Leo & Nia"), later=120_000)
    await story.mark()


async def good_night(story: Story) -> None:
    """Everybody goes."""
    for person, source in ((LEO, LEOS), (NIA, NIAS)):
        await story.tell(SpeakingStopped(room=CONCERT, person=person, source=source), later=2_000)
    await story.tell(RoomEnded(room=CONCERT, by=MIA), by=MIA)
    for person, source in ((MIA, TAPE), (LEO, LEOS), (NIA, NIAS)):
        gone = SourceDisconnected(room=CONCERT, source=source, person=person, reason="room-ended")
        await story.tell(gone)
        await story.tell(SpeakerLeft(room=CONCERT, person=person))
    await story.tell(MixStopped(room=CONCERT, epoch=2, last=story.mediatime))


if __name__ == "__main__":
    keep(
        __file__,
        Story("concert", CONCERT, 1_765_000_000_000),
        doors_open,
        they_play,
        a_cable_is_pulled,
        another_mixer_takes_over,
        good_night,
    )
