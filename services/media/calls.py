"""WebRTC calls of one tick thread: which peer is whose, in which room, and what follows when one ends.

A call sends (WHIP) or hears (WHEP). It lasts while its person sits on the stage, its room is here, and its peer is. Its
sound never passes here: once a peer has keys, the desk has them, and takes and sends by the routes that STUN proved.
"""

from collections.abc import Callable

import msgspec

from libs.events.air import TICK
from libs.events.ids import PersonId, RoomId
from libs.events.media import SourceRegistered
from services.media.channel import Channel
from services.media.sender import Sender
from services.media.session import Session
from services.media.state import Gone
from services.media.transport.peers import Peers
from services.media.transport.route import Route
from services.media.transport.session import Peer

TEND = 5 * TICK
REPLACED = "replaced"


class Call(msgspec.Struct):
    """`place` is what it sends for; None when it hears. `channel` is its own on the desk, from its keys on."""

    key: str
    room: RoomId
    person: PersonId
    place: SourceRegistered | None
    peer: Peer
    channel: Channel | None = None
    routes: tuple[Route, ...] = ()


def nobody(_key: str, _why: str) -> None:
    """Where nobody wants to know."""


class Calls:
    """`find` gives a room's session while it is here."""

    def __init__(self, find: Callable[[RoomId], Session | None]) -> None:
        self.peers = Peers()
        self._ended: Callable[[str, str], None] = nobody
        self._find = find
        self._calls: dict[str, Call] = {}
        self._tended = 0

    def tell(self, ended: Callable[[str, str], None]) -> None:
        """Who wants to know, on this thread, what ended and why."""
        self._ended = ended

    def begin(self, call: Call) -> None:
        """Take its datagrams from now on. Another call for the same source ends."""
        self._calls[call.key] = call
        self.peers.put(call.key, call.peer)
        for other in list(self._calls.values()):
            if other.key != call.key and _same_source(other, call):
                self.end(other.key, REPLACED)
        session = self._find(call.room)
        if session is None or call.person not in session.stage.seated:
            self.end(call.key, Gone.LEFT_STAGE)

    def end(self, key: str, why: str) -> None:
        """It is over."""
        self.peers.drop(key, why)
        self._gone(key, why)

    def take(self, data: bytes, route: Route, now: int) -> bool:
        """Take a datagram that is no sound; False when it is for none of these."""
        key = self.peers.receive(data, route, now)
        if key is None:
            return False
        call = self._calls.get(key)
        if call is not None:
            self._connect(call)
        return True

    def tend(self, now: int) -> None:
        """Time passes."""
        if now - self._tended < TEND:
            return
        self._tended = now
        for call in self._calls.values():
            meter = call.channel.meter if call.channel is not None else None
            if meter is not None and meter.traffic is not None:
                call.peer.counted(meter.traffic, meter.tick * TICK)
            if call.channel is not None and call.peer.downlink is not None:
                call.channel.loses(call.peer.downlink.loss.percent)
        for key, why in self.peers.tend(now):
            self._gone(key, why)

    def settle(self, room: RoomId) -> None:
        """A room changed, or is not here any more."""
        session = self._find(room)
        for call in [each for each in self._calls.values() if each.room == room]:
            if session is None or call.person not in session.stage.seated:
                self.end(call.key, Gone.LEFT_STAGE)

    def _connect(self, call: Call) -> None:
        """Give the desk what it needs as soon as it is there: keys once, routes whenever they change."""
        peer = call.peer
        if peer.keys is None or peer.closed is not None:
            return
        if call.channel is None:
            call.channel = self._channel(call)
        if call.channel is None:
            return
        if call.routes != peer.routes:
            call.routes = peer.routes
            call.channel.routes([each.on_desk for each in call.routes])
        wanted = peer.take_wanted()
        if wanted:
            call.channel.again(wanted)

    def _channel(self, call: Call) -> Channel | None:
        """Its channel, with its keys."""
        session, keys, offer = self._find(call.room), call.peer.keys, call.peer.offer
        if session is None or keys is None:
            return None
        profile = keys.profile.openssl
        if call.peer.downlink is not None:
            channel = session.hear(call.key, call.person, call.peer.downlink.ssrc, offer.opus)
            channel.terms(None, None, nack=offer.nack)
            channel.secure(None, keys.ours, profile)
            return channel
        sender = self._sender_of(call)
        if sender is None:
            return None
        channel = sender.call(offer.opus)
        session.mix()
        channel.terms(offer.red, offer.level, nack=False)
        channel.secure(keys.theirs, None, profile)
        return channel

    def _sender_of(self, call: Call | None) -> Sender | None:
        """Where its sound goes, while the place that it was given is still its own."""
        session = self._find(call.room) if call is not None else None
        if call is None or session is None or call.place is None:
            return None
        sender = session.senders.get(call.place.source)
        return sender if sender is not None and sender.registered == call.place else None

    def _gone(self, key: str, why: str) -> None:
        call = self._calls.pop(key, None)
        if call is None:
            return
        session = self._find(call.room)
        if session is not None:
            session.deafen(key)
            if call.place is not None and self._sender_of(call) is not None and why != REPLACED:
                session.drop(call.place.source, Gone.EXPIRED if why == "consent-expired" else Gone.CLOSED)
        self._ended(key, why)


def _same_source(one: Call, other: Call) -> bool:
    return one.place is not None and other.place is not None and one.place.source == other.place.source
