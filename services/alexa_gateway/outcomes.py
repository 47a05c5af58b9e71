"""What a handler may decide, before it becomes Alexa's JSON.

The classes are the legality matrix (facts: request-types-reference, audioplayer-interface-reference): a handler for
spoken requests returns a `Conversation`, one for buttons and for a stream that ended a `Control`, one for a stream
that began a `Brake`. An outcome that Alexa would refuse can't be written down: a stream always closes the microphone,
a question always leaves it open, nothing but `Nothing` can follow a PlaybackStopped.
"""

from typing import TypeAlias

import msgspec

from libs.events.ids import RoomId, Samples
from services.alexa_gateway.state import Room


class Say(msgspec.Struct, frozen=True):
    """Speak and close the conversation. What plays goes on by itself."""

    words: str


class Ask(msgspec.Struct, frozen=True):
    """Speak and listen. `offered` are the rooms that were named, so that "the second one" means something."""

    words: str
    again: str
    offered: tuple[RoomId, ...] = ()
    misses: int = 0


class Tune(msgspec.Struct, frozen=True):
    """Play a room instead of whatever plays: live, or from a moment in the past. Words come first, then sound."""

    room: Room
    words: str = ""
    start: Samples | None = None
    rendition: str = "mp3"
    attempt: int = 0


class Extend(msgspec.Struct, frozen=True):
    """Play the same room again when the stream that plays has come to its end."""

    room: Room
    after: str
    rendition: str = "mp3"
    attempt: int = 0


class Halt(msgspec.Struct, frozen=True):
    """Stop playing, without a word."""


class Nothing(msgspec.Struct, frozen=True):
    """An empty reply: legal for every request."""


Conversation: TypeAlias = Say | Ask | Tune | Halt
Control: TypeAlias = Tune | Extend | Halt | Nothing
Brake: TypeAlias = Halt | Nothing
