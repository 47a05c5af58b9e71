"""What a room plays by itself when nobody speaks, on a channel of its own. It costs nothing while it rests.

It is a bed: under the first word of who comes it goes down at once, and then fades out.
"""

from collections.abc import Callable
from typing import Protocol

from services.media.channel import Channel
from services.media.deck import Booth
from services.media.engine.desk import Desk
from services.media.engine.told import Told
from services.media.mixing.frame import TICK
from services.media.mixing.sound import Sound
from services.media.track import Track

FADE = 24_000
"""Samples of its way in and out: half a second."""

FADE_TICKS = FADE // TICK + 1


class Player(Protocol):
    """Plays recordings into a desk, by a thread of its own, and goes on where it was."""

    def play(self, desk: Desk, source: int) -> None:
        """Play into this source, a PCM one that is new."""

    def pause(self) -> None:
        """Play nothing more."""

    def began(self) -> Track | None:
        """The track that is heard since the last time, if one began."""

    def stop(self) -> None:
        """Nobody wants it any more."""


class Autoplay:
    """One room's. `player` makes who plays, anew each time that the room goes on air."""

    def __init__(self, booth: Booth, player: Callable[[], Player]) -> None:
        self._booth = booth
        self._make = player
        self._player: Player | None = None
        self._channel: Channel | None = None
        self._until: int | None = None

    def turn(self, tick: int, *, wanted: bool) -> Track | None:
        """Play, or fade out and rest. The track that began to be heard, if one did."""
        if wanted:
            self._play()
        elif self._channel is not None:
            self._fade_out(self._channel, tick)
        return self._player.began() if self._player is not None and self._channel is not None else None

    def stop(self) -> None:
        """Play nothing, and begin anew the next time."""
        if self._player is not None:
            self._player.stop()
        if self._channel is not None:
            self._channel.remove()
        self._player = self._channel = self._until = None

    def _play(self) -> None:
        self._until = None
        if self._player is None:
            self._player = self._make()
        if self._channel is None:
            self._channel = self._booth.pcm(_whatever)
            self._channel.treat(Sound.BED)
            self._player.play(*self._channel.place)
        self._channel.fade(1.0, FADE)

    def _fade_out(self, channel: Channel, tick: int) -> None:
        if self._until is None:
            self._until = tick + FADE_TICKS
            channel.fade(0.0, FADE)
        if tick >= self._until:
            if self._player is not None:
                self._player.pause()
            channel.remove()
            self._channel = None


def _whatever(_told: Told) -> None:
    """What the desk says of recordings is nobody's business."""
