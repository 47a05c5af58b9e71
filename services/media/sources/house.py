"""The house programme: a folder of recordings, in the order of their names, round and round.

Decoding is ahead of the tick by a second, on one thread for all decks of the process, so that the tick only takes what
lies there. A deck that plays nowhere costs nothing. Without any playable file, a soft chord sounds: a room with
automation is never silent.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

from services.media.mixing.frame import RATE, Pcm
from services.media.mixing.quantise import widen
from services.media.played import Desk, Played
from services.media.sources.chord import chord
from services.media.sources.recording import Unplayable, frames, track
from services.media.track import Track

AHEAD = RATE
"""Samples that a deck plays ahead."""
LOOK_S = 0.2
PLAYABLE = frozenset({".opus", ".ogg", ".flac", ".wav", ".mp3", ".m4a", ".aac"})


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

    def fetch(self) -> None:
        """Decode until a second lies there. The stagehand's thread only."""
        played = self._played
        while played is not None and played is self._played and played.waiting < AHEAD:
            named, pcm = next(self._coming)
            if named is not None:
                played.title(named)
            if not played.play(widen(pcm)[None]):
                return  # the source is gone


class Stagehand:
    """The thread that decodes. Nobody says when a deck runs low, so it looks; without any it sleeps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._decks: list[HouseDeck] = []
        self._bell = threading.Event()
        self._going = True
        self._thread = threading.Thread(target=self._work, name="stagehand", daemon=True)
        self._thread.start()

    def deck(self) -> HouseDeck:
        """A new deck at the beginning of the folder."""
        deck = HouseDeck(self._folder, self)
        self._decks.append(deck)
        return deck

    def ring(self) -> None:
        """There is something to play."""
        self._bell.set()

    def stop(self) -> None:
        """End the thread."""
        self._going = False
        self.ring()
        self._thread.join(timeout=5)

    def _work(self) -> None:
        while self._going:
            self._bell.wait(LOOK_S if self._decks else None)
            self._bell.clear()
            self._decks = [deck for deck in self._decks if not deck.stopped]
            for deck in self._decks:
                deck.fetch()


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
