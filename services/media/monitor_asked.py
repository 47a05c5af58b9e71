"""What the front door asks of the mixer for talkback and pre-fader listen."""

import msgspec

from libs.events.ids import RoomId, SourceId
from libs.events.subjects import Aggregate


class HearSource(msgspec.Struct, frozen=True, kw_only=True):
    """Hear this source alone, before its fader."""

    source: SourceId


class HearStage(msgspec.Struct, frozen=True, kw_only=True):
    """Hear what everybody on the stage does."""


class TalkToStage(msgspec.Struct, frozen=True, kw_only=True):
    """Be heard by the stage alone."""


class TalkToAll(msgspec.Struct, frozen=True, kw_only=True):
    """Be heard by everybody again."""


MONITORING = (HearSource, HearStage, TalkToStage, TalkToAll)


def desk_aggregate(room: RoomId) -> Aggregate:
    """What these commands are about."""
    return Aggregate("media", room, "call", "desk")
