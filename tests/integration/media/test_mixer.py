"""The whole mixer on a real nats-server: packets of real speech in, frames on the air out, facts in the log."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from libs.events.air import AirFrames, air_subject, frames_codec
from libs.events.command import Command, Rejected
from libs.events.event import Event
from libs.events.folded import Head
from libs.events.fresh import fresh_command_id, fresh_event_id, fresh_id
from libs.events.ids import START, Milliseconds, PersonId, RoomId, Samples
from libs.events.jetstream.log import JetStreamLog
from libs.events.ledger import Cause, write
from libs.events.media import MixStarted, SourceConnected, SpeakingStarted, StreamReady
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened, Seat, SpeakerAdmitted, SpeakerMuted, WentLive
from libs.events.subjects import room as room_aggregate
from libs.events.telemetry import ClockBeacon, RenditionWanted
from libs.service.broker import Broker
from libs.service.commands import send_command
from parlor import rtp
from parlor.embedded.nats import NatsServer
from services.media.config import MixerSettings
from services.media.main import Mixer, build_mixer
from services.media.mixing.frame import Float
from services.media.mixing.quantise import widen
from services.media.registration import COMMAND, Registered, RegisterSource, source_aggregate
from services.media.sources.recording import frames

SPEECH = Path(__file__).parents[2] / "fixtures" / "speech"
ANA, BEN = PersonId("anaanaanaana"), PersonId("benbenbenben")
BOUND_S = 20.0
STRETCH = 19_200
"""Samples: 400 ms."""


class Hall:
    """A mixer, a log in which rooms speak, and ears on the air."""

    def __init__(self, mixer: Mixer, operator: Broker, log: JetStreamLog) -> None:
        self.mixer = mixer
        self.operator = operator
        self.log = log
        self.room = RoomId(fresh_id())
        self.air: dict[str, list[AirFrames]] = {"aac": [], "mp3": []}
        self.beacons: list[ClockBeacon] = []

    async def listen(self) -> None:
        async def frame(subject: str, data: bytes) -> None:
            self.air[subject.rpartition(".")[2]].append(frames_codec.decode(data))

        await self.operator.listen(air_subject(self.room, "*"), frame)
        await self.operator.hear(ClockBeacon, self.beacons.append)

    async def rooms_say(self, *facts: Event) -> None:
        about = room_aggregate(self.room)
        past = await self.log.read(about)
        head = Head(past[-1].envelope.revision, past[-1].position, past[-1].digest) if past else Head()
        identity = fresh_event_id()
        cause = Cause(id=identity, correlationid=identity, via="test", now=Milliseconds(0), roomid=self.room)
        await self.log.append(about, write(about, list(facts), head, cause), expected=head.position if past else START)

    async def register(self, person: PersonId, by: PersonId | None = None) -> Registered | Rejected:
        command = Command(
            id=fresh_command_id(),
            subject=source_aggregate(self.room, person, "main").name,
            actor=by or person,
            via="test",
            correlationid="test",
            data=msgspec.Raw(msgspec.json.encode(RegisterSource(person=person, name="main"))),
        )
        return await send_command(
            self.operator, "media", self.room, COMMAND, command, Milliseconds(5_000), accepted=Registered
        )

    async def place(self, person: PersonId) -> Registered:
        registered = await self.register(person)
        assert isinstance(registered, Registered)
        return registered

    async def said(self) -> list[Event]:
        return [recorded.event for recorded in await self.log.read_scope(self.room)]

    async def until(self, condition: Callable[[list[Event]], bool]) -> list[Event]:
        async with asyncio.timeout(BOUND_S):
            while not condition(facts := await self.said()):  # noqa: ASYNC110  # the log is another process
                await asyncio.sleep(0.05)
        return facts

    async def aired(self, rendition: str, seconds: float) -> None:
        """Until so much of a rendition was heard."""
        async with asyncio.timeout(BOUND_S):
            while sum(each.duration for each in self.air[rendition]) < 48_000 * seconds:  # noqa: ASYNC110  # so is the mixer
                await asyncio.sleep(0.05)

    def heard(self, rendition: str) -> tuple[Float, Samples]:
        """What a decoder makes of the air, and the media time of its first sample."""
        made = sorted(self.air[rendition], key=lambda each: each.mediatime)
        stream = io.BytesIO(b"".join(frame for each in made for frame in each.frames))
        sound = [
            frame.to_ndarray()[0].astype(np.float32) for frame in av.open(stream, "r", format=rendition).decode(audio=0)
        ]
        return np.concatenate(sound), made[0].mediatime


@pytest.fixture
async def hall(nats_server: NatsServer) -> AsyncIterator[Hall]:
    broker = await Broker.connect(nats_server.url_for("media"), "mixer", inbox="_INBOX_media")
    operator = await Broker.connect(nats_server.url_for(), "operator")
    log = await JetStreamLog.open(operator.client)
    mixer = build_mixer(MixerSettings(rtp_port=0, icecast_port=0), broker, await JetStreamLog.open(broker.client))
    await mixer.start()
    hall = Hall(mixer, operator, log)
    await hall.listen()
    yield hall
    await mixer.drain()
    await broker.drain()
    await operator.drain()


def open_room(room: RoomId, automation: str | None = None) -> list[Event]:
    opened = RoomOpened(room=room, title="Jazz", kind=RoomKind.OPEN, host=ANA, automation=automation)
    return [opened, WentLive(room=room), SpeakerAdmitted(room=room, person=BEN, seat=Seat.SPEAKER, by=ANA)]


def speech(name: str) -> Float:
    return np.concatenate([widen(pcm) for pcm in frames(SPEECH / f"{name}.opus")])


def likenesses(heard: Float, spoken: Float) -> list[float]:
    """For each loud stretch of 400 ms: its best normalised correlation with any place in what was heard."""
    stretches = [spoken[at : at + STRETCH] for at in range(0, len(spoken) - STRETCH, STRETCH)]
    loudest = max(float(np.abs(part).max()) for part in stretches)
    return [likeness(heard, part) for part in stretches if np.abs(part).max() > loudest / 2]


def likeness(heard: Float, part: Float) -> float:
    size = len(part)
    length = 1 << (len(heard) + size).bit_length()
    cross = np.fft.irfft(np.fft.rfft(heard, length) * np.conj(np.fft.rfft(part, length)), length)[: len(heard) - size]
    summed = np.concatenate(((0.0,), np.cumsum(heard.astype(np.float64) ** 2)))
    power = np.sqrt(np.maximum(summed[size : size + len(cross)] - summed[: len(cross)], 1e-3))
    return float((np.abs(cross) / power).max() / np.sqrt((part.astype(np.float64) ** 2).sum()))


async def test_speech_goes_in_by_rtp_and_comes_out_of_the_air_but_not_whoever_is_muted(hall: Hall) -> None:
    await hall.rooms_say(*open_room(hall.room), SpeakerMuted(room=hall.room, person=BEN, by=ANA))
    await hall.until(lambda facts: len(facts) == 4)
    ana, ben = await hall.place(ANA), await hall.place(BEN)
    sending = [
        asyncio.create_task(rtp.send(SPEECH / f"{name}.opus", at.host, at.port, at.ssrc, at.payload_type))
        for name, at in (("allison", ana), ("carlo", ben))
    ]
    facts = await hall.until(lambda facts: any(isinstance(fact, StreamReady) for fact in facts))
    await hall.until(lambda facts: sum(isinstance(fact, SourceConnected) for fact in facts) == 2)
    await hall.aired("aac", 8)
    for task in sending:
        task.cancel()
    facts = await hall.said()
    assert [fact.person for fact in facts if isinstance(fact, SpeakingStarted)].count(BEN) == 0
    assert [fact.person for fact in facts if isinstance(fact, SpeakingStarted)].count(ANA) >= 1
    sound, _ = hall.heard("aac")
    of_ana = likenesses(sound, speech("allison")[: 48_000 * 6])
    of_ben = likenesses(sound, speech("carlo")[: 48_000 * 6])
    assert np.median(of_ana) > 0.9, "packets that a busy machine delays may cost a stretch, not half of them"
    assert max(of_ben) < 0.6
    ready = [fact for fact in facts if isinstance(fact, StreamReady)]
    assert [(fact.rendition, fact.epoch, fact.path) for fact in ready] == [("aac", 1, f"/live/{hall.room}.aac")]


async def test_the_house_programme_is_on_air_and_mp3_only_when_wanted(hall: Hall) -> None:
    await hall.rooms_say(*open_room(hall.room, automation="house"))
    await hall.until(lambda facts: any(isinstance(fact, StreamReady) for fact in facts))
    assert hall.air["mp3"] == []
    broker = hall.operator
    await broker.tell(RenditionWanted(room=hall.room, rendition="mp3"), hall.room)
    await hall.aired("mp3", 1)
    sound, begin = hall.heard("mp3")
    assert begin % 1152 == 0
    assert np.abs(sound[9_600:]).max() > 0.01
    assert hall.beacons
    assert {beacon.epoch for beacon in hall.beacons} == {1}


async def test_who_has_no_seat_gets_no_place_and_the_end_of_the_room_ends_the_mix(hall: Hall) -> None:
    await hall.rooms_say(*open_room(hall.room))
    await hall.until(lambda facts: len(facts) == 3)
    stranger = PersonId("strangerxxxx")
    answers = [await hall.register(stranger), await hall.register(BEN, by=stranger)]
    assert [each.code for each in answers if isinstance(each, Rejected)] == ["not-seated", "not-your-source"]
    assert isinstance(await hall.register(BEN, by=ANA), Registered)
    await hall.until(lambda facts: any(isinstance(fact, MixStarted) for fact in facts))
    await hall.rooms_say(RoomEnded(room=hall.room, by=ANA))
    facts = await hall.until(lambda facts: type(facts[-1]).__name__ == "MixStopped")
    assert "SourceDisconnected" in {type(fact).__name__ for fact in facts}
    assert [each.code for each in [await hall.register(BEN)] if isinstance(each, Rejected)] == ["no-such-room"]


async def test_a_mixer_that_comes_back_goes_on_later_in_the_next_epoch(nats_server: NatsServer) -> None:
    operator = await Broker.connect(nats_server.url_for(), "operator")
    log = await JetStreamLog.open(operator.client)
    ends: list[Samples] = []
    starts: list[MixStarted] = []
    hall: Hall | None = None
    for epoch in (1, 2):
        broker = await Broker.connect(nats_server.url_for("media"), "mixer", inbox="_INBOX_media")
        mixer = build_mixer(MixerSettings(rtp_port=0, icecast_port=0), broker, await JetStreamLog.open(broker.client))
        await mixer.start()
        hall = hall or Hall(mixer, operator, log)
        if epoch == 1:
            await hall.listen()
            await hall.rooms_say(*open_room(hall.room, automation="house"))
        await hall.until(lambda facts, epoch=epoch: [*map(type, facts)].count(StreamReady) == epoch)  # type: ignore[misc]
        ends.append(max(Samples(each.mediatime + each.duration) for each in hall.air["aac"]))
        starts = [fact for fact in await hall.said() if isinstance(fact, MixStarted)]
        await mixer.drain()
        await broker.drain()
    await operator.drain()
    assert [fact.epoch for fact in starts] == [1, 2]
    assert starts[1].first >= ends[0]
