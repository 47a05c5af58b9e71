"""How `reported.jsonl` was made (`python -m tests.replay.reported`): something is said that Eva has kept for a report.

She hosts; Max says it, is muted, and she has the last two minutes frozen, and again when he has said more.
"""

from libs.events.ids import EvidenceId, PersonId, RoomId, Samples, SourceId
from libs.events.media import (
    EvidenceFrozen,
    MixStarted,
    MixStopped,
    SourceDisconnected,
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

ROOM = RoomId("reportedroom2222")
EVA, MAX = PersonId("eva2222222222222"), PersonId("max2222222222222")
EVAS, MAXS = SourceId("evasource2222222"), SourceId("maxsource2222222")


async def they_begin(story: Story) -> None:
    """Both on the stage."""
    for person in (EVA, MAX):
        await story.tell(PersonRegistered(person=person), by=person)
    opened = RoomOpened(
        room=ROOM, title="Open microphone", aliases=(), kind=RoomKind.OPEN, host=EVA, programme=None, automation=None,
        language="en-GB",
    )  # fmt: skip
    await story.tell(opened, by=EVA)
    await story.tell(MixStarted(room=ROOM, epoch=1, first=Samples(12_000)))
    await story.on_air(epoch=1)
    await story.comes_on(EVA, EVAS, ssrc=5001)
    await story.tell(WentLive(room=ROOM), by=EVA)
    await story.tell(SpeakerAdmitted(room=ROOM, person=MAX, seat=Seat.SPEAKER, by=EVA), by=EVA)
    await story.comes_on(MAX, MAXS, ssrc=5002)


async def he_says_it(story: Story) -> None:
    """And is muted; three minutes in, the ring has lost the first."""
    await story.tell(SpeakingStarted(room=ROOM, person=MAX, source=MAXS), later=180_000)
    await story.tell(SpeakerMuted(room=ROOM, person=MAX, by=EVA), by=EVA, later=6_000)
    await story.tell(SpeakingStopped(room=ROOM, person=MAX, source=MAXS))
    await freezes(story, "evidence22222222", "5e3b")
    await story.mark()


async def and_again(story: Story) -> None:
    """Frozen anew; then all is over."""
    await story.tell(SpeakerUnmuted(room=ROOM, person=MAX), by=EVA, later=20_000)
    await story.tell(SpeakingStarted(room=ROOM, person=MAX, source=MAXS))
    await freezes(story, "evidence33333333", "c41d")
    await story.tell(SpeakingStopped(room=ROOM, person=MAX, source=MAXS), later=2_000)
    await story.tell(RoomEnded(room=ROOM, by=EVA), by=EVA)
    for person, source in ((EVA, EVAS), (MAX, MAXS)):
        await story.tell(SourceDisconnected(room=ROOM, source=source, person=person, reason="room-ended"))
        await story.tell(SpeakerLeft(room=ROOM, person=person))
    await story.tell(MixStopped(room=ROOM, epoch=1, last=story.mediatime))


async def freezes(story: Story, evidence: str, digest: str) -> None:
    """The two minutes up to now."""
    end = Samples(story.mediatime // 960 * 960)
    frozen = EvidenceFrozen(
        room=ROOM, evidence=EvidenceId(evidence), sha256=digest * 16, begin=Samples(end - 5_760_000), end=end, by=EVA
    )
    await story.tell(frozen, by=EVA, later=4_000)


if __name__ == "__main__":
    keep(__file__, Story("reported", ROOM, 1_766_200_000_000), they_begin, he_says_it, and_again)
