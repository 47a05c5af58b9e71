"""A ledger that starts from a snapshot answers as one that read everything; an untrue snapshot is no snapshot."""

import sys
from collections.abc import AsyncIterator, Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.aio.msg import Msg

from libs.events.command import Accepted
from libs.events.folded import Folded, Head
from libs.events.fresh import fresh_id
from libs.events.ids import START, CommandId, Milliseconds, PersonId, Position, RoomId
from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.snapshots import JetStreamSnapshots
from libs.events.ledger import Cause, Ledger
from libs.events.log import Batch, EventLog
from libs.events.memory import MemoryLog
from libs.events.rooms import RoomEvent, SpeakerMuted
from libs.events.snapshot import EVERY, WORTH, Form, MemorySnapshots, Snapshots, replaces
from libs.events.subjects import Aggregate, room, snapshot_subject
from parlor.embedded.nats import NatsServer
from services.rooms.state import Room
from services.rooms.state import evolve as evolve_room
from tests.integration.log.clients import connected
from tests.integration.log.facts import ANA

JAZZ = room("jazzroom22222222")


class Mutes(msgspec.Struct, frozen=True):
    """Who was muted how often, and by whom last."""

    times: dict[PersonId, int] = {}
    by: frozenset[PersonId] = frozenset()


def evolve(mutes: Mutes, event: RoomEvent) -> Mutes:
    if not isinstance(event, SpeakerMuted):
        return mutes
    return Mutes(mutes.times | {event.person: mutes.times.get(event.person, 0) + 1}, mutes.by | {event.by})


def evolve_otherwise(mutes: Mutes, event: RoomEvent) -> Mutes:
    return Mutes({}, mutes.by | ({event.by} if isinstance(event, SpeakerMuted) else set()))


def ledger(log: EventLog, snapshots: Snapshots | None = None) -> Ledger[Mutes, RoomEvent]:
    return Ledger(log, evolve, Mutes(), snapshots)


def because(name: str = "") -> Cause:
    identity = CommandId(name or fresh_id())
    return Cause(id=identity, correlationid=identity, via="test", now=Milliseconds(0), actor=ANA)


def mutes(about: Aggregate, count: int = 1) -> Callable[[Mutes], list[RoomEvent]]:
    fact = SpeakerMuted(room=RoomId(about.scope), person=ANA, by=ANA)
    return lambda _: [fact] * count


class Counting:
    """A log that counts the facts that were read from it."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.facts = 0
        self.identity, self.append, self.end = log.identity, log.append, log.end
        self.append_many, self.append_in_order = log.append_many, log.append_in_order
        self.read_scope, self.read_all, self.follow = log.read_scope, log.read_all, log.follow

    async def read(self, aggregate: Aggregate, after: Position = START) -> Batch:
        facts = await self.log.read(aggregate, after)
        self.facts += len(facts)
        return facts


class Store:
    """A log, and the snapshots beside it; the key-value bucket itself can be written to, as others might."""

    def __init__(self, log: EventLog, snapshots: Snapshots, client: Client | None) -> None:
        self.log, self.snapshots = log, snapshots
        self._client = client

    async def plant(self, about: Aggregate, snapshot: bytes) -> None:
        """Put it there, whatever it is."""
        if isinstance(self.snapshots, MemorySnapshots):
            self.snapshots.kept[about] = snapshot
        elif self._client is not None:
            await self.snapshots.keep(room(fresh_id()), b"so that the bucket is there")
            await self._client.jetstream().publish(snapshot_subject("rooms", about), snapshot)

    async def long(self, facts: int = EVERY + 20, about: Aggregate = JAZZ) -> Ledger[Mutes, RoomEvent]:
        """An aggregate with so many facts, and its snapshots."""
        book = ledger(self.log, self.snapshots)
        for n in range(0, facts, 10):
            await book.record(about, because(f"command-{n}"), mutes(about, 10))
        await book.settle()
        return book

    async def read(self, about: Aggregate = JAZZ) -> tuple[Folded[Mutes], int]:
        """The aggregate as a process that starts now has it, and how many facts it read."""
        counting = Counting(self.log)
        return await ledger(counting, self.snapshots).get(about), counting.facts


@pytest.fixture(params=["memory", "jetstream"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """The two kinds, empty."""
    if request.param == "memory":
        yield Store(MemoryLog(), MemorySnapshots(), None)
        return
    client = await connected(request.getfixturevalue("nats_url"))
    yield Store(await JetStreamLog.open(client), JetStreamSnapshots(client, "rooms"), client)
    await client.close()


def same(one: Folded[Mutes], other: Folded[Mutes]) -> bool:
    """Everything that a ledger answers from; the order of what it remembers too."""
    return (one.state, one.head, list(one.answered.items())) == (other.state, other.head, list(other.answered.items()))


async def test_from_a_snapshot_only_the_tail_is_read(store: Store) -> None:
    await store.long(EVERY + 20)

    folded, read = await store.read()
    assert folded.head.revision == EVERY + 20
    assert read == 10 + 20


async def test_a_ledger_from_a_snapshot_knows_what_one_that_read_everything_knows(store: Store) -> None:
    await store.long()

    assert same((await store.read())[0], await ledger(store.log).get(JAZZ))


async def test_a_command_from_before_the_snapshot_gets_its_answer_again(store: Store) -> None:
    book = await store.long()
    first = (await book.get(JAZZ)).answered["command-0", ANA]

    again = await ledger(store.log, store.snapshots).record(JAZZ, because("command-0"), mutes(JAZZ))
    assert again == first
    assert len(await store.log.read(JAZZ)) == EVERY + 20


async def test_a_ledger_from_a_snapshot_writes_on_as_one_chain(store: Store) -> None:
    await store.long()
    answer = await ledger(store.log, store.snapshots).record(JAZZ, because(), mutes(JAZZ))

    *_, before, last = await store.log.read(JAZZ)
    assert answer.revision == EVERY + 21
    assert last.envelope.prevhash == before.digest


async def test_a_short_aggregate_has_no_snapshot(store: Store) -> None:
    book = ledger(store.log, store.snapshots)
    await book.record(JAZZ, because(), mutes(JAZZ, WORTH - 1))
    book.forget(JAZZ)
    await book.settle()

    assert await store.snapshots.find(JAZZ) is None


async def test_an_aggregate_that_is_forgotten_is_put_aside_at_its_end(store: Store) -> None:
    book = await store.long(EVERY + 20)
    book.forget(JAZZ)
    await book.settle()

    folded, read = await store.read()
    assert (folded.head.revision, read) == (EVERY + 20, 10)


async def test_what_was_read_from_the_beginning_is_put_aside_for_the_next(store: Store) -> None:
    await Store(store.log, MemorySnapshots(), None).long(EVERY)
    book = ledger(store.log, store.snapshots)
    await book.get(JAZZ)
    await book.settle()

    assert (await store.read())[1] == 1


async def test_nothing_older_takes_the_place_of_a_snapshot(store: Store) -> None:
    await store.long(EVERY)
    older = await store.snapshots.find(JAZZ)
    book = ledger(store.log, store.snapshots)
    await book.record(JAZZ, because(), mutes(JAZZ, EVERY))
    await book.settle()
    newer = await store.snapshots.find(JAZZ)
    assert older is not None
    assert newer not in (None, older)

    await store.snapshots.keep(JAZZ, older)
    assert await store.snapshots.find(JAZZ) == newer


async def test_an_older_snapshot_that_is_there_all_the_same_is_only_slower(store: Store) -> None:
    await store.long(EVERY)
    older = await store.snapshots.find(JAZZ)
    assert older is not None
    await ledger(store.log, store.snapshots).record(JAZZ, because(), mutes(JAZZ, 30))
    await store.plant(JAZZ, older)

    folded, read = await store.read()
    assert (folded.head.revision, read) == (EVERY + 30, 10 + 30)


async def test_a_snapshot_of_another_fold_is_not_used(store: Store) -> None:
    await store.long(EVERY)
    other: Ledger[Mutes, RoomEvent] = Ledger(store.log, evolve_otherwise, Mutes(), store.snapshots)

    assert (await other.get(JAZZ)).state == Mutes({}, frozenset({ANA}))


async def test_a_snapshot_of_another_log_is_not_used(store: Store) -> None:
    elsewhere = Store(MemoryLog(), MemorySnapshots(), None)
    await elsewhere.long(EVERY)
    foreign = await elsewhere.snapshots.find(JAZZ)
    assert foreign is not None
    await store.long(20)
    await store.plant(JAZZ, foreign)

    assert same((await store.read())[0], await ledger(store.log).get(JAZZ))


async def test_a_snapshot_beyond_the_end_of_the_log_is_not_used(store: Store) -> None:
    """A log that lost its end, say: it was brought back from an older copy and has the same name."""
    await store.long(20)
    true = await ledger(store.log).get(JAZZ)
    for head, since in (
        (msgspec.structs.replace(true.head, revision=500, position=Position(10_000)), Position(9_999)),
        (msgspec.structs.replace(true.head, revision=500, digest="0" * 64), true.since),
    ):
        beyond = Folded(
            Mutes({ANA: 500}), head, {("a-key", ANA): Accepted(revision=500, position=head.position)}, since
        )
        await store.plant(JAZZ, Form(evolve).write(await store.log.identity(), beyond))

        folded, _ = await store.read()
        assert same(folded, true)


async def test_a_snapshot_of_one_aggregate_says_nothing_about_another(store: Store) -> None:
    await store.long(EVERY)
    mine = await store.snapshots.find(JAZZ)
    assert mine is not None
    blues = room("bluesroom2222222")
    await store.long(20, blues)
    await store.plant(blues, mine)

    assert same((await store.read(blues))[0], await ledger(store.log).get(blues))


async def test_a_damaged_snapshot_is_not_used_and_the_next_takes_its_place(store: Store) -> None:
    await store.long(EVERY)
    whole = await store.snapshots.find(JAZZ)
    assert whole is not None
    for damaged in (
        b"",
        b"\n",
        whole[:-1],
        whole[:70],
        whole.replace(b'"revision":100', b'"revision":900', 1),
        b"\xff" * 99,
    ):
        await store.plant(JAZZ, damaged)
        assert same((await store.read())[0], await ledger(store.log).get(JAZZ))

    book = ledger(store.log, store.snapshots)
    await book.get(JAZZ)
    await book.settle()
    assert (await store.read())[1] == 1


@given(st.data())
def test_no_flipped_byte_of_a_snapshot_is_believed(data: st.DataObject) -> None:
    form = Form(evolve)
    answered: dict[tuple[str, str | None], Accepted] = {("a-key", ANA): Accepted(revision=1, position=Position(1))}
    kept = bytearray(form.write("a log", Folded(Mutes({ANA: 1}), Head(1, Position(1), "0" * 64), answered)))
    kept[data.draw(st.integers(0, len(kept) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    assert form.read("a log", bytes(kept)) is None


async def test_without_its_bucket_a_ledger_reads_everything(jetstream: JetStreamLog, client: Client) -> None:
    await Store(jetstream, MemorySnapshots(), None).long()
    away = Store(jetstream, JetStreamSnapshots(client, "rooms"), client)

    assert (await away.read())[1] == EVERY + 20


async def test_a_store_that_does_not_answer_holds_up_one_reader_only(client: Client) -> None:
    asked: list[str] = []

    async def heard(message: Msg) -> None:
        asked.append(message.subject)

    await client.subscribe("$JS.API.DIRECT.GET.KV_snapshots_rooms.>", cb=heard)
    store = JetStreamSnapshots(client, "rooms")
    assert [await store.find(room(fresh_id())) for _ in range(5)] == [None] * 5
    assert len(asked) == 1


async def test_a_service_may_keep_its_snapshots_and_no_other_s(nats_server: NatsServer) -> None:
    operator = await connected(nats_server.url_for())
    log = await JetStreamLog.open(operator)
    client = await connected(nats_server.url_for("rooms"), inbox="_INBOX_rooms")
    for service, read in (("rooms", 10), ("media", EVERY)):
        about = room(fresh_id())
        store = Store(log, JetStreamSnapshots(client, service), client)
        await store.long(EVERY, about)
        assert (await store.read(about))[1] == read
    await client.close()
    await operator.close()


steps = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 60), st.integers(0, 3)), min_size=1, max_size=6)


@given(steps)
async def test_whatever_is_decided_and_forgotten_snapshots_change_no_answer(steps: list[tuple[int, int, int]]) -> None:
    """Two processes take turns, forget, and ask again; one with snapshots and one without always agree."""
    log, snapshots = MemoryLog(), MemorySnapshots()
    books = [ledger(log, snapshots), ledger(log, snapshots)]
    plain = ledger(log)
    for n, (who, count, again) in enumerate(steps):
        book = books[who % 2]
        answer = await book.record(JAZZ, because(f"{n}"), mutes(JAZZ, count))
        assert await plain.record(JAZZ, because(f"{n}"), mutes(JAZZ, count)) == answer
        if who == 2:
            book.forget(JAZZ)
        await book.settle()
        repeated = because(f"{max(0, n - again)}")
        assert await book.record(JAZZ, repeated, mutes(JAZZ)) == await plain.record(JAZZ, repeated, mutes(JAZZ))

    assert same(await ledger(log, snapshots).get(JAZZ), await ledger(log).get(JAZZ))
    assert same(await books[0].reload(JAZZ), await ledger(log).get(JAZZ))


def test_only_another_log_or_a_later_place_takes_the_place_of_what_is_kept() -> None:
    form: Form[Room] = Form(evolve_room)

    def at(position: int, log: str = "one") -> bytes:
        return form.write(log, Folded(Room(), Head(position=Position(position)), {}))

    assert replaces(at(1), None)
    assert replaces(at(2), at(1))
    assert not replaces(at(1), at(2))
    assert not replaces(at(2), at(2))
    assert replaces(at(1, "other"), at(2))
    assert replaces(at(1), b"damaged")


def test_a_fold_that_does_not_say_what_it_folds_can_t_have_snapshots() -> None:
    with pytest.raises(TypeError, match="does not say what it folds"):
        Ledger(MemoryLog(), lambda state, _: state, Mutes(), MemorySnapshots())


FOLD = """
import msgspec
from libs.events.rooms import RoomEvent

class State(msgspec.Struct, frozen=True):
    facts: int = 0

def evolve(state: State, event: RoomEvent) -> State:
    return State(state.facts + 1)
"""


def form_of(folder: Path, source: str) -> str:
    """The form that a fold of this source has."""
    path = folder / f"fold_{fresh_id()}.py"
    path.write_text(source)
    spec = spec_from_file_location("a_fold", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["a_fold"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return Form(module.evolve).name


def test_a_changed_fold_has_another_form(tmp_path: Path) -> None:
    forms = [
        form_of(tmp_path, source) for source in (FOLD, FOLD, FOLD.replace("+ 1", "+ 2"), FOLD.replace("= 0", "= 1"))
    ]
    assert forms[0] == forms[1]
    assert len(set(forms)) == 3
