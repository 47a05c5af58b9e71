"""The fold of every prefix of a log is the state that was live then: of who decided, and of who followed.

Somebody asks whatever, the services decide with their own rules and ledgers on the log itself, others follow it. What
each of them knew after every accepted command is kept, and afterwards held against what the log, read anew, says up to
there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.events.ids import Position, RoomId
from libs.events.jetstream.existing import erase
from libs.events.jetstream.log import JetStreamLog
from libs.events.ledger import Ledger
from libs.events.log import EventLog
from libs.events.logstate import Fold, LogState, fold
from libs.events.memory import MemoryLog
from libs.events.refusal import Refusal
from libs.events.subjects import Aggregate
from services.alexa_gateway.state import Device, evolve_device
from services.media.decide import Said, said
from services.media.known_rooms import Known as KnownRoom
from services.media.known_rooms import KnownRooms
from services.presence.state import Attendance
from services.presence.state import evolve as evolve_attendance
from tests.integration.log.clients import connected
from tests.stories import FOLDS, ROOMS, Asked, Evening, Known, some

EVERY_FOLD: dict[tuple[str, str], tuple[Callable[[Any, Any], Any], Any]] = FOLDS | {
    ("presence", "attendance"): (evolve_attendance, Attendance()),
    ("playback", "device"): (evolve_device, Device()),
    **{("media", kind): (said, Said()) for kind in ("evidence", "mix", "output", "source")},
}
STEPS = 80
SOON = 10.0
"""Seconds that a follower may take to hear of a fact."""


class Seen(msgspec.Struct, frozen=True):
    """What followers know: a reader of all, and the mixer of its rooms."""

    state: LogState
    mixer: dict[RoomId, KnownRoom]


class Live:
    """An evening while it goes on."""

    def __init__(self, log: EventLog) -> None:
        self.known = Known()
        self.decided: dict[tuple[Aggregate, int], Any] = {}
        self.seen: dict[Position, Seen] = {}
        self._log = log
        self._ledgers = {kind: Ledger(log, evolve, initial) for kind, (evolve, initial) in EVERY_FOLD.items()}
        self._heard = asyncio.Condition()

    async def ask(self, asked: Asked) -> None:
        """Let its owner decide, and note what everybody knows once it is accepted."""
        about = asked.about
        ledger = self._ledgers[about.owner, about.kind]
        with suppress(Refusal):
            accepted = await ledger.record(about, asked.cause, asked.rule)
            self.decided[about, accepted.revision] = (await ledger.get(about)).state
            await self._everybody_heard(accepted.position)
        if (about.owner, about.kind) in FOLDS:
            self.known.states[about] = (await ledger.get(about)).state

    async def follow(self) -> None:
        """Fold what comes, and keep what is known after each fact."""
        reading, mixer = Fold(), KnownRooms()
        async with aclosing(self._log.follow()) as following:
            async for batch in following:
                async with self._heard:
                    for fact in batch:
                        reading.read(fact)
                        mixer.fold([fact])
                        self.seen[fact.position] = Seen(reading.state(), {of: mixer.get(of) for of in ROOMS})
                    self._heard.notify_all()

    async def _everybody_heard(self, position: Position) -> None:
        async with asyncio.timeout(SOON), self._heard:
            await self._heard.wait_for(lambda: position in self.seen or not position)


@asynccontextmanager
async def going_on(log: EventLog) -> AsyncIterator[Live]:
    """An evening with its followers."""
    live = Live(log)
    following = asyncio.create_task(live.follow())
    try:
        yield live
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def an_evening(data: st.DataObject, log: EventLog) -> Live:
    """Whatever anybody asks, on this log."""
    async with going_on(log) as live:
        evening = Evening(data.draw, live.known)
        for _ in range(data.draw(st.integers(STEPS // 4, STEPS))):
            asked = evening.next()
            if asked is not None:
                await live.ask(asked)
    return live


async def holds(live: Live, log: EventLog) -> None:
    """Every prefix says what was live."""
    facts = [fact async for batch in log.read_all() for fact in batch]
    assert list(live.seen) == [fact.position for fact in facts]
    reading, mixer = Fold(), KnownRooms()
    for fact in facts:
        reading.read(fact)
        mixer.fold([fact])
        assert Seen(reading.state(), {of: mixer.get(of) for of in ROOMS}) == live.seen[fact.position]
    assert fold(facts) == reading.state()

    folded: dict[tuple[Aggregate, int], Any] = {}
    for about in {about for about, _ in live.decided}:
        evolve, state = EVERY_FOLD[about.owner, about.kind]
        folded[about, 0] = state
        for fact in await log.read(about):
            state = folded[about, fact.envelope.revision] = evolve(state, fact.event)
    assert live.decided == {at: folded[at] for at in live.decided}


@pytest.mark.timeout(1800)
@some()
@given(st.data())
async def test_the_fold_of_every_prefix_is_the_state_that_was_live(data: st.DataObject) -> None:
    log = MemoryLog()

    await holds(await an_evening(data, log), log)


@pytest.mark.timeout(1800)
@settings(some(3), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_the_fold_of_every_prefix_is_the_state_that_was_live_on_a_server(
    data: st.DataObject, nats_url: str
) -> None:
    client = await connected(nats_url)
    await erase(client)
    log = await JetStreamLog.open(client)
    try:
        await holds(await an_evening(data, log), log)
    finally:
        await client.close()
