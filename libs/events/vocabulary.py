"""Every fact by its tag: the one table that decoding, schemas and documents are made from."""

from typing import TypeAlias, get_args

from .event import Event, Unknown
from .media import MediaEvent
from .playback import PlaybackEvent
from .presence import PresenceEvent
from .rooms import RoomsEvent

AnyEvent: TypeAlias = RoomsEvent | PresenceEvent | MediaEvent | PlaybackEvent | Unknown

OWNERS = ("rooms", "presence", "media", "playback")

CLASSES: tuple[type[Event], ...] = tuple(cls for cls in get_args(AnyEvent) if cls is not Unknown)
BY_TAG: dict[str, type[Event]] = {cls.tag: cls for cls in CLASSES}
