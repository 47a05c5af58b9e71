"""So many a second and no more: what is over is dropped before it costs anything."""

from libs.service.mediaclock import RATE

KNOWN = 4_096
"""Counters at a time; when there are more keys in one second, the newcomers share one."""


class Allowance:
    """Counts per key and second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = -1
        self._counts: dict[str, int] = {}

    def spend(self, key: str, now: int) -> bool:
        """Count one; False when it is over the limit."""
        second = now // RATE
        if second != self._second:
            self._second = second
            self._counts = {}
        if key not in self._counts and len(self._counts) >= KNOWN:
            key = ""
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return count <= self._most
