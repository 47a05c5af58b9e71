"""Many decisions under way at once. Each is held against its own expectation, so none has to wait for another.

What is answered plainly is done. Every other decision leaves the pipeline and is settled alone (jetstream/writer.py),
while the others go on: a conflict, an answer that was lost, a server that went away. An answer counts as lost when the
server has said nothing at all for 2 s, or nothing about this decision for 6 s while it answers others: a slow disk
makes everything late, but nothing is lost by that. When settling one has failed, patience is over for all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from nats.aio.msg import Msg

from ..ids import Position
from ..log import AppendedMeanwhile, LogUnavailable, Outcome
from .replies import Replies, token
from .writer import acknowledgements

D = TypeVar("D")

WINDOW = 1_000
CHUNK = 64
GLANCE_SECONDS = 0.5
GLANCES = 4
LOST_SECONDS = 6.0


class Pipeline(Generic[D]):
    """One run of many decisions, at most `window` of them under way. `written` makes one's bytes for a reply subject,
    `settle` sees to a doubtful one and to one without bytes.
    """

    def __init__(
        self,
        replies: Replies,
        written: Callable[[D, str], bytes],
        settle: Callable[[D, str], Awaitable[Position]],
        window: int = WINDOW,
    ) -> None:
        self._replies = replies
        self._written = written
        self._settle = settle
        self._window = window
        self._chunk = min(CHUNK, window)
        self._loop = asyncio.get_running_loop()
        self._outcomes: list[Outcome | None] = []
        self._under_way: dict[str, tuple[int, D, float]] = {}
        self._settling: dict[asyncio.Task[None], int] = {}
        self._room: asyncio.Future[None] | None = None
        self._enough = 0
        self._silent = 0
        self._broken = ""

    async def run(self, decisions: Iterable[D]) -> list[Outcome]:
        """As `EventLog.append_many`."""
        try:
            await self._send_all(decisions)
            await self._fewer_than(1)
        finally:
            for one in self._under_way:
                self._replies.forget(one)
            for task in self._settling:
                task.cancel()
        return [outcome for outcome in self._outcomes if outcome is not None]

    async def _send_all(self, decisions: Iterable[D]) -> None:
        chunk: list[bytes] = []
        for index, decision in enumerate(decisions):
            if self._broken:
                self._outcomes.append(LogUnavailable(f"not tried: {self._broken}"))
                continue
            self._outcomes.append(None)
            reply = self._replies.reply(self._heard)
            written = self._written(decision, reply)
            if not written:
                self._replies.forget(token(reply))
                self._doubt(index, decision, "")
                continue
            chunk.append(written)
            self._under_way[token(reply)] = (index, decision, self._loop.time())
            if len(chunk) == self._chunk:
                await self._send(chunk)
                await self._fewer_than(self._window)
        await self._send(chunk)

    async def _send(self, chunk: list[bytes]) -> None:
        frames = b"".join(chunk)
        chunk.clear()
        try:
            await self._replies.send(frames)
        except LogUnavailable as fault:
            self._lose(str(fault), sent_until=self._loop.time())

    def _heard(self, msg: Msg) -> None:
        one = token(msg.subject)
        self._replies.forget(one)
        index, decision, _ = self._under_way.pop(one)
        self._silent = 0
        if msg.headers is not None:
            self._doubt(index, decision, "nobody answers: JetStream is not running, or not yet")
            return
        ack = acknowledgements.decode(msg.data)
        if ack.error is None and not ack.duplicate:
            self._outcomes[index] = Position(ack.seq)
            if len(self._under_way) <= self._enough:
                self._wake()
        else:
            self._doubt(index, decision, ack.doubt)

    def _wake(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    async def _fewer_than(self, most: int) -> None:
        """Wait until fewer decisions than that are neither answered nor settled."""
        while len(self._under_way) + len(self._settling) >= most:
            self._enough = max(most - self._chunk - len(self._settling), 0)
            self._room = self._loop.create_future()
            timer = self._loop.call_later(GLANCE_SECONDS, self._glance)
            try:
                await self._room
            finally:
                timer.cancel()
                self._room = None
            self._look()

    def _glance(self) -> None:
        self._silent += 1
        self._wake()

    def _look(self) -> None:
        """Find out what is lost. Silence is counted in glances: a loop that was busy for long has not heard yet."""
        now = self._loop.time()
        if self._silent > GLANCES:
            self._lose("no answer", sent_until=now - GLANCES * GLANCE_SECONDS)
        else:
            self._lose(f"no answer in {LOST_SECONDS:g} s", sent_until=now - LOST_SECONDS)

    def _lose(self, why: str, sent_until: float) -> None:
        for one, (index, decision, sent_at) in list(self._under_way.items()):
            if sent_at > sent_until:
                break
            del self._under_way[one]
            self._replies.forget(one)
            self._doubt(index, decision, why)

    def _doubt(self, index: int, decision: D, doubt: str) -> None:
        if self._broken:
            self._outcomes[index] = LogUnavailable(doubt)
            return
        task = asyncio.create_task(self._settled(index, decision, doubt))
        self._settling[task] = index
        task.add_done_callback(self._left)

    async def _settled(self, index: int, decision: D, doubt: str) -> None:
        try:
            self._outcomes[index] = await self._settle(decision, doubt)
        except AppendedMeanwhile as meanwhile:
            self._outcomes[index] = meanwhile
        except LogUnavailable as fault:
            self._outcomes[index] = fault
            self._broken = str(fault)
            for task in self._settling:
                task.cancel()

    def _left(self, task: asyncio.Task[None]) -> None:
        index = self._settling.pop(task)
        if task.cancelled():
            self._outcomes[index] = LogUnavailable(self._broken)
        elif (fault := task.exception()) is not None and self._room is not None and not self._room.done():
            self._room.set_exception(fault)
        self._wake()
