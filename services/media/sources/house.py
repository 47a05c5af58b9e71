"""The house programme: a folder of recordings, in the order of their names, round and round.

Decoding is ahead of the tick by up to 4 s, on one thread for all carts of the process, so that the tick only takes
what lies there. A cart that nobody takes from costs nothing. Without any playable file, a soft chord sounds: a room
with automation is never silent.
"""

import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from services.media.mixing.frame import RATE, Float, Pcm
from services.media.mixing.quantise import widen
from services.media.played import Desk, Played
from services.media.sources.chord import chord
from services.media.sources.recording import Unplayable, frames, track
from services.media.track import Track

AHEAD = 200
LOW = 100
FURTHER = RATE
"""Samples that a deck plays ahead."""
LOOK_S = 0.2
PLAYABLE = frozenset({".opus", ".ogg", ".flac", ".wav", ".mp3", ".m4a", ".aac"})


class HouseCart:
    """One room's turn through the folder. `take` and `began` belong to the tick thread."""

    def __init__(self, folder: Path, stagehand: "Stagehand") -> None:
        self._ready: deque[tuple[Track | None, Pcm]] = deque()
        self._coming = _round(folder)
        self._stagehand = stagehand
        self._began: Track | None = None
        self.stopped = False
        self.missed = 0
        stagehand.ring()

    def take(self) -> Float | None:
        """As Cart.take."""
        if len(self._ready) < LOW:
            self._stagehand.ring()
        self._began = None
        try:
            self._began, pcm = self._ready.popleft()
        except IndexError:
            self.missed += 1
            return None
        return widen(pcm)

    def began(self) -> Track | None:
        """As Cart.began."""
        return self._began

    def stop(self) -> None:
        """As Cart.stop."""
        self.stopped = True
        self._stagehand.ring()

    def low(self) -> bool:
        """True when the stagehand should fetch more."""
        return len(self._ready) < LOW

    def fetch(self) -> None:
        """Decode until 4 s lie there. The stagehand's thread only."""
        while len(self._ready) < AHEAD and not self.stopped:
            self._ready.append(next(self._coming))


class HouseDeck:
    """One room's turn through the folder, played into a desk: `play` and `pause` as often as one likes, and it goes on
    where it was, less the second that lay ahead. The stagehand's thread plays; `began` is for who reads the desk.
    """

    def __init__(self, folder: Path, stagehand: "Stagehand") -> None:
        self._coming = _round(folder)
        self._stagehand = stagehand
        self._played: Played | None = None
        self._next: Track | None = None
        self.stopped = False

    def play(self, desk: Desk, source: int) -> None:
        """Play into this source, a PCM one that is new."""
        played = Played(desk, source)
        if self._next is not None:
            played.title(self._next)
        self._played = played
        self._stagehand.ring()

    def pause(self) -> None:
        """Play nothing more; what lies there is heard, or the source removed."""
        played, self._played = self._played, None
        self._next = played.coming if played is not None else self._next

    def began(self) -> Track | None:
        """The track that is heard since the last time, if one began."""
        played = self._played
        return None if played is None else played.began()

    def stop(self) -> None:
        """Nobody wants it any more."""
        self.stopped = True
        self.pause()

    def low(self) -> bool:
        """True when the stagehand should play more."""
        played = self._played
        return played is not None and played.waiting < FURTHER

    def fetch(self) -> None:
        """Decode until a second lies there. The stagehand's thread only."""
        played = self._played
        while played is not None and played is self._played and played.waiting < FURTHER:
            named, pcm = next(self._coming)
            if named is not None:
                played.title(named)
            if not played.play(widen(pcm)[None]):
                return  # the source is gone


class Stagehand:
    """The thread that decodes. Sleeps while all carts have enough; decks nobody rings for, so it looks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._carts: list[HouseCart | HouseDeck] = []
        self._bell = threading.Event()
        self._going = True
        self._thread = threading.Thread(target=self._work, name="stagehand", daemon=True)
        self._thread.start()

    def cart(self) -> HouseCart:
        """A new cart at the beginning of the folder."""
        cart = HouseCart(self._folder, self)
        self._carts.append(cart)
        self.ring()
        return cart

    def deck(self) -> HouseDeck:
        """A new deck at the beginning of the folder."""
        deck = HouseDeck(self._folder, self)
        self._carts.append(deck)
        return deck

    def ring(self) -> None:
        """Somebody runs low."""
        self._bell.set()

    def stop(self) -> None:
        """End the thread."""
        self._going = False
        self.ring()
        self._thread.join(timeout=5)

    def _work(self) -> None:
        while self._going:
            self._bell.wait(LOOK_S if any(isinstance(each, HouseDeck) for each in self._carts) else None)
            self._bell.clear()
            self._carts = [cart for cart in self._carts if not cart.stopped]
            for cart in self._carts:
                if cart.low():
                    cart.fetch()


def _round(folder: Path) -> Iterator[tuple[Track | None, Pcm]]:
    """Every playable file, for ever; a file that can't be played is passed over."""
    while True:
        sounded = False
        for path in recordings(folder):
            try:
                named: Track | None = track(path)
                for pcm in frames(path):
                    yield named, pcm
                    named, sounded = None, True
            except (Unplayable, OSError, ValueError):
                continue
        if not sounded:
            yield from ((None, pcm) for pcm in chord())


def recordings(folder: Path) -> list[Path]:
    """What there is to play."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PLAYABLE)
