"""Questions to the JetStream API and their answers: one subscription for all of them, no task and no timer object more
than a question needs. nats-py's own `request` wraps every answer in `asyncio.wait_for`; this is the cheaper way.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from ..log import LogUnavailable
from .frames import frame, send
from .headers import Unread

STATUS = "Status"
NO_RESPONDERS = "503"

NO_MESSAGE = 10037
NAME_IN_USE = 10058
STREAM_NOT_FOUND = 10059
WRONG_LAST_SEQUENCE = (10071, 10164)
"""Values of `err_code` that say something about what was asked, and not that it went wrong."""


class ApiError(msgspec.Struct, frozen=True):
    """What the server says when it does not do something (nats-server: server/errors.json)."""

    code: int = 0
    err_code: int = 0
    description: str = ""

    def __str__(self) -> str:
        return f"{self.description} ({self.err_code})"


class Replies:
    """Asks and matches answers by the last token of the inbox they come to."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._waiting: dict[str, Callable[[Msg], None]] = {}
        self._asked = 0

    async def open(self) -> None:
        """Start listening for answers; the client subscribes again by itself after a reconnection."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._heard)

    def expect(self) -> tuple[asyncio.Future[Msg], str]:
        """Where the one answer to a question will be, and the subject to which it is to come. Cancel it to stop
        waiting.
        """
        answer: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()

        def heard(msg: Msg) -> None:
            if not answer.done():
                answer.set_result(msg)

        reply = self.reply(heard)
        answer.add_done_callback(lambda _: self.forget(token(reply)))
        return answer, reply

    def reply(self, heard: Callable[[Msg], None]) -> str:
        """A subject whose messages go to `heard` until its token is forgotten."""
        self._asked += 1
        one = f"{self._asked:x}"
        self._waiting[one] = heard
        return f"{self._inbox}.{one}"

    def forget(self, one: str) -> None:
        """Stop listening for the answer with this token."""
        self._waiting.pop(one, None)

    async def send(self, frames: bytes) -> None:
        """Send publications that are written already (jetstream/frames.py). Raises LogUnavailable."""
        await send(self._client, frames)

    async def ask(self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None) -> asyncio.Future[Msg]:
        """Send a question; the future gets the one answer. Cancel it to stop waiting. Raises LogUnavailable."""
        answer, reply = self.expect()
        try:
            await self._publish(subject, payload, reply, headers)
        except LogUnavailable:
            answer.cancel()
            raise
        return answer

    async def ask_many(self, subject: str, payload: bytes, seconds: float) -> list[Msg]:
        """Send a question whose answer is a batch that ends with a status (direct get, ADR-31). May raise
        LogUnavailable; an empty list means that nothing is there, or that more was asked for than is given.
        """
        answers: list[Msg] = []
        over: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()

        def heard(msg: Msg) -> None:
            if status(msg):
                if not over.done():
                    over.set_result(msg)
            else:
                answers.append(msg)

        reply = self.reply(heard)
        try:
            await self._publish(subject, payload, reply, None)
            await within(over, seconds, subject)
        finally:
            self.forget(token(reply))
        return answers

    async def ask_all(self, subject: str, payloads: Sequence[bytes], seconds: float) -> list[Msg]:
        """Send questions at once that have one answer each; the answers are in any order. Raises LogUnavailable."""
        answers: list[Msg] = []
        over: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()

        def heard(msg: Msg) -> None:
            answers.append(msg)
            if not over.done() and (len(answers) == len(payloads) or status(msg) == NO_RESPONDERS):
                over.set_result(msg)

        if not payloads:
            return answers
        reply = self.reply(heard)
        try:
            await self.send(b"".join(frame(subject, reply, "", payload) for payload in payloads))
            await within(over, seconds, subject)
        finally:
            self.forget(token(reply))
        return answers

    async def _publish(self, subject: str, payload: bytes, reply: str, headers: Mapping[str, str] | None) -> None:
        try:
            await self._client.publish(subject, payload, reply=reply, headers=dict(headers) if headers else None)
        except NatsError as fault:
            raise LogUnavailable(f"the broker can't be asked: {fault or type(fault).__name__}") from fault

    async def _heard(self, msg: Msg) -> None:
        waiting = self._waiting.get(token(msg.subject))
        if waiting is not None:
            waiting(msg)


def token(subject: str) -> str:
    """What tells one answer's subject from the others'."""
    return subject.rpartition(".")[2]


def status(msg: Msg) -> str:
    """The status of a message that has one (`100` heartbeat, `404`, `408`, `409`, `503`), else nothing."""
    headers: Mapping[str, str] | None = msg.headers
    return "" if headers is None or isinstance(headers, Unread) else headers.get(STATUS, "")


async def within(answer: asyncio.Future[Msg], seconds: float, subject: str) -> Msg:
    """The answer, or LogUnavailable when none came in time or nobody is there to answer."""

    def late() -> None:
        if not answer.done():
            answer.set_exception(LogUnavailable(f"no answer to {subject} in {seconds:g} s"))

    timer = asyncio.get_running_loop().call_later(seconds, late)
    try:
        msg = await answer
    finally:
        timer.cancel()
    if status(msg) == NO_RESPONDERS:
        raise LogUnavailable(f"nobody answers {subject}: JetStream is not running, or not yet")
    return msg
