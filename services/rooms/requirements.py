"""The preconditions that several rules share, one refusal each."""

from libs.events.ids import PersonId
from libs.events.rooms import Seat
from libs.events.sealed import Sealed, whose
from services.rooms.commands import AdmitSpeaker
from services.rooms.errors import (
    NotInvited,
    NotOnStage,
    NotRunningTheStage,
    NotTheHost,
    NotYourself,
    OnStageAlready,
    RoomOver,
    RoomUnknown,
)
from services.rooms.state import Place, Room, Status


def require_existing(room_id: str, room: Room) -> None:
    """Refuse a room that nobody opened."""
    if room.status is Status.UNKNOWN:
        raise RoomUnknown(f"there is no room {room_id}")


def require_visible(room_id: str, room: Room, reader: PersonId | None) -> None:
    """Refuse a room that nobody opened, or that is not for this reader, who is not told which."""
    if room.status is Status.UNKNOWN or not room.lets_in(reader):
        raise RoomUnknown(f"there is no room {room_id}")


def require_going_on(room: Room) -> None:
    """Refuse a room that has ended."""
    if room.status is Status.ENDED:
        raise RoomOver(f"room {room.id} is ended, not open or live")


def require_host(by: PersonId, room: Room) -> None:
    """Refuse everybody but the host."""
    if by != room.host:
        raise NotTheHost(f"{by} does not host {room.id}, {room.host} does")


def require_runs_stage(by: PersonId, room: Room) -> None:
    """Refuse everybody but the host and the co-hosts."""
    if not room.runs_stage(by):
        raise NotRunningTheStage(f"{by} is {room.role(by)} in {room.id}, not host or co-host")


def require_may_seat(what: AdmitSpeaker, by: PersonId, room: Room) -> None:
    """Refuse whoever neither runs the stage nor takes up an invitation to a speaker's seat."""
    if what.person != by or what.seat is not Seat.SPEAKER:
        require_runs_stage(by, room)
        return
    if by not in room.invited and by not in room.stage and by != room.host:
        raise NotInvited(f"{by} is {room.role(by)} in {room.id}, not invited to the stage")


def require_may_raise_hand(by: PersonId, room: Room) -> None:
    """Refuse whoever sits on the stage already, or is not let into the room."""
    if by in room.stage:
        raise OnStageAlready(f"{by} is {room.role(by)} in {room.id} and needs no raised hand")
    if not room.lets_in(by):
        raise NotInvited(f"{room.id} is a room by invitation, and {by} is not invited")


def require_own(topic: Sealed | None, by: PersonId) -> None:
    """Refuse words that were not sealed for whoever says them."""
    if topic is not None and whose(topic) != by:
        raise NotYourself(f"the topic is not one of {by}")


def require_seated(person: PersonId, room: Room) -> Place:
    """Their place; refuse whoever has none."""
    place = room.stage.get(person)
    if place is None:
        raise NotOnStage(f"{person} has no seat in {room.id}")
    return place
