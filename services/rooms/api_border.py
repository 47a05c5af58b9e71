"""The HTTP border: from a request and a credential to a command, from an answer to a response.

Who asks comes from the credential and never from the body. The `Idempotency-Key` is the command's id; a room that is
opened with a key gets its id from actor and key, so that asking again cannot open a second room.
"""

from base64 import b32encode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated

import msgspec
from fastapi import Depends, Response

from libs.events.command import Accepted, Command, Rejected
from libs.events.ids import CommandId, MalformedId, PersonId, Position, RoomId, checked_id
from libs.events.subjects import Aggregate
from libs.service.commands import Desk, read_answer
from libs.service.http import answer, problem_of
from libs.service.http_headers import idempotency_key, if_match
from libs.service.http_identity import perhaps_signed_in, signed_in
from libs.service.identity import Actor, Verifier
from libs.service.tracing import current
from services.rooms.commands import Verb
from services.rooms.errors import RoomUnknown

NO_STORE = {"Cache-Control": "no-store"}


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, the command's id, and what they have seen."""

    person: PersonId
    via: str
    id: CommandId
    expected: int | None = None


class Border:
    """Turns requests into commands for one desk. `asker`, `member` and `reader` are dependencies: who asks for a
    change, who reads what is for people who signed in (both refused with 401 when nobody does), who reads (None for
    the public).
    """

    def __init__(self, desk: Desk, verifier: Verifier) -> None:
        self._desk = desk
        self.reader = reading(verifier)
        self.asker = asking(verifier)
        self.member = signed_in(verifier)

    async def ask(self, asker: Asker, about: Aggregate, what: Verb) -> Response:
        """The answer as a response: 200 with revision and position, or a problem."""
        return respond(await self.answer(asker, about, what))

    async def answer(self, asker: Asker, about: Aggregate, what: Verb) -> Accepted | Rejected:
        """The answer of the desk."""
        command = Command(
            id=asker.id,
            subject=about.name,
            actor=asker.person,
            via=asker.via,
            correlationid=asker.id,
            roomid=about.id if about.kind == "room" else None,
            expected=asker.expected,
            traceparent=current(),
            data=msgspec.Raw(msgspec.json.encode(what)),
        )
        kept = await self._desk.take(type(what).__name__, command)
        return read_answer(kept.answer, Accepted)


def reading(verifier: Verifier) -> Callable[..., Awaitable[PersonId | None]]:
    """A dependency: who reads."""

    async def reader(actor: Annotated[Actor | None, Depends(perhaps_signed_in(verifier))]) -> PersonId | None:
        return None if actor is None else actor.person

    return reader


def asking(verifier: Verifier) -> Callable[..., Awaitable[Asker]]:
    """A dependency: who asks for a change, with which key, having seen what."""

    async def asker(
        actor: Annotated[Actor, Depends(signed_in(verifier))],
        key: Annotated[CommandId, Depends(idempotency_key)],
        expected: Annotated[int | None, Depends(if_match)],
    ) -> Asker:
        return Asker(person=actor.person, via=actor.border, id=key, expected=expected)

    return asker


def respond(given: Accepted | Rejected) -> Response:
    """An answer as HTTP says it."""
    match given:
        case Accepted():
            return answer(given, headers=NO_STORE | marks(given.revision, given.position))
        case Rejected():
            return problem_of(given.code, given.status, given.detail, NO_STORE)


def marks(revision: int, position: Position) -> dict[str, str]:
    """What a client may send back: `If-Match` and `Parlor-After`."""
    return {"ETag": f'"{revision}"', "Parlor-Position": str(position)}


def fresh_thing(asker: Asker) -> str:
    """The id of the room or programme that this command makes."""
    digest = sha256(f"{asker.person}/{asker.id}".encode()).digest()
    return b32encode(digest[:10]).decode().lower()


async def room_id(room: str) -> RoomId:
    """A dependency: the room in the path; what can't be an id is an unknown room."""
    try:
        return RoomId(checked_id(room))
    except MalformedId as fault:
        raise RoomUnknown(f"there is no room {room[:40]!r}: {fault}") from fault


RoomInPath = Annotated[RoomId, Depends(room_id)]
