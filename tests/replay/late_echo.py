"""How `late_echo.jsonl` was made (`python -m tests.replay.late_echo`): a kitchen joins late, and so does a bathroom.

The kitchen hears the end of a reading, starts over from its beginning, fails, is moved to the other rendition, stops
and comes back to where it was. The bathroom listens live, until its stream ends with the room.
"""

from libs.events.ids import DeviceId, Milliseconds, PersonId, RoomId, Samples, SourceId
from libs.events.media import MixStarted, MixStopped, SourceDisconnected, SpeakingStarted, SpeakingStopped
from libs.events.playback import (
    PlaybackAsked,
    PlaybackFailed,
    PlaybackFinished,
    PlaybackStarted,
    PlaybackStopped,
)
from libs.events.presence import AudienceMeasured, SpeakerLeft
from libs.events.rooms import PersonRegistered, RoomEnded, RoomKind, RoomOpened, WentLive
from tests.replay.telling import SAMPLES_PER_MS, Story, keep

READING = RoomId("bedtimereading23")
ODA = PersonId("oda2222222222222")
ODAS = SourceId("odasource2222222")
KITCHEN, BATHROOM = DeviceId("kitchenecho22222"), DeviceId("bathroomecho2222")
KITCHENS = ["", "kitchen-1", "kitchen-2", "kitchen-3", "kitchen-4"]
"""The streams that it is told to play, counted from 1."""
BATHROOMS = "bathroom-1"
LATENCY = 2_250 * SAMPLES_PER_MS
MINUTE = 60_000


async def reading_begins(story: Story) -> None:
    """Ten minutes before anybody's speaker asks for it."""
    await story.tell(PersonRegistered(person=ODA), by=ODA)
    opened = RoomOpened(room=READING, title="Bedtime reading", aliases=("the reading",), kind=RoomKind.OPEN, host=ODA)
    await story.tell(opened, by=ODA)
    await story.tell(MixStarted(room=READING, epoch=1, first=story.mediatime))
    await story.on_air(epoch=1)
    await story.comes_on(ODA, ODAS, ssrc=4001)
    await story.tell(WentLive(room=READING), by=ODA)
    await story.tell(SpeakingStarted(room=READING, person=ODA, source=ODAS))


async def kitchen_joins_late(story: Story) -> None:
    """Live first, then from the beginning."""
    await story.tunes_in(KITCHEN, KITCHENS[1], later=10 * MINUTE)
    await started(story, KITCHEN, KITCHENS[1])
    await measured(story, 1)
    await story.mark()
    await stopped(story, KITCHEN, KITCHENS[1], offset=14_000)
    beginning = Samples(2_000 * SAMPLES_PER_MS)
    asked = PlaybackAsked(device=KITCHEN, room=READING, token=KITCHENS[2], rendition="mp3", start=beginning)
    await story.tell(asked, by=KITCHEN)
    await started(story, KITCHEN, KITCHENS[2], heardat=beginning)
    await story.mark()


async def kitchen_fails_over(story: Story) -> None:
    """The speaker can't go on with MP3; we try once more, with AAC, from where it was."""
    where = Samples((2_000 + 90_000) * SAMPLES_PER_MS)
    failed = PlaybackFailed(
        device=KITCHEN,
        room=READING,
        token=KITCHENS[2],
        error="MEDIA_ERROR_SERVICE_UNAVAILABLE",
        at=story.now_after(90_000),
    )
    await story.tell(failed, by=KITCHEN, later=90_000, heardat=where)
    asked = PlaybackAsked(
        device=KITCHEN,
        room=READING,
        token=KITCHENS[3],
        rendition="aac",
        attempt=1,
        start=where,
    )
    await story.tell(asked, by=KITCHEN)
    await started(story, KITCHEN, KITCHENS[3], heardat=where)
    await story.mark()


async def bathroom_listens_too(story: Story) -> None:
    """Live; the kitchen's late word about an old stream ends nothing."""
    await story.tunes_in(BATHROOM, BATHROOMS, later=MINUTE)
    await started(story, BATHROOM, BATHROOMS)
    await stopped(story, KITCHEN, KITCHENS[1], offset=14_000)
    await measured(story, 2)
    await story.mark()


async def kitchen_stops_and_comes_back(story: Story) -> None:
    """After supper, at the moment where it stopped."""
    where = Samples((2_000 + 90_000 + 81_000) * SAMPLES_PER_MS)
    await stopped(story, KITCHEN, KITCHENS[3], offset=81_000, heardat=where)
    await measured(story, 1)
    asked = PlaybackAsked(device=KITCHEN, room=READING, token=KITCHENS[4], rendition="aac", start=where)
    await story.tell(asked, by=KITCHEN, later=15 * MINUTE)
    await started(story, KITCHEN, KITCHENS[4], heardat=where)
    await story.mark()


async def reading_ends(story: Story) -> None:
    """The room ends, and with it the bathroom's stream; the kitchen hears the rest, then its stream ends too."""
    await story.tell(SpeakingStopped(room=READING, person=ODA, source=ODAS), later=MINUTE)
    await story.tell(RoomEnded(room=READING, by=ODA), by=ODA)
    await story.tell(SourceDisconnected(room=READING, source=ODAS, person=ODA, reason="room-ended"))
    await story.tell(SpeakerLeft(room=READING, person=ODA))
    await story.tell(MixStopped(room=READING, epoch=1, last=story.mediatime))
    for device, token, offset in ((BATHROOM, BATHROOMS, 1_052_000), (KITCHEN, KITCHENS[4], 181_000)):
        finished = PlaybackFinished(
            device=device,
            room=READING,
            token=token,
            offset=Milliseconds(offset),
            at=story.now_after(MINUTE),
        )
        await story.tell(finished, by=device, later=MINUTE)
    await measured(story, 0)


async def started(story: Story, device: DeviceId, token: str, heardat: int | None = None) -> None:
    """The speaker says so a second later."""
    fact = PlaybackStarted(device=device, room=READING, token=token, offset=Milliseconds(0))
    await story.tell(fact, by=device, later=1_000, heardat=heardat or story.mediatime - LATENCY)


async def stopped(story: Story, device: DeviceId, token: str, offset: int, heardat: int | None = None) -> None:
    """Somebody said stop."""
    at = story.now_after(5_000)
    fact = PlaybackStopped(device=device, room=READING, token=token, offset=Milliseconds(offset), at=at)
    await story.tell(fact, by=device, later=5_000, heardat=heardat or story.mediatime - LATENCY)


async def measured(story: Story, listeners: int) -> None:
    """Every ten seconds, of which few matter here."""
    await story.tell(AudienceMeasured(room=READING, listeners=listeners, window=Milliseconds(10_000)), later=10_000)


if __name__ == "__main__":
    keep(
        __file__,
        Story("late-echo", READING, 1_765_200_000_000),
        reading_begins,
        kitchen_joins_late,
        kitchen_fails_over,
        bathroom_listens_too,
        kitchen_stops_and_comes_back,
        reading_ends,
    )
