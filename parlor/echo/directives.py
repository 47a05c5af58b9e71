"""The skill's answer as a device sees it."""

import msgspec


class Part(msgspec.Struct, frozen=True, rename="camel"):
    """Amazon's names are camelCase; keys that a speaker without a screen does not need are passed over."""


class Spoken(Part, frozen=True):
    """PlainText or SSML."""

    text: str = ""
    ssml: str = ""


class Reprompt(Part, frozen=True):
    """Said when nobody answers."""

    output_speech: Spoken = Spoken()


class Stream(Part, frozen=True):
    """Where the sound is."""

    url: str
    token: str
    expected_previous_token: str | None = None


class AudioItem(Part, frozen=True):
    """A stream with what a screen would show."""

    stream: Stream
    metadata: msgspec.Raw = msgspec.Raw(b"{}")


class Play(Part, frozen=True, tag_field="type", tag="AudioPlayer.Play"):
    """Play now, or after the stream that plays."""

    play_behavior: str
    audio_item: AudioItem


class Stop(Part, frozen=True, tag_field="type", tag="AudioPlayer.Stop"):
    """Stop playing."""


class ClearQueue(Part, frozen=True, tag_field="type", tag="AudioPlayer.ClearQueue"):
    """Forget what is queued, or (`CLEAR_ALL`) all."""

    clear_behavior: str = "CLEAR_ALL"


class UpdateEntities(Part, frozen=True, tag_field="type", tag="Dialog.UpdateDynamicEntities"):
    """Names to expect in this conversation; kept as it came."""

    types: msgspec.Raw = msgspec.Raw(b"[]")


Directive = Play | Stop | ClearQueue | UpdateEntities


class Response(Part, frozen=True):
    """What to say, what to do, and whether to go on listening."""

    output_speech: Spoken = Spoken()
    reprompt: Reprompt = Reprompt()
    directives: tuple[Directive, ...] = ()
    should_end_session: bool | None = None


class Answer(Part, frozen=True):
    """All of it."""

    response: Response
    session_attributes: msgspec.Raw = msgspec.Raw(b"{}")


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a person notices of an answer. `listening`: the microphone is open, Alexa waits for an answer."""

    speech: str
    directives: tuple[Directive, ...] = ()
    reprompt: str = ""
    listening: bool = False

    @property
    def play(self) -> Play | None:
        """The Play among the directives."""
        return next((each for each in self.directives if isinstance(each, Play)), None)
