"""Which facts of a log an export has. Pure."""

import msgspec

from libs.events.envelope import Recorded
from libs.events.event import Audience
from libs.events.subjects import Interest
from libs.events.vocabulary import AnyEvent
from parlor.log_range import Range


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """All that is said must hold; nothing said is everything."""

    room: str = ""
    within: Range = Range()
    public: bool = False

    @property
    def interest(self) -> Interest:
        """What has to be read for it."""
        return Interest(scope=self.room)

    def covers(self, fact: Recorded[AnyEvent]) -> bool:
        """True when a fact of that interest is wanted."""
        if self.public and fact.event.audience is not Audience.PUBLIC:
            return False
        return self.within.covers(fact.envelope.time)
