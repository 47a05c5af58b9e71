"""A long log for benchmarks: evening after evening some rooms are on the air at once, and their facts interleave."""

from collections.abc import Iterator
from itertools import islice, zip_longest

from nats.aio.client import Client

from libs.events.envelope import Envelope, decode, encode
from libs.events.event import Event
from libs.events.folded import Head
from libs.events.fresh import fresh_id
from libs.events.ids import START, CommandId, Milliseconds, PersonId, RoomId, Samples
from libs.events.ledger import Cause, write
from libs.events.media import MixStarted, StreamReady
from libs.events.presence import AudienceMeasured
from libs.events.rooms import (
    RoomEnded,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerLeftStage,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)
from libs.events.subjects import Aggregate, event_subject, room

ANA, BEN = PersonId("ana2222222222222"), PersonId("ben2222222222222")
BEGIN = Milliseconds(1_764_000_000_000)
FACTS_OF_A_ROOM = 50
AT_ONCE = 500


def one_room() -> Iterator[tuple[Aggregate, Event]]:
    """Fifty facts of three owners: it opens, Ben comes and goes, who listens is counted, it ends."""
    name = RoomId(fresh_id())
    about, mix, attendance = room(name), room(name, "media", "mix"), room(name, "presence", "attendance")
    yield about, RoomOpened(room=name, title="Jazz at Noon", kind=RoomKind.OPEN, host=ANA)
    yield mix, MixStarted(room=name, epoch=1, first=Samples(0))
    for rendition, codec in (("mp3", "mp3"), ("aac", "mp4a.40.2")):
        path = f"/live/{name}.{rendition}"
        latency = Milliseconds(4_000)
        yield (
            mix,
            StreamReady(
                room=name, rendition=rendition, epoch=1, path=path, codec=codec, bitrate=128_000, latency=latency
            ),
        )
    yield about, WentLive(room=name)
    yield about, SpeakerAdmitted(room=name, person=BEN, seat=Seat.SPEAKER, by=ANA)
    for n in range((FACTS_OF_A_ROOM - 8) // 3):
        yield attendance, AudienceMeasured(room=name, listeners=n, window=Milliseconds(10_000))
        yield about, SpeakerMuted(room=name, person=BEN, by=ANA)
        yield about, SpeakerUnmuted(room=name, person=BEN)
    yield about, SpeakerLeftStage(room=name, person=BEN, by=BEN)
    yield about, RoomEnded(room=name, by=ANA)


def evenings(rooms: int, at_once: int) -> Iterator[tuple[Aggregate, Envelope]]:
    """The facts of so many rooms, `at_once` of them side by side."""
    for _ in range(rooms // at_once):
        heads: dict[Aggregate, Head] = {}
        for facts in zip_longest(*(one_room() for _ in range(at_once))):
            for about, fact in facts:
                head = heads.get(about, Head())
                identity = CommandId(fresh_id())
                cause = Cause(
                    id=identity, correlationid=identity, via="bench", now=BEGIN, actor=ANA, roomid=about.scope
                )
                [envelope] = write(about, [fact], head, cause)
                heads[about] = Head(envelope.revision, digest=decode(encode(envelope), START).digest)
                yield about, envelope


async def fill(client: Client, rooms: int, at_once: int) -> int:
    """Write them into the stream of an opened log; returns how many.

    As atomic batches without expectation: one sync to the disk for each, where single facts need one each.
    """
    count = 0
    facts = evenings(rooms, at_once)
    while some := list(islice(facts, AT_ONCE)):
        batch = fresh_id()
        for n, (about, envelope) in enumerate(some, start=1):
            headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
            subject, line = event_subject(about, envelope.type), encode(envelope)
            if n < len(some):
                await client.publish(subject, line, headers=headers)
            else:
                committed = await client.request(
                    subject, line, headers=headers | {"Nats-Batch-Commit": "1"}, timeout=30
                )
                assert b"error" not in committed.data, committed.data
        count += len(some)
    return count
