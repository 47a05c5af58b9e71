"""One room, without a socket and without a clock: packets and the stage in, 20 ms of programme and facts out.

    settle(stage, now)   who sits, who is muted, who is registered: whenever the fold moved
    sender(source)       where packets of an admitted source go
    tick(now)            the next 960 samples, and what became true with them

The house programme plays when no open sender is connected, and comes back when open senders leave dead air; it goes
when one of them talks. Before the room is live nobody is open: what is said in the green room stays there.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from libs.events.ids import Milliseconds, RoomId, SourceId
from libs.events.media import (
    DeadAirDetected,
    DeadAirEnded,
    MediaEvent,
    SourceConnected,
    SourceDisconnected,
    SourceRegistered,
    SpeakingStarted,
    SpeakingStopped,
    TrackStarted,
)
from libs.events.telemetry import SourceLevel
from services.media.foldback import Foldback
from services.media.mixing.dead_air import AFTER_TICKS, DeadAirGuard
from services.media.mixing.frame import Float, Pcm
from services.media.mixing.tick import Input, Mixed, RoomTick
from services.media.sender import Sender
from services.media.state import Gone, Stage, Status
from services.media.track import Track

HOUSE = "house"
HOUSE_FADE = 24_000
"""Samples of the house programme's way in and out: half a second."""

DEAD_AFTER = Milliseconds(AFTER_TICKS * 20)


class Cart(Protocol):
    """Plays recordings, one frame a tick; never waits."""

    def take(self) -> Float | None:
        """The next frame; None when nothing is decoded yet."""

    def began(self) -> Track | None:
        """The track that began with the last frame, if one did."""

    def stop(self) -> None:
        """Nobody takes any more."""


class Ticked(msgspec.Struct, frozen=True, gc=False):
    """What one tick made. `level` is the programme's, in dBFS."""

    pcm: Pcm
    level: float
    facts: list[MediaEvent]


class Session:
    """The mix of one room and everybody who is in it."""

    def __init__(self, room: RoomId, stage: Stage, cart: Callable[[], Cart] | None = None) -> None:
        self.room = room
        self.stage = stage
        self.senders: dict[SourceId, Sender] = {}
        self.foldbacks: dict[str, Foldback] = {}
        self._facts: list[MediaEvent] = []
        self._tick = RoomTick()
        self._guard = DeadAirGuard()
        self._leaving: dict[SourceId, Sender] = {}
        self._given_up: dict[SourceId, SourceRegistered] = {}
        self._unattended = False
        self._make_cart = cart
        self._cart: Cart | None = None

    @property
    def wanted(self) -> bool:
        """True while there is something to mix: somebody registered, or something that plays by itself."""
        return bool(self.senders or self.foldbacks) or (self._make_cart is not None and self.stage.automated)

    @property
    def attended(self) -> bool:
        """True while somebody sends."""
        return any(sender.connected for sender in self.senders.values())

    def settle(self, stage: Stage, now: int) -> None:
        """Take the room as it is now. Who lost the seat or the place goes within 10 ms."""
        self.stage = stage
        self._given_up = {source: one for source, one in self._given_up.items() if stage.sources.get(source) == one}
        for source, registered in stage.sources.items():
            sender = self.senders.get(source)
            if sender is not None and sender.registered != registered:
                self._leave(source, Gone.REPLACED)
                self.senders[source] = Sender(registered, now)
            elif sender is None and registered.person in stage.seated and source not in self._given_up:
                self._enter(source, stage, now)
        for source, sender in list(self.senders.items()):
            if source not in stage.sources or sender.registered.person not in stage.seated:
                self._leave(source, Gone.ROOM_ENDED if not stage.open else Gone.LEFT_STAGE)

    def drop(self, source: SourceId, why: Gone) -> None:
        """Take a sender's place away."""
        if source in self.senders:
            self._leave(source, why)

    def tick(self, now: int) -> Ticked:
        """Make the next 20 ms."""
        inputs = [Input(source, gone.take(now), 0.0) for source, gone in self._leaving.items()]
        inputs += [self._hear(one, now) for source, one in list(self.senders.items()) if source not in self._leaving]
        self._leaving = {}
        house = self._house()
        if house is not None:
            inputs.append(house)
        mixed = self._tick.mix(inputs)
        self._feed(mixed, now)
        self._watch(mixed.level)
        facts, self._facts = self._facts, []
        return Ticked(mixed.pcm, mixed.level, facts)

    def meters(self) -> tuple[SourceLevel, ...]:
        """Every connected sender's."""
        return tuple(sender.meter() for sender in self.senders.values() if sender.connected)

    def close(self) -> list[MediaEvent]:
        """The room is over, or the mixer lets go of it: what is left to be said."""
        for sender in self.senders.values():
            sender.close()
        if self._cart is not None:
            self._cart.stop()
        self._cart = self._make_cart = None
        return self._facts

    def rest(self) -> None:
        """Nobody listens and nobody sends: play nothing."""
        if self._cart is not None:
            self._cart.stop()
            self._cart = None

    def _enter(self, source: SourceId, stage: Stage, now: int) -> None:
        """A source that was connected already was so with a mixer that is gone."""
        registered = stage.sources[source]
        self.senders[source] = Sender(registered, now)
        room, person = self.room, registered.person
        if source in stage.talking:
            self._facts.append(SpeakingStopped(room=room, person=person, source=source))
        if source in stage.connected:
            gone = SourceDisconnected(room=room, source=source, person=person, reason=Gone.TAKEN_OVER)
            self._facts.append(gone)

    def _leave(self, source: SourceId, why: Gone) -> None:
        sender = self.senders.pop(source)
        sender.close()
        self._hush(sender)
        one = sender.registered
        if why is not Gone.REPLACED:
            self._given_up[source] = one  # until the fold has heard of it, too
        if sender.connected or why is not Gone.REPLACED:
            self._facts.append(SourceDisconnected(room=self.room, source=source, person=one.person, reason=why))
        if sender.open:
            self._leaving[source] = sender

    def _hear(self, sender: Sender, now: int) -> Input:
        one = sender.registered
        frame = sender.take(now)
        if sender.voice is not None and sender.voice.begun and not sender.connected:
            sender.connected = True
            fact = SourceConnected(room=self.room, source=one.source, person=one.person, transport=one.transport)
            self._facts.append(fact)
        elif sender.lost(now):
            self._hush(sender)
            gone = SourceDisconnected(room=self.room, source=one.source, person=one.person, reason=Gone.TIMEOUT)
            self._facts.append(gone)
        elif sender.over:
            self._leave(one.source, Gone.CLOSED)
        elif sender.expired(now):
            self._leave(one.source, Gone.EXPIRED)
        sender.open = self.stage.hears(one.person)
        self._listen(sender)
        self._name(sender)
        return Input(one.source, frame, 1.0 if sender.open else 0.0)

    def _listen(self, sender: Sender) -> None:
        if not sender.open:
            self._hush(sender)
        elif sender.voice is not None and sender.talk.update(sender.voice.level):
            self._say_talk(sender)

    def _name(self, sender: Sender) -> None:
        """Say what a stream plays, once it is heard."""
        track = sender.track() if sender.open else None
        if track is not None:
            self._facts.append(TrackStarted(room=self.room, title=track.title, artist=track.artist))

    def _hush(self, sender: Sender) -> None:
        if sender.talk.hush():
            self._say_talk(sender)

    def _say_talk(self, sender: Sender) -> None:
        kind = SpeakingStarted if sender.talk.talking else SpeakingStopped
        one = sender.registered
        self._facts.append(kind(room=self.room, person=one.person, source=one.source))

    def _house(self) -> Input | None:
        if self._make_cart is None or not self.stage.automated:
            return None
        there = [sender for sender in self.senders.values() if sender.connected and sender.open]
        if any(sender.talk.talking for sender in there):
            self._unattended = False
        gain = 1.0 if not there or self._unattended else 0.0
        if gain == 0.0 and self._tick.fader(HOUSE) == 0.0:
            return Input(HOUSE, None, 0.0, HOUSE_FADE)
        if self._cart is None:
            self._cart = self._make_cart()
        frame = self._cart.take()
        track = self._cart.began()
        if track is not None:
            self._facts.append(TrackStarted(room=self.room, title=track.title, artist=track.artist))
        return Input(HOUSE, frame, gain, HOUSE_FADE)

    def _feed(self, mixed: Mixed, now: int) -> None:
        for foldback in self.foldbacks.values():
            own = {source for source, one in self.senders.items() if one.registered.person == foldback.person}
            foldback.hear(mixed.open, own, now)

    def _watch(self, level: float) -> None:
        if self.stage.status is not Status.LIVE or not self._guard.update(level):
            return
        if self._guard.dead:
            self._unattended = True
            self._facts.append(DeadAirDetected(room=self.room, after=DEAD_AFTER))
        else:
            self._facts.append(DeadAirEnded(room=self.room))
