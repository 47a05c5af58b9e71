"""Every WebRTC peer of one port. Pure: which one a datagram is for, whose time has come, and what goes out.

STUN finds its peer by our half of USERNAME, everything else by the route that STUN has proven. What comes from a
route that nobody proved is not ours.
"""

from collections import Counter

from services.media.transport import stun
from services.media.transport.allowance import Allowance
from services.media.transport.route import Route
from services.media.transport.session import Drop, Peer

STRANGE = 50
"""Datagrams a second that one address may send without having proven anything; a gathering browser sends ten."""


class Peers:
    """By key, by ufrag, by route."""

    def __init__(self) -> None:
        self._dropped: Counter[Drop] = Counter()
        self._peers: dict[str, Peer] = {}
        self._routes: dict[Route, str] = {}
        self._last: list[tuple[bytes, Route]] = []
        self._allowance = Allowance(STRANGE)

    def __len__(self) -> int:
        return len(self._peers)

    def counted(self) -> Counter[Drop]:
        """Why datagrams were not taken, so far. Any thread."""
        return sum((peer.dropped for peer in list(self._peers.values())), start=self._dropped)

    def get(self, key: str) -> Peer | None:
        """The peer of that key."""
        return self._peers.get(key)

    def put(self, key: str, peer: Peer) -> None:
        """From now on its datagrams are taken."""
        self._peers[key] = peer

    def proven(self, route: Route) -> bool:
        """True while a peer of ours has this route."""
        return route in self._routes

    def drop(self, key: str, why: str) -> None:
        """Say goodbye and forget it; a connection ends with an empty datagram."""
        peer = self._peers.pop(key, None)
        if peer is None:
            return
        peer.close(why)
        self._dropped += peer.dropped
        self._last += peer.take_datagrams()
        self._last += [(b"", route) for route, one in self._routes.items() if one == key and route.tcp]
        self._routes = {route: one for route, one in self._routes.items() if one != key}

    def receive(self, data: bytes, route: Route, now: int) -> str | None:
        """Take one datagram: whose it was. None when it is for none of ours."""
        key = self._routes.get(route)
        if stun.is_stun(data):
            key = self._asked(data, route, key, now)
        if key is None:
            return None
        peer = self._peers[key]
        peer.datagram_received(data, route, now)
        if peer.ice.valid(route):
            self._routes[route] = key
        return key

    def tend(self, now: int) -> list[tuple[str, str]]:
        """Give every peer its time; returns those that are over, with the reason, and forgets them."""
        for peer in self._peers.values():
            if now >= peer.timer:
                peer.handle_timer(now)
        over = [(key, peer.closed) for key, peer in self._peers.items() if peer.closed is not None]
        for key, why in over:
            self.drop(key, why)
        return over

    def take_datagrams(self) -> list[tuple[bytes, Route]]:
        """What is to be sent."""
        out, self._last = self._last, []
        for peer in self._peers.values():
            out += peer.take_datagrams()
        return out

    def _asked(self, data: bytes, route: Route, known: str | None, now: int) -> str | None:
        if known is None and not self._allowance.spend(route.host, now):
            self._dropped[Drop.TOO_MANY] += 1
            return None
        try:
            name = stun.parse(data).username
        except stun.NotStun:
            self._dropped[Drop.NOT_STUN] += 1
            return None
        return next((key for key, peer in self._peers.items() if name and name[0] in peer.ice.ufrags), None)
