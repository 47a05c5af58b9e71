"""All rooms of one tick thread. Belongs to the helm's thread alone: whoever wants a change posts it."""

from collections.abc import Callable
from contextlib import suppress

from libs.events.air import TICK
from libs.events.ids import PersonId, RoomId, Samples, SourceId
from libs.events.media import Transport
from services.media.autoplay import Player
from services.media.calls import Calls
from services.media.deck import Deck
from services.media.desk_feed import DeskFeed
from services.media.engine.told import Full
from services.media.on_air import Outcome
from services.media.session import Session
from services.media.state import Gone, Stage
from services.media.studio import Studio
from services.media.transport.route import Route


class Console:
    """Rooms on one desk, and the door through which their packets come."""

    def __init__(self, deck: Deck, player: Callable[[], Player] | None = None) -> None:
        self.deck = deck
        self.calls = Calls(self.session)
        self.by_tcp: Callable[[bytes, Route], None] = _no_tcp
        self._player = player
        self._studios: dict[RoomId, Studio] = {}

    @property
    def rooms(self) -> tuple[RoomId, ...]:
        """Every room that it has."""
        return tuple(self._studios)

    @property
    def at_rest(self) -> bool:
        """True while nothing happens but by a change, or by what the desk tells."""
        return not self._studios and not len(self.calls.peers)

    @property
    def now(self) -> int:
        """The present tick, in samples."""
        return self.deck.tick * TICK

    def own(self, stage: Stage, epoch: int, first: Samples) -> None:
        """The room is this console's, and may go on air in this epoch. One that is new here begins at `first`, whole
        ticks, with the next tick; for one that was here its own media time goes on.
        """
        if not stage.open:
            return
        studio = self._studios.get(stage.room)
        if studio is None:
            booth = self.deck.open(stereo=stage.concert)
            session = Session(stage.room, stage, booth, self._player if stage.automated else None)
            zero = self.deck.desk.tick + 1 - first // TICK
            studio = self._studios[stage.room] = Studio(session, zero, first)
        studio.granted = epoch
        self.settle(stage)

    def settle(self, stage: Stage) -> None:
        """A room of this console is so now."""
        studio = self._studios.get(stage.room)
        if studio is not None:
            studio.session.settle(stage)
            self.calls.settle(stage.room)

    def lose(self, room: RoomId) -> None:
        """The room is somebody else's: make nothing more of it, and say nothing."""
        studio = self._studios.pop(room, None)
        if studio is not None:
            studio.lose()
            self.calls.settle(room)

    def take(self, data: bytes, route: Route) -> bool:
        """A datagram came that is no media. True while a peer has proven its route."""
        self.calls.take(data, route, self.now)
        return self.calls.peers.proven(route)

    def attach(self, room: RoomId, source: SourceId, feed: DeskFeed) -> bool:
        """Take the sound of a stream for this source; False while it has no place."""
        session = self.session(room)
        sender = session.senders.get(source) if session else None
        if session is None or sender is None or sender.registered.transport is not Transport.ICECAST:
            return False
        sender.attach(feed)
        session.mix()
        return True

    def hang_up(self, room: RoomId, source: SourceId, feed: DeskFeed) -> None:
        """A stream is over; if it was this source's, so is the source."""
        session = self.session(room)
        sender = session.senders.get(source) if session else None
        if session is not None and sender is not None and sender.has(feed):
            session.drop(source, Gone.CLOSED)

    def listen(self, room: RoomId, rendition: str | None = None) -> None:
        """Somebody listens, perhaps to a rendition that is made on demand."""
        studio = self._studios.get(room)
        if studio is not None:
            studio.listen(rendition)

    def hear(self, room: RoomId, person: PersonId, source: SourceId | None) -> None:
        """They hear this source alone, or what everybody on the stage does."""
        session = self.session(room)
        if session is not None:
            session.monitor.hear(person, source)
            session.mix()

    def talk(self, room: RoomId, person: PersonId, *, aside: bool) -> None:
        """They talk to the stage alone, or to everybody."""
        session = self.session(room)
        if session is not None:
            session.monitor.talk(person, aside=aside)
            session.mix()

    def turn(self, out: Outcome) -> None:
        """Take what the desk has made and told since the last time."""
        self.deck.read()
        for data, (host, port) in self.deck.desk.outside():
            self.take(data, Route(host, port))
        self.calls.tend(self.now)
        for room, studio in list(self._studios.items()):
            try:
                if studio.session.stage.open:
                    studio.turn(out)
                else:
                    self._close(room, studio, out)
            except Exception as fault:  # noqa: BLE001  # one room's fault is no other room's; told through the outcome
                out.faults.append(fault)
                studio.fail(out)
        self._reply()

    def close(self, out: Outcome) -> None:
        """Let go of every room."""
        self.deck.read()
        for room, studio in list(self._studios.items()):
            self._close(room, studio, out)
        self._reply()

    def _close(self, room: RoomId, studio: Studio, out: Outcome) -> None:
        del self._studios[room]
        studio.close(out)
        self.calls.settle(room)

    def _reply(self) -> None:
        """Send what calls have to say; what can't go now is lost, as on any full link."""
        for data, route in self.calls.peers.take_datagrams():
            if route.tcp:
                self.by_tcp(data, route)
            else:
                with suppress(Full):
                    self.deck.desk.reply(data, route.host, route.port)

    def session(self, room: RoomId) -> Session | None:
        """A room's, while it is here."""
        studio = self._studios.get(room)
        return None if studio is None else studio.session


def _no_tcp(_data: bytes, _route: Route) -> None:
    """Nobody came by TCP."""
