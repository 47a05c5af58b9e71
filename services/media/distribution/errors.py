"""Every way in which the edge says no to a listener.

Refusal                    libs.events.refusal: slug, HTTP status, message
├─ (NoSuchRoom        404  no-such-room)         as everywhere in media: services.media.errors
├─ NoSuchRendition    404  rendition-unknown     we don't make this kind of stream
├─ OffAir             410  room-off-air          the room has ended, nothing will come any more
├─ NotOnAirYet        409  room-not-live         the room is open but its host has not gone live
├─ TokenNeeded        401  listen-token-needed   only the invited hear this room
├─ TokenInvalid       403  listen-token-invalid  forged, for another room, or expired
├─ MalformedFrom      400  malformed-from        `from` is no media time
├─ TooManyStreams     429  too-many-streams      one address has as many streams as it may have
├─ EdgeFull           503  edge-full             this edge serves as many listeners as it can
├─ PastOutOfReach     503  past-out-of-reach     the store of past sound does not answer
├─ WrongContentType   415  unsupported-media-type  the body is not what WHIP and WHEP take
├─ NoSdpWanted        406  not-acceptable        the client takes no session description for an answer
└─ EntityTagNeeded    428  entity-tag-needed     a patch must say which ICE session it is about
"""

from typing import ClassVar

from libs.events.refusal import Refusal


class NoSuchRendition(Refusal):
    slug: ClassVar = "rendition-unknown"
    status: ClassVar = 404


class OffAir(Refusal):
    slug: ClassVar = "room-off-air"
    status: ClassVar = 410


class NotOnAirYet(Refusal):
    slug: ClassVar = "room-not-live"
    status: ClassVar = 409


class TokenNeeded(Refusal):
    slug: ClassVar = "listen-token-needed"
    status: ClassVar = 401


class TokenInvalid(Refusal):
    slug: ClassVar = "listen-token-invalid"
    status: ClassVar = 403


class MalformedFrom(Refusal):
    slug: ClassVar = "malformed-from"
    status: ClassVar = 400


class TooManyStreams(Refusal):
    slug: ClassVar = "too-many-streams"
    status: ClassVar = 429


class EdgeFull(Refusal):
    slug: ClassVar = "edge-full"
    status: ClassVar = 503


class PastOutOfReach(Refusal):
    slug: ClassVar = "past-out-of-reach"
    status: ClassVar = 503


class WrongContentType(Refusal):
    slug: ClassVar = "unsupported-media-type"
    status: ClassVar = 415


class NoSdpWanted(Refusal):
    slug: ClassVar = "not-acceptable"
    status: ClassVar = 406


class EntityTagNeeded(Refusal):
    slug: ClassVar = "entity-tag-needed"
    status: ClassVar = 428
