"""One room with two people, told as facts."""

from libs.events.ids import PersonId, RoomId, SourceId
from libs.events.media import MediaEvent, SourceRegistered, Transport
from libs.events.rooms import RoomEvent, RoomKind, RoomOpened, Seat, SpeakerAdmitted, SpeakerMuted, WentLive
from services.media.mixing.frame import TICK, Float, Pcm
from services.media.session import Session
from services.media.state import Stage, evolve
from services.media.track import Track
from tests.unit.media.mixing.sounds import packets

ROOM = RoomId("jazzcellar01")
ANA, BEN = PersonId("anaanaanaana"), PersonId("benbenbenben")
ANAS, BENS = SourceId("anassource01"), SourceId("benssource01")
HERE = ("127.0.0.1", 40_000)

opened = RoomOpened(room=ROOM, title="Jazz", kind=RoomKind.OPEN, host=ANA)
automated = RoomOpened(room=ROOM, title="Jazz", kind=RoomKind.OPEN, host=ANA, automation="house")
live = WentLive(room=ROOM)
ben_admitted = SpeakerAdmitted(room=ROOM, person=BEN, seat=Seat.SPEAKER, by=ANA)
ben_muted = SpeakerMuted(room=ROOM, person=BEN, by=ANA)
ana_registered = SourceRegistered(room=ROOM, source=ANAS, person=ANA, name="main", transport=Transport.RTP, ssrc=1)
ben_registered = SourceRegistered(room=ROOM, source=BENS, person=BEN, name="main", transport=Transport.RTP, ssrc=2)


def stage(*facts: RoomEvent | MediaEvent) -> Stage:
    """The room after these."""
    folded = Stage()
    for fact in facts:
        folded = evolve(folded, fact)
    return folded


class FakeCart:
    """Plays the same frame for ever."""

    def __init__(self, frame: Float) -> None:
        self._frame = frame
        self.taken = 0
        self.stopped = False

    def take(self) -> Float | None:
        self.taken += 1
        return self._frame

    def began(self) -> Track | None:
        return Track("First Light", "Parlor House") if self.taken == 1 else None

    def stop(self) -> None:
        self.stopped = True


class Evening:
    """A session whose clock is counted in ticks; `say` has people send sound while it plays."""

    def __init__(self, *facts: RoomEvent | MediaEvent, cart: FakeCart | None = None) -> None:
        self.facts = list(facts)
        self.said: list[MediaEvent] = []
        self.tick = 0
        self.session = Session(ROOM, stage(*facts), None if cart is None else lambda: cart)
        self.session.settle(stage(*facts), 0)

    def happens(self, *facts: RoomEvent | MediaEvent) -> None:
        self.facts += facts
        self.session.settle(stage(*self.facts), self.tick * TICK)

    def play(self, ticks: int, **sounds: Float) -> list[Pcm]:
        """The programme for so many ticks; sounds are named after their sources."""
        sent = {source: list(packets(sound, sequence=self.tick)) for source, sound in sounds.items()}
        heard = []
        for n in range(ticks):
            for source, line in sent.items():
                sender = self.session.senders.get(SourceId(source))
                if sender is not None and n < len(line):
                    sender.receive(line[n], HERE, self.tick * TICK)
            ticked = self.session.tick(self.tick * TICK)
            self.said += ticked.facts
            heard.append(ticked.pcm)
            self.tick += 1
        return heard

    def tell(self) -> list[str]:
        """What was said since the last time, by name."""
        names = [type(fact).__name__ for fact in self.said]
        self.said = []
        return names
