"""Decisions into the log in one order, many under way at once: how a log that was exported is written again.

Each publication says after which position of the whole stream it must come (`Nats-Expected-Last-Sequence`). So when
one is lost or refused, the server refuses all that follow it, and what is written is an unbroken beginning of what was
to be written. (Only somebody else's fact, in the place of one of ours, lets those pass that follow: ours is then
refused, so it is found out, and the run ends.) After anything odd the convoy waits until what was sent is answered or
given up, asks the leader how far it came, and goes on from there. A publication that was held up somewhere and comes
late does no harm: it can only be written at its own place. The aggregates' own expectations are not sent: they follow
from the order, and three servers refuse a second one about an aggregate while the first is under way.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator
from itertools import islice

import msgspec
from nats.aio.msg import Msg

from ..envelope import encode
from ..ids import Position
from ..log import AppendedMeanwhile, Decision, LogUnavailable
from .frames import appended_at
from .leader import Leader
from .replies import Replies, token
from .writer import PATIENCE_SECONDS, PAUSE_SECONDS, acknowledgements

WINDOW = 1_000
CHUNK = 64
GLANCE_SECONDS = 0.5
GLANCES = 4
"""So often in a row nothing was answered: then all that is under way counts as lost."""


class Placed(msgspec.Struct, frozen=True):
    """A decision and where it has to be: its first fact directly after `after`, its last at `last`."""

    decision: Decision
    after: Position
    last: Position


class Convoy:
    """One run. Nobody else may write meanwhile; who does is found out."""

    def __init__(self, replies: Replies, after: Position) -> None:
        self._replies = replies
        self._leader = Leader(replies)
        self._loop = asyncio.get_running_loop()
        self._begun = after
        self._reached = after
        self._reached_at = 0.0
        self._waiting: deque[Placed] = deque()
        self._answers: dict[str, Position] = {}
        self._enough = 0
        self._doubt = ""
        self._wake: asyncio.Future[None] | None = None
        self._silent = 0

    async def run(self, decisions: Iterable[Decision]) -> AsyncGenerator[int, None]:
        """As `EventLog.append_in_order`."""
        placed = self._placed(decisions)
        self._reached_at = self._loop.time()
        try:
            while chunk := list(islice(placed, CHUNK)):
                self._waiting += chunk
                await self._send(chunk)
                while len(self._waiting) > WINDOW - CHUNK or self._doubt:
                    await self._progress(WINDOW - 2 * CHUNK)
                    yield self._reached - self._begun
            while self._waiting:
                await self._progress(0)
                yield self._reached - self._begun
        finally:
            self._forget()

    def _placed(self, decisions: Iterable[Decision]) -> Iterator[Placed]:
        end = self._begun
        for decision in decisions:
            if decision.facts:
                after, end = end, Position(end + len(decision.facts))
                yield Placed(decision, after, end)

    async def _send(self, chunk: Iterable[Placed]) -> None:
        frames = []
        for one in chunk:
            reply = self._replies.reply(self._heard)
            self._answers[token(reply)] = one.last
            frames.append(appended_at(one.decision, one.after, reply))
        try:
            await self._replies.send(b"".join(frames))
        except LogUnavailable as fault:
            self._doubt = str(fault)

    def _heard(self, msg: Msg) -> None:
        one = token(msg.subject)
        self._replies.forget(one)
        self._silent = 0
        last = self._answers.pop(one)
        if msg.headers is not None:
            self._doubt = "nobody answers: JetStream is not running, or not yet"
        else:
            ack = acknowledgements.decode(msg.data)
            if ack.doubt or ack.seq != last:
                self._doubt = self._doubt or ack.doubt or f"written at {ack.seq}, not at {last}"
            elif not self._doubt:
                self._come_to(last)
        if len(self._waiting) <= self._enough or not self._answers:
            self._go_on()

    def _come_to(self, position: Position) -> None:
        """The first that waits is written. Another's answer says nothing about it: its place may have been taken."""
        if self._waiting[0].last != position:
            self._doubt = f"position {position} was answered before {self._waiting[0].last}"
            return
        self._waiting.popleft()
        self._reached = position
        self._reached_at = self._loop.time()

    def _go_on(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _glance(self) -> None:
        self._silent += 1
        self._go_on()

    async def _progress(self, enough: int) -> None:
        """Wait until at most so many wait; after anything odd, find out how far it came and send the rest again."""
        self._enough = enough
        await self._answered()
        if not self._doubt:
            return
        while self._answers:
            await self._answered()
        if self._loop.time() - self._reached_at > PATIENCE_SECONDS:
            raise LogUnavailable(f"after position {self._reached}: {self._doubt}")
        try:
            await self._ask_how_far()
        except LogUnavailable as fault:
            self._doubt = str(fault)
            await asyncio.sleep(PAUSE_SECONDS)
            return
        self._doubt = ""
        await self._send(self._waiting)

    async def _answered(self) -> None:
        """Wait until enough was answered, at most one glance; after too many in silence all counts as lost."""
        if not self._answers:
            return
        self._wake = self._loop.create_future()
        timer = self._loop.call_later(GLANCE_SECONDS, self._glance)
        try:
            await self._wake
        finally:
            timer.cancel()
            self._wake = None
        if self._silent >= GLANCES:
            self._silent = 0
            self._doubt = self._doubt or "no answer"
            self._forget()

    def _forget(self) -> None:
        for one in self._answers:
            self._replies.forget(one)
        self._answers.clear()

    async def _ask_how_far(self) -> None:
        """A decision is written whole or not at all, so its first fact tells."""
        while self._waiting:
            first = self._waiting[0]
            found = await self._leader.at(Position(first.after + 1))
            if found is None:
                break
            if found.data != encode(first.decision.facts[0]):
                raise AppendedMeanwhile(f"position {found.seq} has somebody else's fact")
            self._come_to(first.last)
