"""One room: who sits and sends, what is heard of them, and what became true. The desk mixes; here it is told what, and
what it says becomes facts.

    settle(stage)   who sits, who is muted, who is registered: whenever the fold moved
    turn()          what became true since the last time, and sound for what plays by itself
    facts()         all of that, with the tick at which it did

The house programme plays when no open sender is connected, and comes back when open senders leave dead air; it goes
when one of them talks. Before the room is live nobody is open: what is said in the green room is heard there alone.
"""

from collections.abc import Callable

import msgspec

from libs.events.ids import Milliseconds, PersonId, RoomId, SourceId
from libs.events.media import (
    DeadAirDetected,
    DeadAirEnded,
    MediaEvent,
    SourceConnected,
    SourceDisconnected,
    SourceMisbehaved,
    SourceRegistered,
    SourceStalled,
    SpeakingStarted,
    SpeakingStopped,
    TrackStarted,
)
from libs.events.telemetry import SourceLevel
from services.media.autoplay import Autoplay, Player
from services.media.channel import Channel
from services.media.deck import Booth
from services.media.engine.told import Fact, Told
from services.media.mixing.aim import ECHO
from services.media.mixing.dead_air import AFTER_TICKS, DeadAirGuard
from services.media.mixing.selection import OWN_MIXES
from services.media.monitor import Monitor
from services.media.seating import HOSTS, place
from services.media.sender import Heard, Sender
from services.media.state import Gone, Stage, Status
from services.media.track import Track

DEAD_AFTER = Milliseconds(AFTER_TICKS * 20)


class Ear(msgspec.Struct, frozen=True):
    """Somebody who listens on the stage."""

    person: PersonId
    channel: Channel


class Session:
    """Everybody who is in one room."""

    def __init__(self, room: RoomId, stage: Stage, booth: Booth, player: Callable[[], Player] | None = None) -> None:
        self.room = room
        self.stage = stage
        self.booth = booth
        self.senders: dict[SourceId, Sender] = {}
        self.monitor = Monitor()
        self._ears: dict[str, Ear] = {}
        self._people: dict[PersonId, int] = {}
        self._facts: list[tuple[MediaEvent, int]] = []
        self._guard = DeadAirGuard()
        self._given_up: dict[SourceId, SourceRegistered] = {}
        self._unattended = False
        self._house = Autoplay(booth, player) if player is not None else None

    @property
    def wanted(self) -> bool:
        """True while there is something to mix: somebody registered, or something that plays by itself."""
        return bool(self.senders or self._ears) or (self._house is not None and self.stage.automated)

    @property
    def attended(self) -> bool:
        """True while somebody sends."""
        return any(sender.connected for sender in self.senders.values())

    def settle(self, stage: Stage) -> None:
        """Take the room as it is now. Who lost the seat or the place goes within 10 ms."""
        self.stage = stage
        self._given_up = {source: one for source, one in self._given_up.items() if stage.sources.get(source) == one}
        for source, registered in stage.sources.items():
            sender = self.senders.get(source)
            if sender is not None and sender.registered != registered:
                self._leave(source, Gone.REPLACED)
                self.senders[source] = Sender(registered, self.booth)
            elif sender is None and registered.person in stage.seated and source not in self._given_up:
                self._enter(source, stage)
        for source, sender in list(self.senders.items()):
            if source not in stage.sources or sender.registered.person not in stage.seated:
                self._leave(source, Gone.ROOM_ENDED if not stage.open else Gone.LEFT_STAGE)
        self.booth.tune(
            ECHO if stage.loudness is None else stage.loudness,
            OWN_MIXES if stage.own_mixes is None else stage.own_mixes,
        )
        self.mix()

    def drop(self, source: SourceId, why: Gone) -> None:
        """Take a sender's place away."""
        if source in self.senders:
            self._leave(source, why)

    def hear(self, key: str, person: PersonId, ssrc: int, payload_type: int) -> Channel:
        """Somebody listens: to all but their own sources."""
        channel = self.booth.webrtc(ssrc, payload_type, _whatever, listens=True)
        self._ears[key] = Ear(person, channel)
        self.mix()
        return channel

    def deafen(self, key: str) -> None:
        """And does no more."""
        ear = self._ears.pop(key, None)
        if ear is not None:
            ear.channel.remove()
            if ear.person not in self._listening():
                self.monitor.deaf(ear.person)
            self.mix()

    def turn(self) -> None:
        """Take what the desk has told, and let play what plays by itself."""
        tick = self.booth.tick
        for source, sender in list(self.senders.items()):
            sender.turn()
            self._learn(sender)
            if sender.over:
                self._leave(source, Gone.CLOSED)
            elif sender.expired:
                self._leave(source, Gone.EXPIRED)
        if self._house is not None and self.stage.automated:
            self._name(self._house.turn(tick, wanted=self._alone()))

    def sounded(self, level: float, tick: int) -> None:
        """A tick of the programme was so loud."""
        if self.stage.status is not Status.LIVE or not self._guard.update(level):
            return
        if self._guard.dead:
            self._unattended = True
            self._say(DeadAirDetected(room=self.room, after=DEAD_AFTER), tick)
        else:
            self._say(DeadAirEnded(room=self.room), tick)

    def facts(self) -> list[tuple[MediaEvent, int]]:
        """What became true since the last time, and at which tick."""
        facts, self._facts = self._facts, []
        return facts

    def meters(self) -> tuple[SourceLevel, ...]:
        """Every connected sender's."""
        return tuple(sender.meter() for sender in self.senders.values() if sender.connected)

    def rest(self) -> None:
        """Nobody listens and nobody sends: play nothing."""
        if self._house is not None:
            self._house.stop()

    def close(self) -> None:
        """The room is over, or the mixer lets go of it."""
        for sender in self.senders.values():
            sender.unplug()
        self.rest()
        self._house = None
        self.booth.close()

    def _enter(self, source: SourceId, stage: Stage) -> None:
        """A source that was connected already was so with a mixer that is gone."""
        one = stage.sources[source]
        self.senders[source] = Sender(one, self.booth)
        if source in stage.talking:
            self._say(SpeakingStopped(room=self.room, person=one.person, source=source))
        if source in stage.connected:
            gone = SourceDisconnected(room=self.room, source=source, person=one.person, reason=Gone.TAKEN_OVER)
            self._say(gone)

    def _leave(self, source: SourceId, why: Gone) -> None:
        sender = self.senders.pop(source)
        one = sender.registered
        self._learn(sender)
        sender.unplug()
        self._hush(sender, self.booth.tick)
        if why is not Gone.REPLACED:
            self._quit(one)
            self._given_up[source] = one  # until the fold has heard of it, too
        if sender.connected or why is not Gone.REPLACED:
            ssrc = None if why is Gone.REPLACED else one.ssrc
            self._say(SourceDisconnected(room=self.room, source=source, person=one.person, reason=why, ssrc=ssrc))

    def _quit(self, one: SourceRegistered) -> None:
        """What was heard alone is not there any more, nor what somebody talked with."""
        self.monitor.gone(one.source)
        if not any(other.registered.person == one.person for other in self.senders.values()):
            self.monitor.silent(one.person)
        if one.person not in self._listening():
            self.monitor.deaf(one.person)
        self.mix()

    def mix(self) -> None:
        """Tell the desk who is heard, and by whom."""
        listening = self._listening()
        for sender in self.senders.values():
            person = sender.registered.person
            sender.mix(
                self.monitor.bus(person, self.stage),
                opened=self.monitor.opened(person, self.stage),
                person=self._number(person),
                listens=person in listening,
                place=place(self.stage.seats.get(person, HOSTS)),
            )
        for sender in self.senders.values():
            if sender.registered.listens and sender.channel is not None:
                self._turn(sender.channel, sender.registered.person)
        for ear in self._ears.values():
            ear.channel.belongs(self._number(ear.person), listens=True)
            self._turn(ear.channel, ear.person)

    def _turn(self, channel: Channel, person: PersonId) -> None:
        """What somebody hears."""
        ear, source = self.monitor.ear(person, self.stage)
        alone = None if source is None else self.senders.get(source)
        channel.ear(ear, None if alone is None else alone.channel)

    def _listening(self) -> set[PersonId]:
        sending = {one.registered.person for one in self.senders.values() if one.registered.listens}
        return sending | {ear.person for ear in self._ears.values()}

    def _number(self, person: PersonId) -> int:
        return self._people.setdefault(person, len(self._people) + 1)

    def _learn(self, sender: Sender) -> None:
        heard, sender.heard = sender.heard, []
        for each in heard:
            self._became(sender, each)
        if sender.open:
            self._name(sender.track())

    def _became(self, sender: Sender, heard: Heard) -> None:
        one, tick = sender.registered, heard.tick
        match heard.fact:
            case Fact.CONNECTED if not sender.connected:
                sender.connected = True
                self._say(
                    SourceConnected(room=self.room, source=one.source, person=one.person, transport=one.transport), tick
                )
            case Fact.TALKING if not sender.talking:
                sender.talking = True
                self._say(SpeakingStarted(room=self.room, person=one.person, source=one.source), tick)
            case Fact.HUSHED:
                self._hush(sender, tick)
            case Fact.STALLED if sender.connected:
                self._say(SourceStalled(room=self.room, source=one.source, person=one.person), tick)
            case Fact.MISBEHAVED if heard.fault is not None:
                reason = heard.fault
                self._say(SourceMisbehaved(room=self.room, source=one.source, person=one.person, reason=reason), tick)
            case Fact.DISCONNECTED if sender.connected:
                self._hush(sender, tick)
                sender.lost(tick)
                gone = SourceDisconnected(room=self.room, source=one.source, person=one.person, reason=Gone.TIMEOUT)
                self._say(gone, tick)
            case _:
                pass

    def _hush(self, sender: Sender, tick: int) -> None:
        if sender.talking:
            sender.talking = False
            one = sender.registered
            self._say(SpeakingStopped(room=self.room, person=one.person, source=one.source), tick)

    def _name(self, track: Track | None) -> None:
        if track is not None:
            self._say(TrackStarted(room=self.room, title=track.title, artist=track.artist))

    def _alone(self) -> bool:
        """True while nobody of the open ones has anything to say."""
        there = [sender for sender in self.senders.values() if sender.connected and sender.open]
        if any(sender.talking for sender in there):
            self._unattended = False
        return not there or self._unattended

    def _say(self, fact: MediaEvent, tick: int | None = None) -> None:
        self._facts.append((fact, self.booth.tick if tick is None else tick))


def _whatever(_told: Told) -> None:
    """Who only listens has nothing to say."""
