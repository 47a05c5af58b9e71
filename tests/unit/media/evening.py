"""One room with two people, told as facts, on a desk that ticks when it is told to."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_network

import numpy as np

from libs.events.ids import PersonId, RoomId, Samples, SourceId
from libs.events.media import MediaEvent, MixStarted, MixStopped, SourceRegistered, Transport
from libs.events.rooms import RoomEvent, RoomKind, RoomOpened, Seat, SpeakerAdmitted, SpeakerMuted, WentLive
from services.media.autoplay import Player
from services.media.console import Console
from services.media.deck import Deck
from services.media.engine.desk import Desk
from services.media.mixing.frame import TICK, Float
from services.media.mixing.quantise import widen
from services.media.mixing.rtp import pack
from services.media.on_air import Outcome
from services.media.session import Session
from services.media.state import Stage, evolve
from services.media.track import Track
from tests.unit.media.mixing.sounds import packets

ROOM = RoomId("jazzcellar01")
ANA, BEN = PersonId("anaanaanaana"), PersonId("benbenbenben")
ANAS, BENS = SourceId("anassource01"), SourceId("benssource01")
SSRCS = {ANAS: 1, BENS: 2}

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


class FakePlayer:
    """Plays the same frame for ever, as far as there is room, each time that it is looked at."""

    def __init__(self, frame: Float) -> None:
        self._frame = frame
        self._place: tuple[Desk, int] | None = None
        self._told = False
        self.played = 0
        self.stopped = False

    def play(self, desk: Desk, source: int) -> None:
        self._place = desk, source
        self._fill(desk, source)

    def pause(self) -> None:
        self._place = None

    def began(self) -> Track | None:
        if self._place is None:
            return None
        self._fill(*self._place)
        told, self._told = self._told, True
        return None if told else Track("First Light", "Parlor House")

    def stop(self) -> None:
        self.stopped = True
        self._place = None

    def _fill(self, desk: Desk, source: int) -> None:
        while desk.waiting(source) < 10 * TICK:
            desk.play(source, self._frame.tobytes(), 1)
            self.played += 1


class Tap(Desk):
    """A desk, and all that it made for the air."""

    def __init__(self, bound: socket.socket, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        super().__init__(bound, networks)
        self.made: list[tuple[int, int, int, float, bytes]] = []

    def programme(self) -> list[tuple[int, int, int, float, bytes]]:
        made = super().programme()
        self.made += made
        return made


@contextmanager
def deck() -> Iterator[Deck]:
    """A desk on a loopback port that ticks by `turn`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        bound.bind(("127.0.0.1", 0))
        yield Deck(Tap(bound, [ip_network("127.0.0.0/8")]), bound.getsockname()[1])


class Shift:
    """A console whose desk is turned by hand, a tick at a time; `out` is what it delivered."""

    def __init__(self, deck: Deck, player: Callable[[], Player] | None = None) -> None:
        self.deck = deck
        self.console = Console(deck, player)
        self.out = Outcome()

    def own(self, *facts: RoomEvent | MediaEvent, epoch: int = 1, first: int = 0) -> None:
        """The room is this console's from the next tick on."""
        self.console.own(stage(*facts), epoch, Samples(first))

    def steps(self, count: int) -> None:
        """So many ticks."""
        self.console.turn(self.out)
        for _ in range(count):
            self.deck.desk.turn()
            self.console.turn(self.out)

    def leap(self, count: int) -> None:
        """So many at once, of which only the last one is made."""
        self.deck.desk.turn(count)
        self.console.turn(self.out)

    def facts(self) -> list[MediaEvent]:
        """What was said."""
        return [fact for fact, _ in self.out.facts]


class Evening(Shift):
    """One room on air. People send sound while it plays."""

    def __init__(self, deck: Deck, *facts: RoomEvent | MediaEvent, player: FakePlayer | None = None) -> None:
        super().__init__(deck, None if player is None else lambda: player)
        self.happened = list(facts)
        self.sockets = {source: _connected(deck.port) for source in SSRCS}
        self.own(*facts)
        self.console.listen(ROOM)
        self._sent = 0

    @property
    def session(self) -> Session:
        """The room's."""
        found = self.console.session(ROOM)
        assert found is not None
        return found

    def close(self) -> None:
        """Everybody goes home."""
        for each in self.sockets.values():
            each.close()

    def happens(self, *facts: RoomEvent | MediaEvent) -> None:
        """More."""
        self.happened += facts
        self.console.settle(stage(*self.happened))

    def play(self, ticks: int, ssrcs: dict[SourceId, int] = SSRCS, **sounds: Float) -> Float:
        """The programme for so many ticks; sounds are named after their sources."""
        line = {
            SourceId(source): list(packets(sound, ssrcs[SourceId(source)], self._sent))
            for source, sound in sounds.items()
        }
        assert isinstance(self.deck.desk, Tap)
        begun = len(self.deck.desk.made)
        for n in range(ticks):
            for source, sent in line.items():
                if n < len(sent):
                    self.sockets[source].send(pack(sent[n]))
            self.steps(1)
        self._sent += ticks
        made = self.deck.desk.made[begun:]
        return widen(np.frombuffer(b"".join(pcm for *_, pcm in made), np.int16))

    def tell(self) -> list[str]:
        """What was said of people and sound since the last time, by name."""
        names = [type(fact).__name__ for fact in self.facts() if not isinstance(fact, MixStarted | MixStopped)]
        self.out = Outcome()
        return names


def _connected(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.connect(("127.0.0.1", port))
    return made
