"""How `talk_show.jsonl` was made (`python -m tests.replay.talk_show`): a phone-in with callers who wait their turn.

Gil hosts, Hal screens. Three callers raise their hands with a topic and one without; two get on the air and leave
again, one gives up waiting. Gil hands the show over to Hal for the second half, and sits back with a mute on.
"""

from libs.events.ids import Milliseconds, PersonId, ProgrammeId, RoomId, SourceId
from libs.events.media import (
    MixStarted,
    MixStopped,
    SourceConnected,
    SourceDisconnected,
    SourceRegistered,
    SpeakingStarted,
    SpeakingStopped,
    TrackStarted,
    Transport,
)
from libs.events.presence import AudienceMeasured, SpeakerJoined, SpeakerLeft
from libs.events.rooms import (
    HandLowered,
    HandRaised,
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
    SpeakerUnmuted,
    WentLive,
)
from tests.replay.telling import Story, keep, topic

SHOW = RoomId("phoneinshow22222")
MORNINGS = ProgrammeId("phoneinmornings2")
GIL, HAL = PersonId("gil2222222222222"), PersonId("hal2222222222222")
IDA, JON, KIM, LOU = (PersonId(f"{name}2222222222222") for name in ("ida", "jon", "kim", "lou"))
GILS, HALS, IDAS, JONS = (SourceId(f"{name}source2222222") for name in ("gil", "hal", "ida", "jon"))


async def show_begins(story: Story) -> None:
    """Host and co-host at their desks, a jingle, the lines are open."""
    for person in (GIL, HAL, IDA, JON, KIM, LOU):
        await story.tell(PersonRegistered(person=person), by=person)
    series = ProgrammeCreated(programme=MORNINGS, title="Phone-in", aliases=("the phone in", "talk to Gil"), owner=GIL)
    await story.tell(series, by=GIL)
    opened = RoomOpened(room=SHOW, title="Phone-in: gardens", kind=RoomKind.OPEN, host=GIL, programme=MORNINGS)
    await story.tell(opened, by=GIL)
    await story.tell(SpeakerInvited(room=SHOW, person=HAL, by=GIL), by=GIL)
    await story.tell(SpeakerAdmitted(room=SHOW, person=HAL, seat=Seat.COHOST, by=GIL), by=GIL)
    await story.tell(MixStarted(room=SHOW, epoch=1, first=story.mediatime))
    await story.on_air(epoch=1)
    await story.comes_on(GIL, GILS, ssrc=6001)
    await story.comes_on(HAL, HALS, ssrc=6002)
    await story.tell(WentLive(room=SHOW), by=GIL)
    await story.tell(TrackStarted(room=SHOW, title="Phone-in, the jingle"))
    await story.tell(SpeakingStarted(room=SHOW, person=GIL, source=GILS), later=8_000)


async def callers_wait(story: Story) -> None:
    """Four hands; only those who run the show can read why."""
    for person, text in ((IDA, "Slugs in the lettuce"), (JON, "When to cut roses"), (KIM, "My neighbour's hedge")):
        words = topic(person, SHOW, text)
        await story.tell(HandRaised(room=SHOW, person=person, topic=words), by=person, later=6_000)
    await story.tell(HandRaised(room=SHOW, person=LOU), by=LOU, later=6_000)
    await story.tell(AudienceMeasured(room=SHOW, listeners=420, window=Milliseconds(10_000)), later=10_000)
    await story.mark()


async def callers_speak(story: Story) -> None:
    """Hal puts them through, one after the other; Kim hangs up."""
    await put_through(story, IDA, IDAS, ssrc=6003)
    await story.mark()
    await hangs_up(story, IDA, IDAS, by=IDA)
    await story.tell(HandLowered(room=SHOW, person=KIM, by=KIM), by=KIM)
    await put_through(story, JON, JONS, ssrc=6004)
    await hangs_up(story, JON, JONS, by=HAL)
    await story.mark()


async def hal_takes_over(story: Story) -> None:
    """Gil mutes himself and listens; his line drops and he sits down at another desk."""
    await story.tell(SpeakingStopped(room=SHOW, person=GIL, source=GILS), later=2_000)
    await story.tell(SpeakerMuted(room=SHOW, person=GIL, by=GIL), by=GIL)
    await story.tell(SpeakingStarted(room=SHOW, person=HAL, source=HALS))
    replaced = SourceDisconnected(room=SHOW, source=GILS, person=GIL, reason="replaced")
    anew = SourceRegistered(room=SHOW, source=GILS, person=GIL, name="desk", transport=Transport.RTP, ssrc=6005)
    await story.tell(replaced, later=20_000)
    await story.tell(anew, by=GIL)
    await story.tell(SpeakerLeft(room=SHOW, person=GIL), later=5_000)
    await story.mark()
    back = SourceConnected(room=SHOW, source=GILS, person=GIL, transport=Transport.RTP)
    await story.tell(back, later=9_000)
    await story.tell(SpeakerJoined(room=SHOW, person=GIL))
    await story.tell(SpeakerUnmuted(room=SHOW, person=GIL), by=GIL)
    await story.tell(SpeakingStopped(room=SHOW, person=HAL, source=HALS))


async def show_ends(story: Story) -> None:
    """Lou was not put through; the end lowers every hand."""
    await story.tell(RoomEnded(room=SHOW, by=GIL), by=GIL, later=30_000)
    for person, source in ((GIL, GILS), (HAL, HALS)):
        await story.tell(SourceDisconnected(room=SHOW, source=source, person=person, reason="room-ended"))
        await story.tell(SpeakerLeft(room=SHOW, person=person))
    await story.tell(MixStopped(room=SHOW, epoch=1, last=story.mediatime))


async def put_through(story: Story, caller: PersonId, source: SourceId, ssrc: int) -> None:
    """From the queue to the microphone."""
    await story.tell(SpeakerAdmitted(room=SHOW, person=caller, seat=Seat.SPEAKER, by=HAL), by=HAL, later=15_000)
    await story.comes_on(caller, source, ssrc)
    await story.tell(SpeakingStarted(room=SHOW, person=caller, source=source))


async def hangs_up(story: Story, caller: PersonId, source: SourceId, by: PersonId) -> None:
    """Off the stage, and off the air."""
    await story.tell(SpeakingStopped(room=SHOW, person=caller, source=source), later=45_000)
    await story.tell(SpeakerLeftStage(room=SHOW, person=caller, by=by), by=by)
    await story.tell(SourceDisconnected(room=SHOW, source=source, person=caller, reason="left-stage"))
    await story.tell(SpeakerLeft(room=SHOW, person=caller), later=5_000)


if __name__ == "__main__":
    story = Story("talk-show", SHOW, 1_765_400_000_000)
    keep(__file__, story, show_begins, callers_wait, callers_speak, hal_takes_over, show_ends)
