"""What every answer is made with."""

from collections.abc import Callable

import msgspec

from libs.events.ids import Milliseconds, Samples
from services.alexa_gateway.follow import Follower
from services.alexa_gateway.heard import Heard
from services.alexa_gateway.notebook import Notebook
from services.alexa_gateway.streams import Streams


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """`clock` gives milliseconds since 1970; `reach` is how far back segments are kept; `secret` keys device ids."""

    follower: Follower
    notebook: Notebook
    heard: Heard
    streams: Streams
    secret: str
    clock: Callable[[], Milliseconds]
    reach: Samples
