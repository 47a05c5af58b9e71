"""Every fact by its tag: the one table that decoding, schemas and documents are made from."""

from typing import TypeAlias, get_args

from .event import Event, Unknown
from .media import MediaEvent
from .playback import PlaybackEvent
from .presence import PresenceEvent
from .rooms import RoomsEvent
from .upcasts import UPCASTS, readers

AnyEvent: TypeAlias = RoomsEvent | PresenceEvent | MediaEvent | PlaybackEvent | Unknown

OWNERS = ("rooms", "presence", "media", "playback")

CLASSES: tuple[type[Event], ...] = tuple(cls for cls in get_args(AnyEvent) if cls is not Unknown)
"""What can be written, and what readers meet."""

SUPERSEDED: dict[str, type[Event]] = {upcast.old.tag: upcast.new for upcast in UPCASTS}
"""Tags that were written once, and what took their place."""

BY_TAG: dict[str, type[Event]] = {cls.tag: cls for cls in (*CLASSES, *(upcast.old for upcast in UPCASTS))}
"""The class of every tag that was ever shipped, as it was written."""

READERS = readers(CLASSES, UPCASTS)
