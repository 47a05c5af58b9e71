"""Requests as Alexa writes them: with a session when somebody speaks, without one for what a player or button tells."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from parlor.echo.matching import Names, Understood, resolves
from parlor.skillpackage import ValueDeclared

DYNAMIC = "amzn1.er-authority.echo-sdk.dynamic"
STATIC = "amzn1.er-authority.echo-sdk"
MATCH, NO_MATCH = "ER_SUCCESS_MATCH", "ER_SUCCESS_NO_MATCH"


class PlayerContext(msgspec.Struct, frozen=True, rename="camel"):
    """`context.AudioPlayer`."""

    player_activity: str = "IDLE"
    token: str = ""
    offset_in_milliseconds: int = 0


class Identity(msgspec.Struct, frozen=True):
    """Who speaks, on what, to which skill."""

    skill: str
    user: str
    device: str
    locale: str = "en-US"


class Session(msgspec.Struct):
    """One conversation. `attributes` are the skill's own, given back to it."""

    id: str
    new: bool = True
    attributes: msgspec.Raw = msgspec.Raw(b"{}")


def fresh_session() -> Session:
    """A conversation that begins."""
    return Session(f"amzn1.echo-api.session.{uuid4()}")


def envelope(
    who: Identity, player: PlayerContext, kind: str, fields: Mapping[str, Any], session: Session | None = None
) -> bytes:
    """The body of one request."""
    application, user = {"applicationId": who.skill}, {"userId": who.user}
    request = {
        "type": kind,
        "requestId": f"amzn1.echo-api.request.{uuid4()}",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "locale": who.locale,
        **fields,
    }
    device = {"deviceId": who.device, "supportedInterfaces": {"AudioPlayer": {}}}
    system = {"application": application, "user": user, "device": device, "apiEndpoint": "https://api.amazonalexa.com"}
    whole: dict[str, Any] = {"version": "1.0", "context": {"System": system, "AudioPlayer": player}, "request": request}
    if session is not None:
        spoken = {"new": session.new, "sessionId": session.id, "attributes": session.attributes}
        whole["session"] = {**spoken, "application": application, "user": user}
    return msgspec.json.encode(whole)


def intent(understood: Understood, types: Mapping[str, str], static: Names, dynamic: Names) -> dict[str, Any]:
    """The `intent` of an IntentRequest; `types` says which slot is of which type."""
    slots = {name: _slot(name, text, types[name], static, dynamic) for name, text in understood.slots.items()}
    return {"name": understood.intent, "confirmationStatus": "NONE", "slots": slots}


def _slot(name: str, text: str | None, kind: str, static: Names, dynamic: Names) -> dict[str, Any]:
    slot: dict[str, Any] = {"name": name, "confirmationStatus": "NONE"}
    if text is None:
        return slot
    slot |= {"value": text, "source": "USER"}
    found = [_resolution(f"{place}.{kind}", text, values) for place, values in _authorities(kind, static, dynamic)]
    if found:
        slot["resolutions"] = {"resolutionsPerAuthority": found}
    return slot


def _authorities(kind: str, static: Names, dynamic: Names) -> list[tuple[str, list[ValueDeclared]]]:
    both = ((DYNAMIC, dynamic), (STATIC, static))
    return [(place, list(names[kind])) for place, names in both if kind in names]


def _resolution(authority: str, text: str, values: list[ValueDeclared]) -> dict[str, Any]:
    matches = [value for value in values if resolves(text, value)]
    named = [{"value": {"name": value.name.value} | ({"id": value.id} if value.id else {})} for value in matches]
    status = {"code": MATCH if matches else NO_MATCH}
    return {"authority": authority, "status": status} | ({"values": named} if named else {})
