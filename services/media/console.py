"""All rooms of one tick thread. Belongs to that thread alone: whoever wants a change posts it.

Ticks are counted on the thread's own clock, 20 ms each; a room's media time is a whole number of ticks away from it,
so that it can't drift. A room is on air while there is something to mix or somebody listens, and 30 s longer. Each
time needs an epoch, which whoever owns the room is granted (services/media/ownership); without one it waits.
"""

from collections.abc import Callable

from libs.events.air import SEGMENT, TICK
from libs.events.ids import RoomId, Samples, SourceId
from libs.events.media import MixStarted, MixStopped, Transport
from services.media.calls import Calls
from services.media.feed import Feed
from services.media.mixing.frame import RATE
from services.media.on_air import OnAir, Outcome
from services.media.session import Cart, Session
from services.media.state import Gone, Stage
from services.media.transport.admission import Admission
from services.media.transport.route import Route

LISTENED_FOR = 15 * RATE
IDLE_FOR = 30 * RATE
REST = 10 * RATE
"""How long a room that could not be mixed is left alone before the next epoch tries."""


class Studio:
    """One room that this console has, and perhaps on air. `zero` is the tick of media time 0, `begin` the media time
    before which it makes nothing, `granted` the epoch in which it may go on air next (0: none).
    """

    def __init__(self, session: Session, zero: int, begin: Samples) -> None:
        self.session = session
        self.zero = zero
        self.begin = begin
        self.granted = 0
        self.on_air: OnAir | None = None
        self.ended = Samples(0)
        self.listened = -LISTENED_FOR - 1
        self.busy = 0
        self.wants: dict[str, int] = {}
        self.rests_until = 0

    def due(self, now: int) -> bool:
        """True while it should be on air."""
        if now < self.rests_until or not (self.granted or self.on_air):
            return False
        if self.session.wanted or now - self.listened <= LISTENED_FOR:
            self.busy = now
            return True
        return self.on_air is not None and now - self.busy <= IDLE_FOR


class Console:
    """Rooms, and the doors through which their packets come."""

    def __init__(self, admission: Admission, cart: Callable[[], Cart] | None = None) -> None:
        self.admission = admission
        self.calls = Calls(self._session)
        self._cart = cart
        self._studios: dict[RoomId, Studio] = {}
        self._tick = 0
        self._made = 0

    @property
    def rooms(self) -> tuple[RoomId, ...]:
        """Every room that it has."""
        return tuple(self._studios)

    @property
    def idle(self) -> bool:
        """True while a step would do nothing."""
        now = self._tick * TICK
        studios = self._studios.values()
        return not any(studio.on_air or not studio.session.stage.open or studio.due(now) for studio in studios)

    @property
    def attended(self) -> bool:
        """True while somebody sends: packets must be taken every tick."""
        studios = self._studios.values()
        sending = any(sender.voice for studio in studios for sender in studio.session.senders.values())
        return sending or self.calls.attended

    @property
    def now(self) -> int:
        """The present tick, in samples."""
        return self._tick * TICK

    def wake(self, tick: int) -> None:
        """It is this tick now; what is posted belongs to it."""
        self._tick = tick
        self.calls.tend(tick * TICK)

    def own(self, stage: Stage, epoch: int, first: Samples) -> None:
        """The room is this console's, and may go on air in this epoch. One that is new here begins at `first`, whole
        ticks, with the next tick; for one that was here its own media time goes on.
        """
        if not stage.open:
            return
        studio = self._studios.get(stage.room)
        if studio is None:
            session = Session(stage.room, stage, self._cart if stage.automated else None)
            studio = self._studios[stage.room] = Studio(session, self._tick + 1 - first // TICK, first)
        studio.granted = epoch
        self.settle(stage)

    def settle(self, stage: Stage) -> None:
        """A room of this console is so now."""
        studio = self._studios.get(stage.room)
        if studio is not None:
            studio.session.settle(stage, self._tick * TICK)
            self._admit()
            self.calls.settle(stage.room)

    def lose(self, room: RoomId) -> None:
        """The room is somebody else's: make nothing more of it, and say nothing."""
        studio = self._studios.pop(room, None)
        if studio is not None:
            studio.session.close()
            self._admit()
            self.calls.settle(room)

    def take(self, data: bytes, route: Route, now: int) -> None:
        """A datagram came: of a WebRTC call, or of a registered sender, or for nobody."""
        if not self.calls.take(data, route, now) and not route.tcp:
            self.admission.take(data, (route.host, route.port), now)

    def attach(self, room: RoomId, source: SourceId, feed: Feed) -> bool:
        """Take the sound of a stream for this source; False while it has no place."""
        session = self._session(room)
        sender = session.senders.get(source) if session else None
        if sender is None or sender.registered.transport is not Transport.ICECAST:
            return False
        sender.attach(feed, self.now)
        return True

    def hang_up(self, room: RoomId, source: SourceId, feed: Feed) -> None:
        """A stream is over; if it was this source's, so is the source."""
        session = self._session(room)
        sender = session.senders.get(source) if session else None
        if session is not None and sender is not None and sender.has(feed):
            session.drop(source, Gone.CLOSED)

    def listen(self, room: RoomId, rendition: str | None = None) -> None:
        """Somebody listens, perhaps to a rendition that is made on demand."""
        studio = self._studios.get(room)
        if studio is None:
            return
        now = studio.listened = self._tick * TICK
        if rendition is not None:
            studio.wants[rendition] = now
            if studio.on_air is not None:
                studio.on_air.want(rendition, now)

    def step(self, tick: int, out: Outcome) -> None:
        """Make one tick of every room that is on air. Left-out ticks end the epoch: time went on without us."""
        skipped = tick - self._made > 1
        self._tick = self._made = tick
        for room, studio in list(self._studios.items()):
            try:
                if skipped:
                    self._stop(studio, out)
                self._step(room, studio, out)
            except Exception as fault:  # noqa: BLE001  # one room's fault is no other room's; told through the outcome
                studio.rests_until = tick * TICK + REST
                out.faults.append(fault)
                self._end(studio, out)

    def close(self, out: Outcome) -> None:
        """Let go of every room."""
        for room, studio in list(self._studios.items()):
            self._close(room, studio, out)

    def _step(self, room: RoomId, studio: Studio, out: Outcome) -> None:
        now = self._tick * TICK
        if not studio.session.stage.open:
            self._close(room, studio, out)
        elif not studio.due(now):
            self._stop(studio, out)
        elif studio.on_air is None:
            self._start(studio, out)
        if studio.on_air is not None:
            studio.on_air.tick(now, out)

    def _start(self, studio: Studio, out: Outcome) -> None:
        """On air, unless the cell of the grid that this would begin in has another epoch's sound."""
        now = self._tick * TICK
        first = Samples((self._tick - studio.zero) * TICK)
        if first < studio.begin or first - first % SEGMENT < studio.ended:
            return
        epoch, studio.granted = studio.granted, 0
        studio.on_air = OnAir(studio.session, epoch, first)
        for rendition, wanted in studio.wants.items():
            if now - wanted <= LISTENED_FOR:
                studio.on_air.want(rendition, now)
        out.facts.append((MixStarted(room=studio.session.room, epoch=epoch, first=first), first))

    def _stop(self, studio: Studio, out: Outcome) -> None:
        on_air = studio.on_air
        if on_air is None:
            return
        studio.session.rest()
        on_air.close(out)
        self._end(studio, out)

    def _end(self, studio: Studio, out: Outcome) -> None:
        on_air, studio.on_air = studio.on_air, None
        if on_air is not None:
            studio.ended = last = on_air.mediatime
            out.facts.append((MixStopped(room=studio.session.room, epoch=on_air.epoch, last=last), last))

    def _close(self, room: RoomId, studio: Studio, out: Outcome) -> None:
        del self._studios[room]
        mediatime = studio.on_air.mediatime if studio.on_air else Samples((self._tick - studio.zero) * TICK)
        out.facts += [(fact, mediatime) for fact in studio.session.close()]
        self._stop(studio, out)
        self._admit()
        self.calls.settle(room)

    def _admit(self) -> None:
        senders = (sender for studio in self._studios.values() for sender in studio.session.senders.values())
        self.admission.know(sender for sender in senders if sender.registered.transport is Transport.RTP)

    def _session(self, room: RoomId) -> Session | None:
        studio = self._studios.get(room)
        return None if studio is None else studio.session
