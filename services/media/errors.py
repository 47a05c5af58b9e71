"""Every way in which the media service says no.

Refusal               libs.events.refusal: slug, HTTP status, message
├─ RoomUnknown   404  room-unknown     no such room
├─ RoomOver      409  room-ended       the room has ended
├─ NotOnStage    409  not-on-stage     the person has no seat, so nothing of theirs is taken
├─ NotTheirs     403  not-the-host     only the person and the room's host may register a source
└─ Unsuitable    422  unsuitable       a name or transport that we can't take
"""

from typing import ClassVar

from libs.events.refusal import Refusal


class RoomUnknown(Refusal):
    slug: ClassVar = "room-unknown"
    status: ClassVar = 404


class RoomOver(Refusal):
    slug: ClassVar = "room-ended"
    status: ClassVar = 409


class NotOnStage(Refusal):
    slug: ClassVar = "not-on-stage"
    status: ClassVar = 409


class NotTheirs(Refusal):
    slug: ClassVar = "not-the-host"
    status: ClassVar = 403


class Malformed(Refusal):
    slug: ClassVar = "malformed-command"
    status: ClassVar = 422
