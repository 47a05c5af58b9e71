"""Our half of ICE (RFC 8445): lite and controlled. We have public candidates, ask nobody, and answer whoever proves
that they read our answer.

Theory. A route is *valid* from the first check that came by it with our ufrag, theirs, and a MESSAGE-INTEGRITY made
with our password. Nothing but checks is taken from, or sent to, a route that is not valid: that is what keeps a forged
address from being flooded by us. The *selected* route is the one that was nominated last (USE-CANDIDATE), the first
valid one until then. A peer whose network changed comes back by another route: it moves there when it nominates
the new one, or, when an address translator between us forgot it and nobody nominates, once the selected route has
been silent for longer than a consent check may take.

A lite agent has no checks of its own to ask for consent (RFC 7675) with; the peer's checks stand for it. When none
came for 30 s, we may send no more.

A restart (section 9) gives both sides new credentials. Until the first check with the new ones, the old ones hold
and media goes on.
"""

import msgspec

from libs.service.mediaclock import RATE
from services.media.transport import stun
from services.media.transport.route import Route
from services.media.transport.stun import Attribute, Kind, Message

CONSENT = 30 * RATE
"""RFC 7675 section 5.1."""

SILENT = 7 * RATE
"""Checks for consent come every 5 s, give or take 20 % (RFC 7675 section 5.1)."""

ROUTES = 16
"""Valid routes that are remembered; the ones heard least recently go."""


class Credentials(msgspec.Struct, frozen=True):
    """What one side wrote into its session description (RFC 8839 section 5.4)."""

    ufrag: str
    pwd: str


class Pair(msgspec.Struct, frozen=True):
    """Ours and theirs, from one offer and answer."""

    ours: Credentials
    theirs: Credentials


class Agent:
    """The ICE session of one peer."""

    def __init__(self, pair: Pair, now: int) -> None:
        self.selected: Route | None = None
        self._pair = pair
        self._retiring: Pair | None = None
        self._valid: dict[Route, int] = {}
        self._heard = now

    @property
    def pair(self) -> Pair:
        """The newest credentials."""
        return self._pair

    @property
    def ufrags(self) -> tuple[str, ...]:
        """The names of ours under which checks may come."""
        return tuple(pair.ours.ufrag for pair in (self._pair, self._retiring) if pair is not None)

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every valid route."""
        return tuple(self._valid)

    @property
    def expires(self) -> int:
        """When consent ends, unless a check comes before that."""
        return self._heard + CONSENT

    def restart(self, pair: Pair) -> None:
        """Both sides have new credentials."""
        self._retiring, self._pair = self._pair, pair

    def valid(self, route: Route) -> bool:
        """True when the peer proved that it is there."""
        return route in self._valid

    def receive(self, request: Message, route: Route, now: int) -> bytes | None:
        """The answer to a check, if it gets one. What is not authentic changes nothing, and its answer is not larger
        than it was (RFC 8489 section 9.1.3).
        """
        if request.kind != Kind.REQUEST:
            return None
        pair = self._meant(request)
        if pair is None or not request.authentic(pair.ours.pwd):
            bare = request.signed is None or request.username is None
            refusal = stun.error(request, 400 if bare else 401)
            return refusal if len(refusal) <= request.size else None
        password = pair.ours.pwd
        if request.unknown:
            return stun.error(request, 420, password)
        if Attribute.ICE_CONTROLLED in request.attributes:
            return stun.error(request, 487, password)
        self._take(pair, request, route, now)
        return stun.success(request, route, password)

    def _meant(self, request: Message) -> Pair | None:
        for pair in (self._pair, self._retiring):
            if pair is not None and request.username == (pair.ours.ufrag, pair.theirs.ufrag):
                return pair
        return None

    def _take(self, pair: Pair, request: Message, route: Route, now: int) -> None:
        if pair is self._pair and self._retiring is not None:
            self._retiring = None
        self._heard = now
        self._remember(route, now)
        if Attribute.USE_CANDIDATE in request.attributes or self._selected_is_silent(now):
            self.selected = route

    def _selected_is_silent(self, now: int) -> bool:
        return self.selected is None or now - self._valid.get(self.selected, now - SILENT) >= SILENT

    def _remember(self, route: Route, now: int) -> None:
        self._valid.pop(route, None)
        self._valid[route] = now
        while len(self._valid) > ROUTES:
            del self._valid[next(each for each in self._valid if each not in (self.selected, route))]
