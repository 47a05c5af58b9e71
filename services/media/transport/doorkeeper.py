"""How much one address may ask of a listener before it has shown who it is. Pure; `now` is in seconds, steady."""

from collections import OrderedDict, deque

HOSTS = 1_024
"""Addresses that are remembered; the longest unheard of are forgotten."""

AT_ONCE = 64
FAILURES = 10
WITHIN_S = 60.0


class Doorkeeper:
    """Counts connections and wrong passwords of each address, and connections of all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside: dict[str, int] = {}
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def enter(self, host: str, now: float) -> bool:
        """One more connection; False, and not counted, when it is one too many, or too much was wrong lately."""
        inside = self._inside.get(host, 0)
        if inside >= AT_ONCE or sum(self._inside.values()) >= self._most or self._failed(host, now) >= FAILURES:
            return False
        self._inside[host] = inside + 1
        return True

    def leave(self, host: str) -> None:
        """A connection that entered is over."""
        left = self._inside.get(host, 0) - 1
        if left > 0:
            self._inside[host] = left
        else:
            self._inside.pop(host, None)

    def wrong(self, host: str, now: float) -> None:
        """A password of this address was wrong."""
        self._failures.setdefault(host, deque(maxlen=FAILURES)).append(now)
        self._failures.move_to_end(host)
        if len(self._failures) > HOSTS:
            self._failures.popitem(last=False)

    def _failed(self, host: str, now: float) -> int:
        return sum(now - each < WITHIN_S for each in self._failures.get(host, ()))
