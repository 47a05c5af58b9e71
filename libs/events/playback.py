"""Facts that the Alexa gateway owns: what a smart speaker was told to play and says it played."""

from typing import ClassVar, TypeAlias

from .event import Audience, Event
from .ids import DeviceId, Milliseconds, RoomId, Samples
from .text import Handle, Language, Term


class DeviceSeen(Event, frozen=True, kw_only=True):
    """A smart speaker used the skill for the first time."""

    tag: ClassVar = "playback.device-seen.v1"
    audience: ClassVar = Audience.INTERNAL

    device: DeviceId
    locale: Language


class PlaybackAsked(Event, frozen=True, kw_only=True):
    """The skill told the speaker to play this room; `token` comes back in every AudioPlayer event.

    `attempt` counts further tries by ourselves after the speaker failed or fell out of the stream; `start` is a moment
    in the past that the person asked for, absent when live.
    """

    tag: ClassVar = "playback.playback-asked.v1"
    audience: ClassVar = Audience.STAFF

    device: DeviceId
    room: RoomId
    token: Handle
    rendition: Term
    attempt: int = 0
    start: Samples | None = None


class PlaybackStarted(Event, frozen=True, kw_only=True):
    """The speaker says that it plays."""

    tag: ClassVar = "playback.playback-started.v1"
    audience: ClassVar = Audience.STAFF

    device: DeviceId
    room: RoomId
    token: Handle
    offset: Milliseconds


class PlaybackStopped(Event, frozen=True, kw_only=True):
    """The speaker stopped after `offset` of playing: pause, stop, or another skill."""

    tag: ClassVar = "playback.playback-stopped.v1"
    audience: ClassVar = Audience.STAFF

    device: DeviceId
    room: RoomId
    token: Handle
    offset: Milliseconds
    at: Milliseconds = Milliseconds(0)


class PlaybackFinished(Event, frozen=True, kw_only=True):
    """The stream ended for the speaker."""

    tag: ClassVar = "playback.playback-finished.v1"
    audience: ClassVar = Audience.STAFF

    device: DeviceId
    room: RoomId
    token: Handle
    offset: Milliseconds
    at: Milliseconds = Milliseconds(0)


class PlaybackFailed(Event, frozen=True, kw_only=True):
    """The speaker could not play; `error` is Alexa's own type."""

    tag: ClassVar = "playback.playback-failed.v1"
    audience: ClassVar = Audience.STAFF

    device: DeviceId
    room: RoomId
    token: Handle
    error: Term
    at: Milliseconds = Milliseconds(0)


PlaybackEvent: TypeAlias = (
    DeviceSeen | PlaybackAsked | PlaybackStarted | PlaybackStopped | PlaybackFinished | PlaybackFailed
)
