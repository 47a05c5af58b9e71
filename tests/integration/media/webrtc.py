"""A mixer, an edge and a room on one broker; and aiortc, who shares no line of code with us, as the other side."""

import asyncio
import fractions
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from libs.events.event import Event
from libs.events.ids import PersonId, RoomId
from libs.events.jetstream.log import JetStreamLog
from libs.events.rooms import RoomEvent, Seat, SpeakerAdmitted
from libs.service.broker import Broker
from libs.service.identity import Issuer, Keys
from parlor.embedded.nats import NatsServer
from services.media.config import MixerSettings
from services.media.main import Mixer, build_mixer
from services.media.mixing.frame import Float
from tests.integration.media.station import ANA, Station, on_air

BEN = PersonId("benbenbenben")
JAZZ = RoomId("jazzjazzjazz")
SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
BOUND_S = 20.0
TICK = 960


class Stage:
    """The room is live, Ana hosts it, Ben sits on its stage."""

    def __init__(self, station: Station, mixer: Mixer, log: JetStreamLog) -> None:
        self.station = station
        self.mixer = mixer
        self.client = station.client
        self._log = log

    def bearer(self, person: PersonId) -> dict[str, str]:
        token = Issuer(Keys(self.station.signing_key), "https://localhost:8443").access_token(person)
        return {"Authorization": f"Bearer {token}"}

    def url(self, kind: str, room: str = JAZZ) -> str:
        return f"{self.station.url}/{kind}/{room}"

    async def post(self, kind: str, person: PersonId, sdp: str, **more: str) -> httpx.Response:
        headers = {"Content-Type": SDP, **self.bearer(person), **{k.replace("_", "-"): v for k, v in more.items()}}
        return await self.client.post(self.url(kind), content=sdp, headers=headers)

    async def ask(
        self, method: str, path: str, person: PersonId, headers: Mapping[str, str] = {}, content: str = ""
    ) -> httpx.Response:
        return await self.client.request(
            method, self.station.url + path, headers={**self.bearer(person), **headers}, content=content
        )

    async def said(self) -> list[Event]:
        return [recorded.event for recorded in await self._log.read_scope(JAZZ)]

    async def until(self, condition: Callable[[list[Event]], bool]) -> list[Event]:
        facts: list[Event] = []
        try:
            async with asyncio.timeout(BOUND_S):
                while not condition(facts := await self.said()):  # noqa: ASYNC110  # the log is another process
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not within {BOUND_S:g} s; said was {facts}") from None
        return facts

    async def rooms_say(self, *facts: RoomEvent) -> None:
        await self.station.happened(JAZZ, *facts)


@asynccontextmanager
async def on_stage(nats: NatsServer, folder: Path, bind: str = "127.0.0.1", **settings: Any) -> AsyncIterator[Stage]:
    """All of it."""
    async with on_air(nats, folder, **settings) as station:
        broker = await Broker.connect(nats.url_for("media"), "mixer", inbox="_INBOX_media")
        log = await JetStreamLog.open(broker.client)
        mixer = build_mixer(MixerSettings(bind=bind, rtp_port=0, icecast_port=0), broker, log)
        await mixer.start()
        try:
            await station.opened(JAZZ)
            await station.happened(JAZZ, SpeakerAdmitted(room=JAZZ, person=BEN, seat=Seat.SPEAKER, by=ANA))
            yield Stage(station, mixer, log)
        finally:
            await mixer.drain()
            await broker.drain()


class Voice(MediaStreamTrack):
    """Sound in real time, then silence."""

    kind = "audio"

    def __init__(self, sound: Float) -> None:
        super().__init__()
        self._sound = (np.clip(sound, -1, 1) * 32_767).astype(np.int16)
        self._at = 0
        self._begin: float | None = None

    async def recv(self) -> av.AudioFrame:
        """As MediaStreamTrack."""
        if self.readyState != "live":
            raise MediaStreamError
        now = asyncio.get_running_loop().time()
        self._begin = self._begin or now
        due = self._begin + self._at / 48_000
        while (left := due - asyncio.get_running_loop().time()) > 0:  # noqa: ASYNC110  # a microphone keeps time
            await asyncio.sleep(left)
        block = np.zeros(TICK, np.int16)
        piece = self._sound[self._at : self._at + TICK]
        block[: len(piece)] = piece
        frame = av.AudioFrame.from_ndarray(block[np.newaxis], "s16", "mono")
        frame.pts, frame.sample_rate, frame.time_base = self._at, 48_000, fractions.Fraction(1, 48_000)
        self._at += TICK
        return frame


class Client:
    """One aiortc connection and its session's URL."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.connection = connection
        self.location = ""
        self.etag = ""
        self.heard: list[Float] = []
        self._hearing: asyncio.Task[None] | None = None

    async def meet(self, stage: Stage, kind: str, person: PersonId) -> httpx.Response:
        """Offer, POST, take the answer."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        answered = await stage.post(kind, person, self.connection.localDescription.sdp)
        if answered.status_code == 201:
            self.location, self.etag = answered.headers["location"], answered.headers["etag"]
            await self.connection.setRemoteDescription(RTCSessionDescription(answered.text, "answer"))
        return answered

    async def state(self, wanted: str) -> None:
        async with asyncio.timeout(BOUND_S):
            while self.connection.connectionState != wanted:  # noqa: ASYNC110  # it has no event to wait for
                await asyncio.sleep(0.02)

    def hear(self) -> None:
        """Collect what comes."""
        (receiver,) = self.connection.getReceivers()
        self._hearing = asyncio.create_task(self._collect(receiver.track))

    async def heard_seconds(self, seconds: float) -> Float:
        """So much of it."""
        async with asyncio.timeout(BOUND_S):
            while sum(map(len, self.heard)) < seconds * 48_000:  # noqa: ASYNC110  # the network has no event for us
                await asyncio.sleep(0.05)
        return np.concatenate(self.heard)

    async def _collect(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.AudioFrame)
                block = frame.to_ndarray()[0].astype(np.float32) / 32_768
                self.heard.append(block[:: frame.layout.nb_channels])
        except MediaStreamError:
            return

    async def close(self) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
        await self.connection.close()


@asynccontextmanager
async def speaking(sound: Float) -> AsyncIterator[Client]:
    """A client that will send."""
    client = Client(RTCPeerConnection(RTCConfiguration(iceServers=[])))
    client.connection.addTransceiver(Voice(sound), direction="sendonly")
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def hearing() -> AsyncIterator[Client]:
    """A client that will listen."""
    client = Client(RTCPeerConnection(RTCConfiguration(iceServers=[])))
    client.connection.addTransceiver("audio", direction="recvonly")
    try:
        yield client
    finally:
        await client.close()
