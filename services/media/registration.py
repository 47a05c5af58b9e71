"""A place for an RTP sender: what the front door asks the mixer for, and what it gets."""

from base64 import b32encode
from hashlib import sha256
from typing import Annotated, Literal

import msgspec

from libs.events.command import Accepted
from libs.events.ids import PersonId, RoomId, SourceId
from libs.events.subjects import Aggregate

COMMAND = "RegisterSource"

SourceName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class RegisterSource(msgspec.Struct, frozen=True, kw_only=True):
    """The `data` of the command. The mixer's fold decides whether the actor may do this for `person`. `listens`: what
    the person should hear, the room without themselves, is sent back to where they send from. `noise_suppression`:
    steady noise is taken out of what they send, which costs 20 ms; refused in a concert.
    """

    person: PersonId
    name: SourceName
    transport: Literal["rtp"] = "rtp"
    listens: bool = False
    noise_suppression: bool = False


class Registered(Accepted, frozen=True, kw_only=True):
    """Where and how to send. `payload_type` is Opus (RFC 7587), `sdp` says all of it to an encoder, `expires` is in
    milliseconds since 1970: send before then.
    """

    source: SourceId
    ssrc: int
    host: str
    port: int
    payload_type: int
    sdp: str
    expires: int


def source_id(room: RoomId, person: PersonId, name: str) -> SourceId:
    """The same person's source of the same name in a room is the same source: registering again replaces it."""
    digest = sha256(f"{room}\0{person}\0{name}".encode()).digest()
    return SourceId(b32encode(digest[:10]).decode().lower())


def source_aggregate(room: RoomId, person: PersonId, name: str) -> Aggregate:
    """What the command is about."""
    return Aggregate("media", room, "source", source_id(room, person, name))
