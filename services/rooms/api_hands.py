"""Routes for raised hands. A topic is sealed here, before there is a command: what is behind never has its text."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response

from libs.events import subjects
from libs.events.command import Accepted
from libs.service.http import answer, answers, body
from libs.service.identity import Actor
from services.rooms.api_border import NO_STORE, Asker, Border, RoomInPath
from services.rooms.cards import Hands
from services.rooms.commands import RaiseHand
from services.rooms.hands import LONGEST_TOPIC, RaisedHands


class Raise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wants to speak about, if they say so. Only host and co-hosts get to read it."""

    topic: Annotated[str, msgspec.Meta(max_length=LONGEST_TOPIC)] | None = None


def routes(border: Border, hands: RaisedHands) -> APIRouter:
    """Raising and looking; lowering is a command like the others (api.py)."""
    router = APIRouter(tags=["rooms"])

    @router.post("/api/rooms/{room}/raise-hand", name="RaiseHand")
    @answers(Accepted)
    async def raise_hand(
        room: RoomInPath,
        asked: Annotated[Raise, Depends(body(Raise))],
        asker: Annotated[Asker, Depends(border.asker)],
    ) -> Response:
        """I want to speak, perhaps about something; again: about this instead."""
        topic = await hands.topic(room, asker.person, asker.id, asked.topic)
        return await border.ask(asker, subjects.room(room), RaiseHand(topic=topic))

    @router.get("/api/rooms/{room}/hands")
    @answers(Hands)
    async def raised(room: RoomInPath, reader: Annotated[Actor, Depends(border.member)]) -> Response:
        """Raised hands in the order of the queue: all for host and co-hosts, one's own for everybody else."""
        return answer(await hands.seen_by(room, reader.person), headers=NO_STORE)

    return router
