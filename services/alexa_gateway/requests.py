"""Alexa's request JSON as types (Request and Response JSON Reference; AudioPlayer and PlaybackController interfaces).

Decoding is lenient on purpose: Amazon adds keys, values and whole request types without notice. What we don't know
becomes `Unknown` and is answered with an empty reply. `session` is absent on everything that is not a conversation.
"""

from typing import ClassVar, TypeAlias

import msgspec

from libs.events.ids import Milliseconds


class NotARequest(ValueError):
    """Not JSON of the form that every Alexa request has."""


class Lenient(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Alexa's names are camelCase; keys that we don't name are passed over."""


class Request(Lenient, frozen=True, kw_only=True, tag_field="type"):
    """What all types have. `conversation`: the person spoke and may be spoken to."""

    conversation: ClassVar[bool] = False

    request_id: str
    timestamp: str
    locale: str = "en-US"


class Value(Lenient, frozen=True):
    """One entry of a slot type that was recognised."""

    name: str
    id: str | None = None


class Match(Lenient, frozen=True):
    """Alexa wraps each value in an object."""

    value: Value


class Status(Lenient, frozen=True):
    """`ER_SUCCESS_MATCH` or one of the failures."""

    code: str = ""


class Resolution(Lenient, frozen=True):
    """What one authority (the static model, or the dynamic entities) made of the words."""

    status: Status = Status()
    values: tuple[Match, ...] = ()


class Resolutions(Lenient, frozen=True):
    """All authorities, in Alexa's order."""

    resolutions_per_authority: tuple[Resolution, ...] = ()


class Slot(Lenient, frozen=True):
    """`value` is what was heard; `resolutions` what it may stand for."""

    name: str = ""
    value: str | None = None
    resolutions: Resolutions | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all entries that matched, best first, each once."""
        if self.resolutions is None:
            return ()
        per_authority = self.resolutions.resolutions_per_authority
        matches = [
            match for found in per_authority if found.status.code == "ER_SUCCESS_MATCH" for match in found.values
        ]
        return tuple(dict.fromkeys(match.value.id for match in matches if match.value.id))


class Intent(Lenient, frozen=True):
    """What Alexa understood."""

    name: str
    slots: dict[str, Slot] | None = None

    def slot(self, name: str) -> Slot:
        """The slot, empty when it was not filled."""
        return (self.slots or {}).get(name) or Slot()


class Fault(Lenient, frozen=True):
    """Alexa's own error: a type from its list and a text for engineers."""

    type: str = ""
    message: str = ""


class Origin(Lenient, frozen=True):
    """The request whose answer caused a `System.ExceptionEncountered`."""

    request_id: str = ""


class Launch(Request, frozen=True, kw_only=True, tag="LaunchRequest"):
    """The skill was opened without saying what for."""

    conversation: ClassVar = True


class IntentAsked(Request, frozen=True, kw_only=True, tag="IntentRequest"):
    """Something was said that the interaction model covers."""

    conversation: ClassVar = True
    intent: Intent


class SessionEnded(Request, frozen=True, kw_only=True, tag="SessionEndedRequest"):
    """The conversation is over without us; nothing may be answered."""

    reason: str = ""
    error: Fault | None = None


class PlayerEvent(Request, frozen=True, kw_only=True):
    """Something that the device did with a stream. Offsets count from the start of its playing."""

    token: str = ""
    offset_in_milliseconds: Milliseconds = Milliseconds(0)


class Started(PlayerEvent, frozen=True, kw_only=True, tag="AudioPlayer.PlaybackStarted"):
    """It plays."""


class Finished(PlayerEvent, frozen=True, kw_only=True, tag="AudioPlayer.PlaybackFinished"):
    """The stream came to its end."""


class Stopped(PlayerEvent, frozen=True, kw_only=True, tag="AudioPlayer.PlaybackStopped"):
    """Pause, stop, or another skill."""


class NearlyFinished(PlayerEvent, frozen=True, kw_only=True, tag="AudioPlayer.PlaybackNearlyFinished"):
    """It has all there is and could take the next: for a live stream, that the connection ended."""


class Failed(Request, frozen=True, kw_only=True, tag="AudioPlayer.PlaybackFailed"):
    """It could not play `token`."""

    token: str = ""
    error: Fault = Fault()


class NextPressed(Request, frozen=True, kw_only=True, tag="PlaybackController.NextCommandIssued"):
    """A button, not a voice: the answer may not speak."""


class PreviousPressed(Request, frozen=True, kw_only=True, tag="PlaybackController.PreviousCommandIssued"):
    """A button."""


class PausePressed(Request, frozen=True, kw_only=True, tag="PlaybackController.PauseCommandIssued"):
    """A button."""


class PlayPressed(Request, frozen=True, kw_only=True, tag="PlaybackController.PlayCommandIssued"):
    """A button."""


class ExceptionEncountered(Request, frozen=True, kw_only=True, tag="System.ExceptionEncountered"):
    """Alexa did not like an answer of ours."""

    error: Fault = Fault()
    cause: Origin = Origin()


class Unknown(Request, frozen=True, kw_only=True, tag="?"):
    """A type that this program does not answer, or one whose form changed."""


Known: TypeAlias = (
    Launch
    | IntentAsked
    | SessionEnded
    | Started
    | Finished
    | Stopped
    | NearlyFinished
    | Failed
    | NextPressed
    | PreviousPressed
    | PausePressed
    | PlayPressed
    | ExceptionEncountered
)
AnyRequest: TypeAlias = Known | Unknown


class Identified(Lenient, frozen=True):
    """Any of `application`, `user`, `device`: what we read of it is its id."""

    application_id: str = ""
    user_id: str = ""
    device_id: str = ""
    supported_interfaces: dict[str, msgspec.Raw] = {}


class System(Lenient, frozen=True):
    """Who speaks to us: always there, also when `session` is not."""

    application: Identified = Identified()
    user: Identified = Identified()
    device: Identified = Identified()


class PlayerState(Lenient, frozen=True):
    """What the device's player was doing when the person spoke."""

    token: str = ""
    offset_in_milliseconds: Milliseconds = Milliseconds(0)
    player_activity: str = "IDLE"


class Context(msgspec.Struct, frozen=True, rename="pascal"):
    """The parts of `context` that we read; Alexa spells them with a capital."""

    system: System = System()
    audio_player: PlayerState = PlayerState()


class Session(Lenient, frozen=True):
    """A conversation of several turns; `attributes` are ours, given back."""

    new: bool = True
    session_id: str = ""
    application: Identified = Identified()
    attributes: msgspec.Raw = msgspec.Raw(b"{}")


class Head(Lenient, frozen=True):
    """What is read before anything is believed."""

    type: str
    request_id: str
    timestamp: str
    locale: str = "en-US"


class Envelope(Lenient, frozen=True):
    """The whole request, its kind-specific part not yet read."""

    request: msgspec.Raw
    context: Context = Context()
    session: Session | None = None

    @property
    def skill(self) -> str:
        """The skill that the request is for."""
        named = self.context.system.application.application_id
        return named or (self.session.application.application_id if self.session else "")


_envelopes = msgspec.json.Decoder(Envelope)
_heads = msgspec.json.Decoder(Head)
_known: msgspec.json.Decoder[Known] = msgspec.json.Decoder(Known)


def decode_envelope(body: bytes) -> tuple[Envelope, Head]:
    """The outer form and the head of the request; raises NotARequest."""
    try:
        envelope = _envelopes.decode(body)
        return envelope, _heads.decode(envelope.request)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise NotARequest(str(fault)) from fault


def decode_request(envelope: Envelope, head: Head) -> AnyRequest:
    """The request itself; a type or form that we don't know is `Unknown`, never an error."""
    try:
        return _known.decode(envelope.request)
    except msgspec.DecodeError:
        return Unknown(request_id=head.request_id, timestamp=head.timestamp, locale=head.locale)
