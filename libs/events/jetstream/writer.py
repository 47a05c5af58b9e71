"""One decision into the stream, and what became of it when the answer was doubtful.

A conflict has two codes (10071 and, while another append is under way, 10164), the second is sometimes raised for
nothing, and after a lost acknowledgement a retry is answered in different ways by one server and by three. So no
answer but a plain acknowledgement is believed: the stream's leader is asked what came after the expectation. Nothing:
the append is tried again as it was. Our own facts: it had succeeded. Others': AppendedMeanwhile.
"""

import asyncio

import msgspec

from ..envelope import encode
from ..ids import Position
from ..log import AppendedMeanwhile, Decision, LogUnavailable
from .frames import appended
from .leader import ANSWER_SECONDS, Leader
from .replies import ApiError, Replies, within

PATIENCE_SECONDS = 6.0
PAUSE_SECONDS = 0.1
IN_FLIGHT = 256
"""More appends than this wait here: a server that syncs each to a slow disk would answer the last ones too late."""


class PubAck(msgspec.Struct, frozen=True):
    """The answer to a publication; `seq` is that of the last message of a batch."""

    error: ApiError | None = None
    seq: int = 0
    duplicate: bool = False

    @property
    def doubt(self) -> str:
        """Why this is no plain acknowledgement; nothing if it is one."""
        if self.error is not None:
            return str(self.error)
        return "the fact's id was used before" if self.duplicate else ""


acknowledgements = msgspec.json.Decoder(PubAck)


class Writer:
    """Appends as `EventLog.append` promises it."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies
        self._leader = Leader(replies)
        self._gate = asyncio.Semaphore(IN_FLIGHT)

    async def append(self, decision: Decision) -> Position:
        """Raises AppendedMeanwhile or LogUnavailable."""
        async with self._gate:
            return await self._insist(decision, "", self._patience())

    async def settle(self, decision: Decision, doubt: str) -> Position:
        """As `append`, for a decision that was sent already, with no answer or one that is no acknowledgement. Its
        patience begins now: many doubts at once are one trouble.
        """
        deadline = self._patience()
        async with self._gate:
            return await self._insist(decision, doubt, deadline)

    def _patience(self) -> float:
        return asyncio.get_running_loop().time() + PATIENCE_SECONDS

    async def _insist(self, decision: Decision, doubt: str, deadline: float) -> Position:
        if not decision.facts:
            return decision.expected
        while True:
            try:
                if not doubt:
                    ack = await self._publish(decision)
                    doubt = ack.doubt
                    if not doubt:
                        return Position(ack.seq)
                settled = await self._settled(decision)
            except LogUnavailable as fault:
                doubt, settled = str(fault), None
            if settled is not None:
                return settled
            if asyncio.get_running_loop().time() > deadline:
                raise LogUnavailable(f"{decision.aggregate.name}: {doubt}")
            await asyncio.sleep(PAUSE_SECONDS)
            doubt = ""

    async def _publish(self, decision: Decision) -> PubAck:
        answer, reply = self._replies.expect()
        await self._replies.send(appended(decision, reply))
        return acknowledgements.decode((await within(answer, ANSWER_SECONDS, decision.aggregate.prefix)).data)

    async def _settled(self, decision: Decision) -> Position | None:
        """Where the facts are if they are there, None if nothing came after the expectation, or not all of them yet.

        Raises AppendedMeanwhile when something else did (the same id in another line too: the caller's chain must go
        on after the line that is there), or when the aggregate has not come as far as that. What was sent may be
        written while we ask, so the question is asked again when the answers don't go together.
        """
        about, position = decision.aggregate, decision.expected
        for n, fact in enumerate(decision.facts):
            found = await self._leader.next(f"{about.prefix}.>", position)
            if found is None and (n or await self._leader.ends_at(about, position)):
                return None
            found = found or await self._leader.next(f"{about.prefix}.>", position)
            if found is None or found.data != encode(fact):
                raise AppendedMeanwhile(f"{about.name}: expected position {decision.expected}")
            position = Position(found.seq)
        return position
