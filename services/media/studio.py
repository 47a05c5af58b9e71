"""One room that a console has, and perhaps on air: when it is, in which epoch, and at what media time.

Ticks are counted on the desk's own clock, 20 ms each; a room's media time is a whole number of ticks away from it, so
that it can't drift. A room is on air while there is something to mix or somebody listens, and 30 s longer. Each time
needs an epoch, which whoever owns the room is granted (services/media/ownership); without one it waits.
"""

from libs.events.air import SEGMENT, TICK
from libs.events.ids import Samples
from libs.events.media import MixStarted, MixStopped
from services.media.made import Frame
from services.media.mixing.frame import RATE
from services.media.on_air import OnAir, Outcome
from services.media.session import Session
from services.media.state import Status
from services.media.taping import Taping

LISTENED_FOR = 15 * RATE
IDLE_FOR = 30 * RATE
REST = 10 * RATE
"""How long a room that could not be mixed is left alone before the next epoch tries."""


class Studio:
    """`zero` is the tick of media time 0, `begin` the media time before which it makes nothing, `granted` the epoch in
    which it may go on air next (0: none).
    """

    def __init__(self, session: Session, zero: int, begin: Samples) -> None:
        self.session = session
        self.granted = 0
        self._zero = zero
        self._begin = begin
        self._on_air: OnAir | None = None
        self._taping = Taping(session.booth.recording, session.room, zero)
        self._ended = Samples(0)
        self._listened = -LISTENED_FOR - 1
        self._busy = 0
        self._wants: dict[str, int] = {}
        self._rests_until = 0

    def listen(self, rendition: str | None) -> None:
        """Somebody listens, perhaps to a rendition that is made on demand."""
        self._listened = self._now
        if rendition is not None:
            self._wants[rendition] = self._now
            if self._on_air is not None:
                self._on_air.want(rendition, self._now)

    def turn(self, out: Outcome) -> None:
        """Take what the desk has made and told."""
        self.session.turn()
        due = self._due()
        self.session.booth.air(wanted=due)
        for frame in self.session.booth.take():
            self._take(frame, out)
        if not due:
            self._stop(out)
        self._tell(out)

    def fail(self, out: Outcome) -> None:
        """It could not be mixed: leave it alone for a while."""
        self._rests_until = self._now + REST
        self.session.booth.air(wanted=False)
        self._end(out)

    def lose(self) -> None:
        """It is somebody else's: say nothing more."""
        self._taping.end()
        self.session.close()

    def close(self, out: Outcome) -> None:
        """The room is over, or the mixer lets go of it in order: say all that is left."""
        for frame in self.session.booth.take():
            self._take(frame, out)
        self._tell(out, late=True)
        self.session.close()
        self._stop(out)

    @property
    def _now(self) -> int:
        return self.session.booth.tick * TICK

    def _due(self) -> bool:
        """True while it should be on air."""
        now = self._now
        if now < self._rests_until or not (self.granted or self._on_air):
            return False
        if self.session.wanted or now - self._listened <= LISTENED_FOR:
            self._busy = now
            return True
        return self._on_air is not None and now - self._busy <= IDLE_FOR

    def _take(self, frame: Frame, out: Outcome) -> None:
        """The next 20 ms of the programme. Left-out ticks end the epoch: time went on without us."""
        mediatime = Samples((frame.tick - self._zero) * TICK)
        if self._on_air is not None and self._on_air.mediatime != mediatime:
            self._stop(out)
        if self._on_air is None:
            self._start(mediatime, out)
        if self._on_air is not None:
            self.session.sounded(frame.level, frame.tick)
            self._tell(out)
            self._on_air.take(frame, self._now, out)
            if self.session.stage.status is Status.LIVE:
                self._taping.take(frame, self._on_air.epoch)

    def _start(self, first: Samples, out: Outcome) -> None:
        """On air, unless the cell of the grid that this would begin in has another epoch's sound."""
        if not self.granted or first < self._begin or first - first % SEGMENT < self._ended:
            return
        epoch, self.granted = self.granted, 0
        self._on_air = OnAir(self.session, epoch, first)
        for rendition, wanted in self._wants.items():
            if self._now - wanted <= LISTENED_FOR:
                self._on_air.want(rendition, self._now)
        out.facts.append((MixStarted(room=self.session.room, epoch=epoch, first=first), first))

    def _stop(self, out: Outcome) -> None:
        if self._on_air is not None:
            self.session.rest()
            self._on_air.close(out)
            self._end(out)

    def _end(self, out: Outcome) -> None:
        on_air, self._on_air = self._on_air, None
        self._taping.end()
        if on_air is not None:
            self._ended = last = on_air.mediatime
            out.facts.append((MixStopped(room=self.session.room, epoch=on_air.epoch, last=last), last))

    def _tell(self, out: Outcome, *, late: bool = False) -> None:
        """Say what became true. While it is about to go on air, that is said first."""
        if self._on_air is None and self._due() and not late:
            return
        for fact, tick in self.session.facts():
            out.facts.append((fact, Samples(max(self._begin, (tick - self._zero) * TICK))))
