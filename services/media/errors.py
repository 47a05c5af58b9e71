"""Every way in which the media service says no.

Refusal               libs.events.refusal: slug, HTTP status, message
├─ NoSuchRoom    404  no-such-room     nobody opened it
├─ RoomIsOver    409  room-is-over     only an open room takes sources
├─ RoomIsMoving  503  room-is-moving   it goes from one mixer to another just now; ask again
├─ NotSeated     409  not-seated       the person has no seat, so nothing of theirs is taken
├─ NotYourSource 403  not-your-source  only the person and the room's host may register a source
├─ NotTheHost    403  not-the-host     only the room's host may have evidence frozen
├─ EvidenceOff   409  evidence-off     no evidence is kept here
├─ EvidenceEmpty 409  evidence-empty   nothing was on air then
├─ EvidenceFull  409  evidence-full    evidence of this room was frozen as often as it may be
├─ EvidenceUnwritten 503  evidence-unwritten  the disk did not take it; ask again
├─ NoiseStaysInConcerts 409 no-noise-suppression-in-a-concert  a concert is heard as it comes
├─ NotYourDesk   403  not-your-desk    only the room's host talks to the stage alone, or hears a source alone
├─ NoSuchSource  404  no-such-source   the room has no such source
├─ OwnSource     409  own-source       nobody hears themselves
├─ NothingToTalkWith 409 nothing-to-talk-with  talkback needs a source of one's own
├─ MalformedSdp  400  malformed-sdp    the body is no session description
├─ UnfitOffer    422  offer-unfit      the offer can't be answered with sound; the message says what is missing
├─ NoSuchPeer    404  no-such-session  this WHIP or WHEP session is over, or never was
├─ RestartApart  422  restart-apart    new ICE credentials, but not asked for as a restart
├─ EntityTagOld  412  entity-tag-old   another ICE session than the one of If-Match is the present one
└─ PeersFull     503  peers-full       this mixer has as many WebRTC sessions as it can serve
"""

from typing import ClassVar

from libs.events.refusal import Refusal


class NoSuchRoom(Refusal):
    slug: ClassVar = "no-such-room"
    status: ClassVar = 404


class RoomIsOver(Refusal):
    slug: ClassVar = "room-is-over"
    status: ClassVar = 409


class RoomIsMoving(Refusal):
    slug: ClassVar = "room-is-moving"
    status: ClassVar = 503


class NotSeated(Refusal):
    slug: ClassVar = "not-seated"
    status: ClassVar = 409


class NotYourSource(Refusal):
    slug: ClassVar = "not-your-source"
    status: ClassVar = 403


class NotTheHost(Refusal):
    slug: ClassVar = "not-the-host"
    status: ClassVar = 403


class EvidenceOff(Refusal):
    slug: ClassVar = "evidence-off"
    status: ClassVar = 409


class EvidenceEmpty(Refusal):
    slug: ClassVar = "evidence-empty"
    status: ClassVar = 409


class EvidenceFull(Refusal):
    slug: ClassVar = "evidence-full"
    status: ClassVar = 409


class EvidenceUnwritten(Refusal):
    slug: ClassVar = "evidence-unwritten"
    status: ClassVar = 503


class NoiseStaysInConcerts(Refusal):
    slug: ClassVar = "no-noise-suppression-in-a-concert"
    status: ClassVar = 409


class NotYourDesk(Refusal):
    slug: ClassVar = "not-your-desk"
    status: ClassVar = 403


class NoSuchSource(Refusal):
    slug: ClassVar = "no-such-source"
    status: ClassVar = 404


class OwnSource(Refusal):
    slug: ClassVar = "own-source"
    status: ClassVar = 409


class NothingToTalkWith(Refusal):
    slug: ClassVar = "nothing-to-talk-with"
    status: ClassVar = 409


class MalformedSdp(Refusal):
    slug: ClassVar = "malformed-sdp"
    status: ClassVar = 400


class UnfitOffer(Refusal):
    slug: ClassVar = "offer-unfit"
    status: ClassVar = 422


class NoSuchPeer(Refusal):
    slug: ClassVar = "no-such-session"
    status: ClassVar = 404


class RestartApart(Refusal):
    slug: ClassVar = "restart-apart"
    status: ClassVar = 422


class EntityTagOld(Refusal):
    slug: ClassVar = "entity-tag-old"
    status: ClassVar = 412


class PeersFull(Refusal):
    slug: ClassVar = "peers-full"
    status: ClassVar = 503
