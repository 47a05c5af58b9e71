"""Brings each command to the mixer that has the room.

Commands come on `cmd.media.<partition>.<Name>`, to any one mixer. It answers what is about its own rooms and passes the
rest on to their owners, on the same subject with the owner's name behind it, and the owner's answer back as it is. A
room that nobody has goes to the mixer that should take it.
"""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from libs.events.command import Accepted, Command, Rejected
from libs.events.ids import Milliseconds, RoomId
from libs.events.subjects import command_subject, parse_name
from libs.service.broker import DEADLINE_HEADER, PATIENCE, Broker, Unanswered
from libs.service.caughtup import CaughtUp
from libs.service.commands import Desk
from services.media.errors import RoomIsMoving
from services.media.ownership.keeper import Keeper

SERVICE = "media"

Take = Callable[[bytes, Mapping[str, str]], Awaitable[bytes]]


class _About(msgspec.Struct):
    subject: str


class _Code(msgspec.Struct):
    code: str = ""


_about = msgspec.json.Decoder(_About)
_codes = msgspec.json.Decoder(_Code)


class Switchboard:
    """One mixer's. `serve` once for all commands."""

    def __init__(self, broker: Broker, keeper: Keeper) -> None:
        self._broker = broker
        self._keeper = keeper

    async def serve(self, handlers: Mapping[str, Callable[[Command], Awaitable[Accepted]]], fold: CaughtUp) -> None:
        """Take these commands."""
        desk = Desk(handlers, None, fold)
        for name in handlers:
            take = desk.taker(name)
            await self._broker.serve(f"cmd.{SERVICE}.*.{name}", self._routed(name, take), queue=SERVICE)
            await self._broker.serve(f"cmd.{SERVICE}.*.{name}.{self._keeper.me}", take)

    def _routed(self, name: str, take: Take) -> Take:
        async def route(payload: bytes, headers: Mapping[str, str]) -> bytes:
            room = _room(payload)
            if room is None or self._keeper.whose(room) == self._keeper.me:
                answer = await take(payload, headers)
                if room is None or not _moving(answer) or self._keeper.whose(room) == self._keeper.me:
                    return answer
            return await self._ask_owner(room, name, payload, headers)

        return route

    async def _ask_owner(self, room: RoomId, name: str, payload: bytes, headers: Mapping[str, str]) -> bytes:
        deadline = Milliseconds(int(headers.get(DEADLINE_HEADER, PATIENCE)))
        subject = f"{command_subject(SERVICE, room, name)}.{self._keeper.whose(room)}"
        try:
            return await self._broker.ask(subject, payload, deadline)
        except Unanswered:
            detail = f"the mixer that had room {room} does not answer; ask again in a moment"
            return msgspec.json.encode(Rejected(code=RoomIsMoving.slug, detail=detail, status=RoomIsMoving.status))


def _moving(answer: bytes) -> bool:
    return _codes.decode(answer).code == RoomIsMoving.slug


def _room(payload: bytes) -> RoomId | None:
    """Which room a command is about; None for what is no command, which is for the desk to say."""
    try:
        return RoomId(parse_name(SERVICE, _about.decode(payload).subject).scope)
    except (msgspec.DecodeError, ValueError):
        return None
