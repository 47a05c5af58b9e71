"""Routes for the keys of encoders: making one, seeing one's own, revoking."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response

from libs.service.http import answer, answers, body
from libs.service.identity import Actor
from services.rooms.api_border import NO_STORE, Asker, Border, RoomInPath, fresh_thing
from services.rooms.cards import NewSourceKeyCard, SourceKeyCards
from services.rooms.source_keys import LONGEST_NAME, SourceKeys


class NewKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the key is called, to tell it from others: "OBS at home"."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]


class Revoked(msgspec.Struct, frozen=True, kw_only=True):
    """The key holds no longer."""

    accepted: bool = True
    id: str


def routes(border: Border, keys: SourceKeys) -> APIRouter:
    """Everything below `/api/rooms/{room}/source-keys`."""
    router = APIRouter(tags=["speak"])

    @router.post("/api/rooms/{room}/source-keys", status_code=201)
    @answers(NewSourceKeyCard)
    async def make(
        room: RoomInPath,
        asked: Annotated[NewKey, Depends(body(NewKey))],
        asker: Annotated[Asker, Depends(border.asker)],
    ) -> Response:
        """Make a key for an encoder of one's own. The key is in this answer and nowhere else."""
        return answer(await keys.make(fresh_thing(asker), room, asker.person, asked.name), 201, NO_STORE)

    @router.get("/api/rooms/{room}/source-keys")
    @answers(SourceKeyCards)
    async def mine(room: RoomInPath, reader: Annotated[Actor, Depends(border.member)]) -> Response:
        """One's own keys for this room or its programme."""
        return answer(await keys.of(room, reader.person), headers=NO_STORE)

    @router.post("/api/rooms/{room}/source-keys/{key}/revoke")
    @answers(Revoked)
    async def revoke(room: RoomInPath, key: str, asker: Annotated[Asker, Depends(border.asker)]) -> Response:
        """Revoke a key of one's own: who sends with it is cut off."""
        await keys.revoke(room, asker.person, key)
        return answer(Revoked(id=key), headers=NO_STORE)

    return router
