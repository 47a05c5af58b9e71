"""What the stream's leader knows: the one place where the truth about an append can be learnt after a doubtful answer.

Followers may answer direct reads, and may answer late; the leader never does.
"""

import msgspec

from ..ids import START, Position
from ..log import LogUnavailable
from ..subjects import EVENTS_STREAM, Aggregate
from .replies import NO_MESSAGE, ApiError, Replies, within

ANSWER_SECONDS = 2.0

LEADER_GET = f"$JS.API.STREAM.MSG.GET.{EVENTS_STREAM}"


class StoredMessage(msgspec.Struct, frozen=True):
    """One message as the leader has it."""

    seq: int
    subject: str = ""
    data: bytes = b""
    hdrs: bytes = b""


class GetAnswer(msgspec.Struct, frozen=True):
    """`io.nats.jetstream.api.v1.stream_msg_get_response`."""

    error: ApiError | None = None
    message: StoredMessage | None = None


_gets = msgspec.json.Decoder(GetAnswer)


class Leader:
    """Asks the leader for single messages. Every question may raise LogUnavailable."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies

    async def next(self, subjects: str, after: Position) -> StoredMessage | None:
        """The first message on these subjects after a position."""
        return await self._get({"seq": after + 1, "next_by_subj": subjects})

    async def last(self, subjects: str) -> StoredMessage | None:
        """The last message on these subjects: all that was acknowledged is there or before it."""
        return await self._get({"last_by_subj": subjects})

    async def at(self, position: Position) -> StoredMessage | None:
        """The message at a position."""
        return await self._get({"seq": position})

    async def ends_at(self, aggregate: Aggregate, expected: Position) -> bool:
        """Whether the aggregate's last message is there; START: it has none."""
        last = await self.last(f"{aggregate.prefix}.>")
        return (last.seq if last else START) == expected

    async def _get(self, body: dict[str, object]) -> StoredMessage | None:
        asked = await self._replies.ask(LEADER_GET, msgspec.json.encode(body))
        answer = _gets.decode((await within(asked, ANSWER_SECONDS, LEADER_GET)).data)
        if answer.error is not None and answer.error.err_code != NO_MESSAGE:
            raise LogUnavailable(f"reading {body}: {answer.error}")
        return answer.message
