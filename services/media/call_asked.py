"""What the front door asks of the mixer for WHIP and WHEP, and what it is told."""

from typing import Literal, TypeAlias

import msgspec

from libs.events.command import Accepted
from libs.events.ids import RoomId
from libs.events.subjects import Aggregate
from services.media.registration import SourceName

Kind: TypeAlias = Literal["whip", "whep"]


class StartCall(msgspec.Struct, frozen=True, kw_only=True):
    """`sdp` is the offer. WHIP sends under `name`; a second call of the same person and name replaces the first.
    `noise_suppression`: of what WHIP sends; see RegisterSource.
    """

    kind: Kind
    sdp: str
    name: SourceName = "page"
    noise_suppression: bool = False


class CallStarted(Accepted, frozen=True, kw_only=True):
    """`sdp` is the answer; `session` ends the session's URL, `etag` names its ICE session."""

    session: str
    sdp: str
    etag: str


class PatchCall(msgspec.Struct, frozen=True, kw_only=True):
    """`fragment` is of RFC 8840, `etag` an entity tag that the client has, or `*` for a restart."""

    session: str
    kind: Kind
    fragment: str
    etag: str


class CallPatched(Accepted, frozen=True, kw_only=True):
    """After a restart: our new credentials and the new entity tag."""

    sdp: str | None = None
    etag: str | None = None


class EndCall(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody wants it any more."""

    session: str
    kind: Kind


class LookAtCall(msgspec.Struct, frozen=True, kw_only=True):
    """Is it still there? Changes nothing."""

    session: str
    kind: Kind


CALLS = (StartCall, PatchCall, EndCall, LookAtCall)


def call_aggregate(room: RoomId, session: str) -> Aggregate:
    """What a command about a call is about; a call to be has the name of its room."""
    return Aggregate("media", room, "call", session)
