"""Whether a listener loses so much of what is sent to it that it should be sent otherwise. Pure: of what the listener
reports, and when.
"""

import msgspec

from libs.service.mediaclock import RATE

MUCH = 2
"""Percent of packets; as many are no trouble yet."""

BAD = 3 * RATE
"""For so long it must have lost more than that."""

CLEAN = 10 * RATE
"""So long without trouble and all is as before."""

LEAST, MOST = 5, 20
"""Percent that an encoder is told."""


class Loss(msgspec.Struct, frozen=True):
    """`percent` is what to reckon with, 0 while there is no trouble. `good` and `bad` are when the last report without
    trouble came, and the last one with; a line is good until something is heard.
    """

    good: int
    percent: int = 0
    bad: int = 0

    def reported(self, fraction: int, now: int) -> "Loss":
        """After a report that `fraction` of 256 packets were lost since the one before."""
        if fraction * 100 <= MUCH * 256:
            percent = 0 if now - self.bad >= CLEAN else self.percent
            return Loss(now, percent, self.bad)
        if not self.percent and now - self.good < BAD:
            return Loss(self.good, 0, now)
        lost = min(MOST, max(LEAST, round(fraction * 100 / 256)))
        return Loss(self.good, max(self.percent, lost), now)
