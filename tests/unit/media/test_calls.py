"""WebRTC calls at the console: who is heard, who hears whom, and what ends a call."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

import msgspec
import numpy as np
import pytest

from libs.events.air import TICK
from libs.events.ids import PersonId
from libs.events.media import MediaEvent, SourceConnected, SourceDisconnected, SourceRegistered, Transport
from libs.events.rooms import RoomEnded, RoomEvent, SpeakerLeftStage
from services.media.calls import Call
from services.media.deck import Deck
from services.media.mixing.frame import Float
from services.media.mixing.opus import Decoder, Encoder
from services.media.transport.ice import CONSENT, Credentials
from services.media.transport.route import Route
from services.media.transport.rtcp import Block, ReceiverReport, build
from tests.unit.media.evening import (
    ANA,
    ANAS,
    BEN,
    BENS,
    ROOM,
    Shift,
    ben_admitted,
    ben_muted,
    deck,
    live,
    opened,
    stage,
)
from tests.unit.media.mixing.sounds import tone
from tests.unit.media.transport.client import Client

E = TypeVar("E", SourceConnected, SourceDisconnected)

SOURCES = {ANA: ANAS, BEN: BENS}


def registered(person: PersonId) -> SourceRegistered:
    return SourceRegistered(
        room=ROOM, source=SOURCES[person], person=person, name="page", transport=Transport.WEBRTC, ssrc=3
    )


def caller(name: str, port: int) -> tuple[Client, socket.socket]:
    """A connected client, with names and a UDP socket of its own, from which the desk sees it come."""
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.connect(("127.0.0.1", port))
    wire.setblocking(False)
    host, number = wire.getsockname()
    client = Client(name, ours=Credentials(f"name{number}", "aPasswordOfOursWith0042"))
    client.route = Route(host, number)
    return client.connect(), wire


class Speaker:
    """A client that says a tone, 20 ms a tick."""

    def __init__(self, port: int, hertz: float) -> None:
        self.client, self.socket = caller("chromium-sends", port)
        self._sound = tone(hertz, 4.0, 0.2)
        self._encoder = Encoder()
        self._at = 0

    def packet(self) -> bytes:
        frame = self._sound[self._at : self._at + TICK]
        self._at += TICK
        return self.client.protected(self._encoder.encode(frame))


class Stage(Shift):
    """A console with Ana and Ben on the stage of one room, and a wire between the desk and in-memory clients."""

    def __init__(self, made: Deck) -> None:
        super().__init__(made)
        self.happened: list[RoomEvent | MediaEvent] = [opened, live, ben_admitted, registered(ANA), registered(BEN)]
        self.ended: list[tuple[str, str]] = []
        self.speakers: dict[str, Speaker] = {}
        self.ears: list[Ear] = []
        self.wires: list[socket.socket] = []
        self.console.calls.tell(lambda key, why: self.ended.append((key, why)))
        made.desk.turn(1_000)
        self.own(*self.happened)

    def settle(self, *facts: RoomEvent | MediaEvent) -> None:
        self.happened += facts
        self.console.settle(stage(*self.happened))

    def begins(self, key: str, person: PersonId, client: Client, place: SourceRegistered | None = None) -> None:
        client.now = self.console.now
        self.console.calls.begin(Call(key, ROOM, person, place, client.peer))
        self.console.take(client.request(), client.route)

    def speaks(self, key: str, person: PersonId, hertz: float) -> None:
        speaker = Speaker(self.deck.port, hertz)
        self.speakers[key] = speaker
        self.wires.append(speaker.socket)
        self.begins(key, person, speaker.client, registered(person))

    def hears(self, key: str, person: PersonId) -> "Ear":
        ear = Ear(self.deck.port)
        self.ears.append(ear)
        self.wires.append(ear.socket)
        self.begins(key, person, ear.client)
        return ear

    def sounds(self, count: int) -> None:
        for _ in range(count):
            for speaker in self.speakers.values():
                speaker.socket.send(speaker.packet())
            self.steps(1)
            for ear in self.ears:
                ear.take()

    def said(self, kind: type[E]) -> list[E]:
        return [fact for fact, _ in self.out.facts if isinstance(fact, kind)]


@pytest.fixture
def shift() -> Iterator[Stage]:
    with deck() as made:
        began = Stage(made)
        yield began
        for each in began.wires:
            each.close()


class Ear:
    """What a client makes of what comes."""

    def __init__(self, port: int) -> None:
        self.client, self.socket = caller("chromium-hears", port)
        self._decoder = Decoder()
        self._heard: list[Float] = []
        self.celt: list[bool] = []

    def take(self) -> None:
        assert self.client.srtp is not None
        with suppress(BlockingIOError):
            while data := self.socket.recv(2_000):
                if data[0] == 0x80 and data[1] & 0x7F == self.client.offer.opus:
                    payload = self.client.srtp.unprotect(data)[12:]
                    self.celt.append(payload[0] >> 3 >= 16)
                    self._heard.append(self._decoder.decode(payload).copy())

    def level(self, hertz: float) -> float:
        """How loud a tone is in the last half second, in dBFS."""
        sound = np.concatenate(self._heard)[-24_000:]
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) / len(sound) * 4
        at = round(hertz * len(sound) / 48_000)
        return float(20 * np.log10(max(spectrum[at - 2 : at + 3].max(), 1e-9)))


def test_each_hears_the_others_and_nothing_of_themselves(shift: Stage) -> None:
    shift.speaks("ana", ANA, 500)
    shift.speaks("ben", BEN, 1_300)
    to_ana, to_ben = shift.hears("to-ana", ANA), shift.hears("to-benny", BEN)
    shift.sounds(100)
    assert to_ana.level(1_300) > -20
    assert to_ben.level(500) > -20
    assert to_ana.level(500) < to_ana.level(1_300) - 50
    assert to_ben.level(1_300) < to_ben.level(500) - 50
    assert {fact.transport for fact in shift.said(SourceConnected)} == {Transport.WEBRTC}


def test_whose_reports_say_loss_is_sent_packets_that_stand_it(shift: Stage) -> None:
    shift.speaks("ana", ANA, 500)
    ear = shift.hears("to-benny", BEN)
    shift.sounds(20)
    assert all(ear.celt)
    client = ear.client
    assert client.srtp is not None
    assert client.peer.downlink is not None
    for seconds in (0, 5):
        client.now = shift.console.now + seconds * 48_000
        report = ReceiverReport(1, (Block(client.peer.downlink.ssrc, 26, 9, 99, 0, 0, 0),))
        client.peer.datagram_received(client.srtp.protect_rtcp(build([report])), client.route, client.now)
    ear.celt.clear()
    shift.sounds(20)
    assert not any(ear.celt[-10:])
    assert ear.level(500) > -30


def test_who_is_muted_is_not_heard_on_the_stage_either(shift: Stage) -> None:
    shift.speaks("ana", ANA, 500)
    shift.speaks("ben", BEN, 1_300)
    ear = shift.hears("to-ana", ANA)
    shift.settle(ben_muted)
    shift.sounds(100)
    assert ear.level(1_300) < -70


def test_before_the_room_is_live_those_with_a_seat_hear_each_other_by_webrtc_too(shift: Stage) -> None:
    shift.happened.remove(live)
    shift.settle()
    shift.speaks("ben", BEN, 1_300)
    ear = shift.hears("to-ana", ANA)
    shift.sounds(60)
    assert ear.level(1_300) > -20


def test_who_leaves_the_stage_loses_both_calls(shift: Stage) -> None:
    shift.speaks("ben", BEN, 1_300)
    shift.hears("to-ben", BEN)
    shift.sounds(10)
    shift.settle(SpeakerLeftStage(room=ROOM, person=BEN, by=ANA))
    shift.sounds(1)
    assert shift.ended == [("ben", "left-stage"), ("to-ben", "left-stage")]
    assert [(fact.person, fact.reason) for fact in shift.said(SourceDisconnected)] == [(BEN, "left-stage")]


def test_the_end_of_the_room_is_the_end_of_its_calls(shift: Stage) -> None:
    shift.speaks("ben", BEN, 1_300)
    shift.settle(RoomEnded(room=ROOM, by=ANA))
    shift.sounds(1)
    assert [key for key, _ in shift.ended] == ["ben"]
    assert len(shift.console.calls.peers) == 0


def test_a_room_that_goes_to_another_mixer_takes_its_calls_away(shift: Stage) -> None:
    shift.speaks("ben", BEN, 1_300)
    shift.console.lose(ROOM)
    assert [key for key, _ in shift.ended] == ["ben"]


def test_a_new_call_for_the_same_source_takes_over_from_the_old_one(shift: Stage) -> None:
    shift.speaks("old", BEN, 1_300)
    shift.sounds(20)
    old = shift.speakers.pop("old")
    shift.speaks("new", BEN, 700)
    ear = shift.hears("to-ana", ANA)
    shift.speakers["old"] = old
    shift.sounds(60)
    assert shift.ended == [("old", "replaced")]
    assert ear.level(700) > -20
    assert ear.level(1_300) < -70


def test_a_call_that_is_deleted_gives_up_its_place(shift: Stage) -> None:
    shift.speaks("ben", BEN, 1_300)
    shift.sounds(10)
    shift.console.calls.end("ben", "deleted")
    shift.sounds(2)
    assert [(fact.person, fact.reason) for fact in shift.said(SourceDisconnected)] == [(BEN, "closed")]
    assert shift.ended == [("ben", "deleted")]


def test_a_peer_that_is_not_heard_of_for_thirty_seconds_is_given_up(shift: Stage) -> None:
    shift.speaks("ben", BEN, 1_300)
    shift.sounds(10)
    shift.speakers.clear()
    shift.sounds(CONSENT // TICK + 10)
    assert shift.ended == [("ben", "consent-expired")]
    assert [fact.reason for fact in shift.said(SourceDisconnected)] == ["timeout", "expired"]


def test_somebody_without_a_seat_is_turned_away_at_the_door(shift: Stage) -> None:
    shift.hears("carlo", PersonId("carlocarlocarlo"))
    assert shift.ended == [("carlo", "left-stage")]


def test_a_call_s_packets_are_no_plain_rtp(shift: Stage) -> None:
    shift.speaks("ben", BEN, 1_300)
    shift.sounds(5)
    counts = shift.deck.desk.counts()
    assert counts["taken"] == 5
    assert counts["unknown-ssrc"] == 0


def test_a_place_that_was_given_up_is_not_taken_again_while_the_log_is_behind(shift: Stage) -> None:
    shift.speaks("ben", BEN, 1_300)
    shift.sounds(10)
    shift.console.calls.end("ben", "deleted")
    shift.settle(ben_muted)
    shift.sounds(2)
    assert [fact.reason for fact in shift.said(SourceDisconnected)] == ["closed"]
    (closed,) = shift.said(SourceDisconnected)
    shift.settle(closed)
    shift.settle(registered(BEN))
    shift.speakers.clear()
    shift.speaks("again", BEN, 700)
    shift.sounds(10)
    assert len(shift.said(SourceConnected)) == 2


def test_the_old_calls_sound_is_not_taken_for_the_new_one(shift: Stage) -> None:
    shift.speaks("old", BEN, 1_300)
    shift.sounds(10)
    shift.settle(msgspec.structs.replace(registered(BEN), ssrc=4))
    shift.sounds(20)
    assert len(shift.said(SourceConnected)) == 1
    assert [fact.reason for fact in shift.said(SourceDisconnected)] == ["replaced"]
