"""Every rule about who may do what in a room. Pure: no clock, no I/O, no logging.

Three choices that are ours to state, because the field differs:

- **Muting is a courtesy, not a punishment.** Host and co-hosts mute anybody, everybody mutes themselves; being heard
  again is only ever one's own act, also after somebody else muted one (as in Clubhouse, Spaces, Jitsi: a microphone
  that another person can open is a bug). Whoever must not be heard is moved to the audience.
- **A seat is given or taken up, never forced into sound.** Host and co-hosts may seat anybody, an invited person may
  take a speaker's seat themselves; media takes sound only from a source that the person opened.
- **The host stays.** A room has exactly one host from opening to end; a host who wants to go ends the room.

A command whose effect is already there changes nothing and is accepted, whoever else's act brought it about; rights
are looked at first, so a stranger is refused even where nothing would change.
"""

from libs.events.ids import PersonId
from libs.events.rooms import (
    HandLowered,
    HandRaised,
    InvitationWithdrawn,
    RoomEnded,
    RoomEvent,
    RoomOpened,
    RoomTuned,
    Seat,
    SpeakerAdmitted,
    SpeakerInvited,
    SpeakerLeftStage,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)
from services.rooms.commands import (
    AdmitSpeaker,
    AskRoom,
    EndRoom,
    GoLive,
    InviteSpeaker,
    LeaveStage,
    LowerHand,
    MoveToAudience,
    MuteSpeaker,
    OpenRoom,
    RaiseHand,
    TuneRoom,
    UnmuteSpeaker,
)
from services.rooms.errors import HostMustStay, HostSeatTaken, RoomTaken, StageFull, TooManyHands
from services.rooms.requirements import (
    require_existing,
    require_going_on,
    require_host,
    require_may_raise_hand,
    require_may_seat,
    require_own,
    require_runs_stage,
    require_seated,
)
from services.rooms.state import Room, Status
from services.rooms.titles import require_sayable
from services.rooms.tuning import require_tunable

SEATS = 16
HANDS = 500
"""So many may want to speak at once: a queue of more is no queue."""


def decide(ask: AskRoom, room: Room) -> list[RoomEvent]:  # noqa: C901, PLR0911 - a table: one case per command
    """What follows from `ask`: facts, nothing, or a refusal."""
    if isinstance(ask.what, OpenRoom):
        return open_room(ask.what, ask.by, room)
    require_existing(ask.of, room)
    match ask.what:
        case GoLive():
            return go_live(ask.by, room)
        case TuneRoom():
            return tune(ask.what, ask.by, room)
        case InviteSpeaker():
            return invite(ask.what, ask.by, room)
        case AdmitSpeaker():
            return admit(ask.what, ask.by, room)
        case RaiseHand():
            return raise_hand(ask.what, ask.by, room)
        case LowerHand():
            return lower_hand(ask.what, ask.by, room)
        case MuteSpeaker():
            return mute(ask.what, ask.by, room)
        case UnmuteSpeaker():
            return unmute(ask.by, room)
        case LeaveStage():
            return leave(ask.by, room)
        case MoveToAudience():
            return move_to_audience(ask.what, ask.by, room)
        case EndRoom():
            return end(ask.by, room)


def open_room(what: OpenRoom, by: PersonId, room: Room) -> list[RoomEvent]:
    """Anybody who is signed in may open a room; the same again is the same room."""
    require_sayable(what.title, what.aliases)
    require_tunable(what.loudness, what.own_mixes)
    opened = RoomOpened(
        room=what.room,
        title=what.title.strip(),
        aliases=tuple(alias.strip() for alias in what.aliases),
        kind=what.kind,
        host=by,
        programme=what.programme,
        automation=what.automation,
        language=what.language,
        concert=what.concert,
        loudness=what.loudness,
        own_mixes=what.own_mixes,
    )
    if room.opened is None:
        return [opened]
    if room.opened != opened:
        raise RoomTaken(f"{what.room} is already the room {room.opened.title!r} of {room.opened.host}")
    return []


def go_live(by: PersonId, room: Room) -> list[RoomEvent]:
    """The host puts the room on air."""
    require_host(by, room)
    require_going_on(room)
    return [] if room.status is Status.LIVE else [WentLive(room=room.id)]


def tune(what: TuneRoom, by: PersonId, room: Room) -> list[RoomEvent]:
    """The host says how the room sounds, on air or before."""
    require_host(by, room)
    require_going_on(room)
    require_tunable(what.loudness, what.own_mixes)
    if (what.loudness, what.own_mixes) == (room.loudness, room.own_mixes):
        return []
    return [RoomTuned(room=room.id, loudness=what.loudness, own_mixes=what.own_mixes, by=by)]


def invite(what: InviteSpeaker, by: PersonId, room: Room) -> list[RoomEvent]:
    """Host and co-hosts invite; whoever sits already needs no invitation."""
    require_runs_stage(by, room)
    require_going_on(room)
    if what.person in room.invited or what.person in room.stage:
        return []
    return [SpeakerInvited(room=room.id, person=what.person, by=by)]


def admit(what: AdmitSpeaker, by: PersonId, room: Room) -> list[RoomEvent]:
    """Host and co-hosts seat anybody, the host alone makes and unmakes co-hosts; the invited may seat themselves."""
    require_may_seat(what, by, room)
    require_going_on(room)
    now = room.seat(what.person)
    if now is what.seat:
        return []
    if what.seat is Seat.HOST:
        raise HostSeatTaken(f"{room.host} hosts {room.id}; a room has one host")
    if now is Seat.HOST:
        raise HostMustStay(f"{what.person} hosts {room.id} and keeps that seat until it ends")
    if what.seat is Seat.COHOST or (now is Seat.COHOST and what.person != by):
        require_host(by, room)
    if now is None and len(room.stage) >= SEATS:
        raise StageFull(f"all {SEATS} seats of {room.id} are taken")
    return [SpeakerAdmitted(room=room.id, person=what.person, seat=what.seat, by=by)]


def raise_hand(what: RaiseHand, by: PersonId, room: Room) -> list[RoomEvent]:
    """Everybody in the audience, for themselves; again with another topic keeps the place in the queue."""
    require_going_on(room)
    require_may_raise_hand(by, room)
    require_own(what.topic, by)
    if by in room.hands and room.hands[by] == what.topic:
        return []
    if by not in room.hands and len(room.hands) >= HANDS:
        raise TooManyHands(f"{HANDS} hands are up in {room.id}, which is all that it takes")
    return [HandRaised(room=room.id, person=by, topic=what.topic)]


def lower_hand(what: LowerHand, by: PersonId, room: Room) -> list[RoomEvent]:
    """Everybody their own; host and co-hosts anybody's."""
    person = what.person or by
    if person != by:
        require_runs_stage(by, room)
    require_going_on(room)
    return [HandLowered(room=room.id, person=person, by=by)] if person in room.hands else []


def mute(what: MuteSpeaker, by: PersonId, room: Room) -> list[RoomEvent]:
    """Everybody on the stage mutes themselves, host and co-hosts mute anybody."""
    if what.person != by:
        require_runs_stage(by, room)
    require_going_on(room)
    if require_seated(what.person, room).muted:
        return []
    return [SpeakerMuted(room=room.id, person=what.person, by=by)]


def unmute(by: PersonId, room: Room) -> list[RoomEvent]:
    """Only for oneself, whoever did the muting."""
    require_going_on(room)
    if not require_seated(by, room).muted:
        return []
    return [SpeakerUnmuted(room=room.id, person=by)]


def leave(by: PersonId, room: Room) -> list[RoomEvent]:
    """Everybody but the host leaves when they like; leaving with an invitation in hand declines it."""
    require_going_on(room)
    return _vacate(by, by, room)


def move_to_audience(what: MoveToAudience, by: PersonId, room: Room) -> list[RoomEvent]:
    """Host and co-hosts take seats and invitations away, a co-host's seat only the host; for oneself it is leaving."""
    if what.person == by:
        return leave(by, room)
    require_runs_stage(by, room)
    require_going_on(room)
    if room.seat(what.person) is Seat.COHOST:
        require_host(by, room)
    return _vacate(what.person, by, room)


def end(by: PersonId, room: Room) -> list[RoomEvent]:
    """The host ends the room, from air or from the green room."""
    require_host(by, room)
    return [] if room.status is Status.ENDED else [RoomEnded(room=room.id, by=by)]


def _vacate(person: PersonId, by: PersonId, room: Room) -> list[RoomEvent]:
    if person == room.host:
        raise HostMustStay(f"{person} hosts {room.id}; end the room instead")
    if person in room.stage:
        return [SpeakerLeftStage(room=room.id, person=person, by=by)]
    if person in room.invited:
        return [InvitationWithdrawn(room=room.id, person=person, by=by)]
    return []
