"""Every way in which the media service says no.

Refusal               libs.events.refusal: slug, HTTP status, message
├─ NoSuchRoom    404  no-such-room     nobody opened it
├─ RoomIsOver    409  room-is-over     only an open room takes sources
├─ NotSeated     409  not-seated       the person has no seat, so nothing of theirs is taken
└─ NotYourSource 403  not-your-source  only the person and the room's host may register a source
"""

from typing import ClassVar

from libs.events.refusal import Refusal


class NoSuchRoom(Refusal):
    slug: ClassVar = "no-such-room"
    status: ClassVar = 404


class RoomIsOver(Refusal):
    slug: ClassVar = "room-is-over"
    status: ClassVar = 409


class NotSeated(Refusal):
    slug: ClassVar = "not-seated"
    status: ClassVar = 409


class NotYourSource(Refusal):
    slug: ClassVar = "not-your-source"
    status: ClassVar = 403
