"""What may be asked of the rooms service.

A struct is the `data` of a command, over NATS as over HTTP; its class name is the command's name. Who asks is never in
it: the border derives that from a credential, and `Ask` joins the two for the rules.
"""

from typing import Annotated, Generic, TypeAlias, TypeVar

import msgspec

from libs.events.ids import Lufs, PersonId, ProgrammeId, RoomId, checked_id
from libs.events.rooms import RoomKind, Seat
from libs.events.sealed import Sealed

LONGEST_SEALED = 1_200
"""Room for a topic of 200 characters of four bytes each."""

AssetSet = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""The name of what plays when nobody speaks, as a view in PostgreSQL can hold it."""

LanguageTag = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$")]
"""A language (BCP 47)."""


class Verb(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that may be asked. Unknown fields are refused, so that a typing mistake is not a silent default."""


class OpenRoom(Verb, frozen=True, kw_only=True):
    """Make a room; whoever asks hosts it. `aliases` are further sayable names, `automation` names an asset set;
    a `concert` is heard in stereo; `loudness` and `own_mixes` as TuneRoom has them.
    """

    room: RoomId
    title: str
    aliases: tuple[str, ...] = ()
    kind: RoomKind = RoomKind.OPEN
    programme: ProgrammeId | None = None
    automation: AssetSet | None = None
    language: LanguageTag = "en-US"
    concert: bool = False
    loudness: Lufs | None = None
    own_mixes: int | None = None

    def __post_init__(self) -> None:
        checked_id(self.room)
        checked_id(self.programme or self.room)


class GoLive(Verb, frozen=True, kw_only=True):
    """Put the room on air."""


class TuneRoom(Verb, frozen=True, kw_only=True):
    """Bring the programme to this loudness, in LUFS (-14 suits a smart speaker, -16 a podcast), and let so many people
    on the stage have a mix of their own. What is not said is the mixer's to choose, whatever was said before.
    """

    loudness: Lufs | None = None
    own_mixes: int | None = None


class InviteSpeaker(Verb, frozen=True, kw_only=True):
    """Ask somebody onto the stage; they may then take a speaker's seat themselves."""

    person: PersonId

    def __post_init__(self) -> None:
        checked_id(self.person)


class AdmitSpeaker(Verb, frozen=True, kw_only=True):
    """Give somebody a seat, or another seat; asked by an invited person for themselves it accepts the invitation."""

    person: PersonId
    seat: Seat = Seat.SPEAKER

    def __post_init__(self) -> None:
        checked_id(self.person)


class RaiseHand(Verb, frozen=True, kw_only=True):
    """I want to speak, perhaps about something; again: about this instead."""

    topic: Annotated[Sealed, msgspec.Meta(max_length=LONGEST_SEALED)] | None = None


class LowerHand(Verb, frozen=True, kw_only=True):
    """I want to speak no longer; with `person`: let theirs pass."""

    person: PersonId | None = None

    def __post_init__(self) -> None:
        if self.person is not None:
            checked_id(self.person)


class MuteSpeaker(Verb, frozen=True, kw_only=True):
    """Leave somebody's sound (or one's own) out of the programme."""

    person: PersonId

    def __post_init__(self) -> None:
        checked_id(self.person)


class UnmuteSpeaker(Verb, frozen=True, kw_only=True):
    """Let me be heard again. There is no way to ask this for another person."""


class LeaveStage(Verb, frozen=True, kw_only=True):
    """Give up my seat, or decline an invitation."""


class MoveToAudience(Verb, frozen=True, kw_only=True):
    """Take somebody's seat, or their invitation, away."""

    person: PersonId

    def __post_init__(self) -> None:
        checked_id(self.person)


class EndRoom(Verb, frozen=True, kw_only=True):
    """End the room for good."""


class CreateProgramme(Verb, frozen=True, kw_only=True):
    """Make a series; whoever asks owns it."""

    programme: ProgrammeId
    title: str
    aliases: tuple[str, ...] = ()
    automation: AssetSet | None = None

    def __post_init__(self) -> None:
        checked_id(self.programme)


class SwitchProgrammeOff(Verb, frozen=True, kw_only=True):
    """Let the programme open no further rooms by itself."""


class SwitchProgrammeOn(Verb, frozen=True, kw_only=True):
    """Let the programme open rooms by itself again."""


class RegisterPerson(Verb, frozen=True, kw_only=True):
    """Somebody signed in; only the border asks this."""


RoomVerb: TypeAlias = (
    OpenRoom
    | GoLive
    | TuneRoom
    | InviteSpeaker
    | AdmitSpeaker
    | RaiseHand
    | LowerHand
    | MuteSpeaker
    | UnmuteSpeaker
    | LeaveStage
    | MoveToAudience
    | EndRoom
)
ProgrammeVerb: TypeAlias = CreateProgramme | SwitchProgrammeOff | SwitchProgrammeOn

V = TypeVar("V", bound=Verb)


class Ask(msgspec.Struct, Generic[V], frozen=True, kw_only=True):
    """Somebody asks something about one room, programme or person, named by its id."""

    by: PersonId
    of: str
    what: V


AskRoom: TypeAlias = Ask[RoomVerb]
AskProgramme: TypeAlias = Ask[ProgrammeVerb]
