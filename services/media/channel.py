"""One source of a desk, by handle."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from libs.events.media import SourceRegistered
from services.media.engine.desk import Desk
from services.media.engine.told import Told
from services.media.mixing.bus import Bus, Ear
from services.media.mixing.sound import Sound
from services.media.recording.thread import Recording, SourceTape

Command: TypeAlias = Callable[[Desk], None]
Hear: TypeAlias = Callable[[Told], None]


class Deck(Protocol):
    """What a channel is of (deck.py)."""

    desk: Desk
    recording: Recording | None

    @property
    def tick(self) -> int:
        """The last one that was begun."""

    def order(self, command: Command) -> None:
        """Do something on the desk, in this order."""


class Channel:
    """One source. `meter` is the desk's last word about its levels and packets; all else goes to `hear`."""

    def __init__(self, deck: Deck, number: int, hear: Hear, sound: Sound = Sound.PLAIN) -> None:
        self.meter: Told | None = None
        self.hear = hear
        self.sound = sound
        self._deck = deck
        self._number = number
        self._gain = 0.0
        self._whose = (0, False)
        self._pan = 0.0
        self._bus = Bus.AIR
        self._hears = (Ear.AIR, -1)
        self._taped = False
        self._loss = 0

    def fade(self, gain: float, samples: int | None = None) -> None:
        """Move its fader, within 10 ms unless told."""
        if gain != self._gain:
            self._gain = gain
            more = () if samples is None else (samples,)
            self._deck.order(lambda desk: desk.gain(self._number, gain, *more))

    def treat(self, sound: Sound, gain: float = 0.0) -> None:
        """What it is, and for a voice the decibels that it had when last heard. In a concert all is music."""
        if self.sound is not Sound.MUSIC:
            self.sound = sound
            self._deck.order(lambda desk: desk.treat(self._number, sound, gain))

    def denoise(self) -> None:
        """Take steady noise out of it."""
        self._deck.order(lambda desk: desk.denoise(self._number, True))

    def pan(self, place: float) -> None:
        """Where between left (-1) and right (1) a stereo room hears it, when it has one channel."""
        if place != self._pan:
            self._pan = place
            self._deck.order(lambda desk: desk.pan(self._number, place))

    def belongs(self, person: int, *, listens: bool) -> None:
        """Whose it is, and whether that one listens."""
        if (person, listens) != self._whose:
            self._whose = person, listens
            self._deck.order(lambda desk: desk.belongs(self._number, person, listens))

    def bus(self, bus: Bus) -> None:
        """Where it goes behind its fader, within 10 ms."""
        if bus is not self._bus:
            self._bus = bus
            self._deck.order(lambda desk: desk.bus(self._number, bus))

    def ear(self, ear: Ear, of: "Channel | None" = None) -> None:
        """What it hears, when it listens; `of` is the one of SOLO."""
        hears = ear, -1 if of is None else of.place[1]
        if hears != self._hears:
            self._hears = hears
            self._deck.order(lambda desk: desk.ear(self._number, *hears))

    def tape(self, one: SourceRegistered, *, wanted: bool) -> None:
        """Whether what it sends is recorded from now on, and as whose."""
        recording, desk = self._deck.recording, self._deck.desk
        if recording is not None and wanted != self._taped:
            self._taped = wanted
            recording.add(desk, SourceTape(self._number, one.room, one.source, one.person, self._deck.tick))
            self._deck.order(lambda desk: desk.stem(self._number, wanted))

    @property
    def place(self) -> tuple[Desk, int]:
        """For who plays into it by a thread of their own."""
        return self._deck.desk, self._number

    @property
    def waiting(self) -> int:
        """Samples that were played into it and are not heard yet."""
        waiting: int = self._deck.desk.waiting(self._number)
        return waiting

    def terms(self, red: int | None, level: int | None, *, nack: bool) -> None:
        """What an offer settled beside Opus."""
        self._deck.order(lambda desk: desk.terms(self._number, red, level, nack))

    def loses(self, percent: int) -> None:
        """How much of what is sent to it gets lost."""
        if percent != self._loss:
            self._loss = percent
            self._deck.order(lambda desk: desk.loses(self._number, percent))

    def secure(self, inbound: bytes | None, outbound: bytes | None, profile: str) -> None:
        """The keys of each direction."""
        self._deck.order(lambda desk: desk.secure(self._number, inbound, outbound, profile))

    def routes(self, routes: Sequence[tuple[str, int]]) -> None:
        """Whence its datagrams come; the first one is where to send."""
        self._deck.order(lambda desk: desk.routes(self._number, routes))

    def again(self, sequences: Sequence[int]) -> None:
        """Send these packets once more."""
        self._deck.order(lambda desk: desk.again(self._number, sequences))

    def remove(self) -> None:
        """Fade it out and let it go."""
        self.hear = to_nobody
        self._deck.order(lambda desk: desk.remove(self._number))


def to_nobody(_told: Told) -> None:
    """The channel was let go."""
