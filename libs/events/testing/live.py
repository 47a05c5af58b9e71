"""Waiting for what a log is told while a test runs."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from time import time_ns
from typing import Self

from ..command import Accepted
from ..envelope import Recorded
from ..event import Event
from ..fresh import fresh_command_id
from ..ids import Milliseconds, Position
from ..ledger import Cause, Ledger
from ..log import EventLog
from ..subjects import Aggregate
from ..vocabulary import AnyEvent

Fact = Recorded[AnyEvent]
SHOWN = 30


class LiveEvents:
    """Follows a log after a position. `seen` are the facts so far."""

    def __init__(self, log: EventLog, after: Position) -> None:
        self.seen: list[Fact] = []
        self._log = log
        self._after = after
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ledger: Ledger[None, Event] = Ledger(log, lambda state, _: state, None)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow(), name="pytest_parlor events")
        self._task.add_done_callback(lambda _: self._came.set())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def until(self, condition: Callable[[Fact], bool], within: float = 5.0, after: Fact | None = None) -> Fact:
        """The first fact that fulfils the condition, of those that came already as of those that come.

        With `after`, only facts behind that one count. Fails after `within` seconds with what was seen instead.
        """
        __tracebackhide__ = True
        looked = 0
        try:
            async with asyncio.timeout(within):
                while True:
                    self._came.clear()
                    for fact in self.seen[looked:]:
                        if (after is None or fact.position > after.position) and condition(fact):
                            return fact
                    looked = len(self.seen)
                    self._require_following()
                    await self._came.wait()
        except TimeoutError:
            raise AssertionError(f"no such fact within {within:g} s; {self._told()}") from None

    async def tell(self, about: Aggregate, *facts: Event, actor: str | None = None) -> Accepted:
        """Write facts into the log as one decision, directly after all that it has about this."""
        room = getattr(facts[0], "room", None) if facts else None
        now = Milliseconds(time_ns() // 1_000_000)
        command = fresh_command_id()
        cause = Cause(id=command, correlationid=command, via="test", now=now, actor=actor, roomid=room)
        return await self._ledger.record(about, cause, lambda _: list(facts))

    async def _follow(self) -> None:
        async with aclosing(self._log.follow(self._after)) as batches:
            async for batch in batches:
                self.seen += batch
                self._came.set()

    def _require_following(self) -> None:
        if self._task is not None and self._task.done():
            self._task.result()

    def _told(self) -> str:
        if not self.seen:
            return "none came"
        lines = [f"  {fact.position}  {fact.envelope.type}  {fact.envelope.subject}" for fact in self.seen[-SHOWN:]]
        left_out = f"the last {SHOWN} of " if len(self.seen) > SHOWN else ""
        return "\n".join([f"what came, {left_out}{len(self.seen)}:", *lines])
