"""Commands: sending one to whoever owns the subject, and taking them, from NATS and from the HTTP border alike.

A desk answers the same command the same way: while it is being worked on the second asker waits for the first
answer, afterwards the kept one is returned verbatim. Only answers that asking again could change are not kept.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import ClassVar, TypeVar

import msgspec

from libs.events.command import Accepted, Command, Rejected
from libs.events.ids import Milliseconds
from libs.events.log import LogUnavailable
from libs.events.refusal import Contended, Refusal
from libs.events.subjects import Aggregate, command_subject, parse_name
from libs.service.answers import Answers, Kept, MemoryAnswers
from libs.service.broker import Broker
from libs.service.caughtup import CaughtUp
from libs.service.tracing import current, span

A = TypeVar("A", bound=Accepted)
T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_commands = msgspec.json.Decoder(Command)
_rejections = msgspec.json.Decoder(Rejected)


class MalformedCommand(Refusal):
    """The message is no command."""

    slug: ClassVar = "malformed-command"
    status: ClassVar = 422


class KeyReused(Refusal):
    """An idempotency key came again with another command."""

    slug: ClassVar = "key-reused"
    status: ClassVar = 422


class LogSilent(Refusal):
    """The log did not answer in time; asking again with the same id is safe."""

    slug: ClassVar = "log-unavailable"
    status: ClassVar = 503


class _Which(msgspec.Struct):
    rejected: bool = False


_which = msgspec.json.Decoder(_Which)


def read_answer(answer: bytes, accepted: type[A]) -> A | Rejected:
    """An answer as it travels. Raises msgspec.DecodeError when it is none."""
    if _which.decode(answer).rejected:
        return _rejections.decode(answer)
    return msgspec.json.decode(answer, type=accepted)


async def send_command(  # noqa: PLR0913, PLR0917  # an address on the wire has three parts
    broker: Broker,
    service: str,
    scope: str,
    name: str,
    command: Command,
    deadline: Milliseconds,
    accepted: type[A] = Accepted,  # type: ignore[assignment]  # the default of a type variable; PEP 696 is not in 3.11
) -> A | Rejected:
    """Ask the owner. `accepted` is the struct of a command whose answer says more than Accepted. Raises Unanswered."""
    subject = command_subject(service, scope, name)
    return read_answer(await broker.ask(subject, _encoder.encode(command), deadline), accepted)


async def serve_commands(
    broker: Broker,
    service: str,
    handlers: Mapping[str, Callable[[Command], Awaitable[Accepted]]],
    answers: Answers | None = None,
    fold: CaughtUp | None = None,
) -> "Desk":
    """Take `cmd.<service>.*.<Name>` for every handler; replicas of a service share them. Give the desk to the HTTP
    border as well, so that a command counts once whichever way it comes.
    """
    desk = Desk(handlers, answers, fold)
    for name in handlers:
        await broker.serve(f"cmd.{service}.*.{name}", desk.taker(name), queue=service)
    return desk


def data_of(command: Command, kind: type[T]) -> T:
    """What a command asks for. Raises MalformedCommand."""
    try:
        return msgspec.json.decode(command.data, type=kind)
    except msgspec.DecodeError as fault:
        raise MalformedCommand(str(fault)) from fault


def subject_of(command: Command, owner: str) -> Aggregate:
    """What a command is about. Raises MalformedCommand."""
    try:
        return parse_name(owner, command.subject)
    except ValueError as fault:
        raise MalformedCommand(str(fault)) from fault


class Desk:
    """Takes commands by name."""

    def __init__(
        self,
        handlers: Mapping[str, Callable[[Command], Awaitable[Accepted]]],
        answers: Answers | None = None,
        fold: CaughtUp | None = None,
    ) -> None:
        self._handlers = handlers
        self._answers = answers or MemoryAnswers()
        self._fold = fold
        self._at_work: dict[str, asyncio.Event] = {}

    def taker(self, name: str) -> Callable[[bytes, Mapping[str, str]], Awaitable[bytes]]:
        """The handler of one subject: bytes in, answer out."""

        async def take(payload: bytes, _headers: Mapping[str, str]) -> bytes:
            try:
                command = _commands.decode(payload)
            except msgspec.DecodeError as fault:
                return _refused(MalformedCommand(str(fault)), "").answer
            return (await self.take(name, command)).answer

        return take

    async def take(self, name: str, command: Command) -> Kept:
        """The answer to a command, new or kept. Refusals are answers; only faults raise."""
        with span("command", name, command.traceparent):
            return await self._take(name, msgspec.structs.replace(command, traceparent=current()))

    async def _take(self, name: str, command: Command) -> Kept:
        key = f"{command.actor}/{command.id}"
        fingerprint = sha256(b"\0".join((name.encode(), command.subject.encode(), bytes(command.data)))).hexdigest()
        async with self._alone_with(key):
            kept = await self._answers.recall(key)
            if kept is None:
                kept, lasting = await self._answer(name, command, fingerprint)
                if lasting:
                    await self._answers.keep(key, kept)
        if kept.fingerprint != fingerprint:
            detail = f"command id {command.id} was used for another command; a new command needs a new id"
            return _refused(KeyReused(detail), fingerprint)
        return kept

    @asynccontextmanager
    async def _alone_with(self, key: str) -> AsyncIterator[None]:
        while (busy := self._at_work.get(key)) is not None:
            await busy.wait()
        self._at_work[key] = done = asyncio.Event()
        try:
            yield
        finally:
            del self._at_work[key]
            done.set()

    async def _answer(self, name: str, command: Command, fingerprint: str) -> tuple[Kept, bool]:
        try:
            if command.after is not None and self._fold is not None:
                await self._fold.wait(command.after)
            accepted = await self._handlers[name](command)
        except Refusal as refusal:
            lasting = refusal.status < 500 and not isinstance(refusal, Contended)
            return _refused(refusal, fingerprint), lasting
        except LogUnavailable as fault:
            return _refused(LogSilent(str(fault)), fingerprint), False
        return Kept(fingerprint=fingerprint, status=200, answer=_encoder.encode(accepted)), True


def _refused(refusal: Refusal, fingerprint: str) -> Kept:
    rejected = Rejected(code=refusal.slug, detail=str(refusal), status=refusal.status)
    return Kept(fingerprint=fingerprint, status=refusal.status, answer=_encoder.encode(rejected))
