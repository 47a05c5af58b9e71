"""A whole edge on a loopback port with a real broker, and a mixer that the test holds in its hand."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import numpy as np
from nats.aio.client import Client
from numpy.typing import NDArray

from libs.events.air import AirFrames, air_subject
from libs.events.folded import Head
from libs.events.ids import Milliseconds, PersonId, RoomId, Samples
from libs.events.jetstream.air import AirStore
from libs.events.jetstream.log import JetStreamLog
from libs.events.ledger import Cause, write
from libs.events.media import MixStarted
from libs.events.rooms import RoomEnded, RoomEvent, RoomKind, RoomOpened, WentLive
from libs.events.subjects import room
from libs.events.telemetry import Telemetry
from libs.service.broker import Broker
from libs.service.http_app import build_app
from libs.service.http_limits import Limits
from libs.service.identity import new_signing_key
from libs.service.listen_tokens import listen_token
from libs.service.listening import Server, listen
from parlor.embedded.nats import NatsServer
from services.media.distribution.config import EdgeConfig
from services.media.distribution.formats import FORMATS
from services.media.distribution.main import Edge, build_edge
from services.media.distribution.publisher import AirPublisher
from services.media.distribution.rendition import Rendition

T = TypeVar("T", bound=Telemetry)

ANA = PersonId("anaanaanaana")
SECRET = "a-secret-that-nobody-guesses"
RATE = 48_000


def tone(samples: int, hertz: float, begin: int = 0) -> NDArray[np.int16]:
    """A steady tone whose phase follows media time."""
    t = (begin + np.arange(samples)) / RATE
    return (8_000 * np.sin(2 * np.pi * hertz * t)).astype(np.int16)


def decoded(name: str, stream: bytes) -> NDArray[np.int16]:
    """What ffmpeg hears."""
    command = ["ffmpeg", "-v", "error", "-f", name, "-i", "-", "-f", "s16le", "-ac", "1", "-ar", "48000", "-"]
    return np.frombuffer(subprocess.run(command, input=stream, stdout=subprocess.PIPE, check=True).stdout, np.int16)


class Mixer:
    """Sends one rendition of one room; as fast as it is told to."""

    def __init__(self, publisher: AirPublisher, room_id: RoomId, name: str, epoch: int, first: int) -> None:
        self.aired: list[tuple[int, bytes]] = []
        self.at = first
        self._publisher = publisher
        self._room = room_id
        self._name = name
        self._rendition = Rendition(room_id, name, epoch, Samples(first))

    async def play(self, seconds: float, hertz: float = 440.0) -> None:
        """So much of a tone."""
        samples = round(seconds * 50) * 960
        frames, segments = self._rendition.push(tone(samples, hertz, self.at), Samples(self.at))
        self.at += samples
        length = FORMATS[self._name].frame
        for message in frames:
            self.aired += [(message.mediatime + n * length, frame) for n, frame in enumerate(message.frames)]
        await self._publisher.send(self._room, self._name, frames, segments)
        await self._publisher.drain()

    async def play_unkept(self, seconds: float) -> None:
        """As `play`, without waiting for the store."""
        samples = round(seconds * 50) * 960
        frames, _ = self._rendition.push(tone(samples, 440.0, self.at), Samples(self.at))
        self.at += samples
        await self._publisher.send(self._room, self._name, frames, ())

    def stream(self, begin: int) -> bytes:
        """The bytes that went out from a media time on."""
        return b"".join(frame for at, frame in self.aired if at >= begin)


class Station:
    """Everything a test needs to be on air and to listen."""

    def __init__(self, url: str, brokers: dict[str, Broker], edge: Edge, operator: str) -> None:
        self.url = url
        self.signing_key = b""
        self.client = httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_keepalive_connections=0))
        self.edge = edge
        self.broker = brokers["media"]
        self.publisher = AirPublisher(self.broker, AirStore(self.broker.client))
        self.told: list[Telemetry] = []
        self._brokers = brokers
        self._operator = operator

    async def opened(self, name: str, kind: RoomKind = RoomKind.OPEN, *, live: bool = True) -> RoomId:
        """A room that the edge has heard of."""
        room_id = RoomId(name)
        facts: list[RoomEvent] = [RoomOpened(room=room_id, title=name, kind=kind, host=ANA)]
        await self.happened(room_id, *facts, *([WentLive(room=room_id)] if live else []))
        return room_id

    async def happened(self, room_id: RoomId, *facts: RoomEvent) -> None:
        """Facts of the rooms service, after those that are there; returns when the edge answers accordingly."""
        log = await JetStreamLog.open(self._brokers["rooms"].client)
        past = await log.read(room(room_id))
        head = Head(len(past), past[-1].position, past[-1].digest) if past else Head()
        cause = Cause(id=f"{room_id}-{len(past)}", correlationid="test", via="test", now=Milliseconds(0))  # type: ignore[arg-type]  # any unique text
        await log.append(room(room_id), write(room(room_id), list(facts), head, cause), expected=head.position)
        wanted = 410 if isinstance(facts[-1], RoomEnded) else 409 if isinstance(facts[-1], RoomOpened) else 200
        async with asyncio.timeout(5):
            while (await self.head(room_id)) not in (wanted, 401):
                await self.broker.client.flush()

    async def ended(self, room_id: RoomId) -> None:
        """The room is over."""
        await self.happened(room_id, RoomEnded(room=room_id, by=ANA))

    def token(self, room_id: RoomId, listener: str) -> str:
        """A genuine listen token."""
        return listen_token(SECRET.encode(), room_id, listener, 4_000_000_000)

    def listeners(self, room_id: RoomId, name: str) -> int:
        """Streams of a rendition that are open now."""
        return self.edge.listeners(room_id, name)

    async def lose_the_store(self) -> None:
        """The stream AIR is gone, as by an operator's mistake."""
        client = Client()
        await client.connect(self._operator)
        await client.jetstream().delete_stream("AIR")
        await client.close()

    async def owned(self, room_id: RoomId, epoch: int) -> None:
        """A mixer has taken the room."""
        log = await JetStreamLog.open(self.broker.client)
        about = room(room_id, "media", "mix")
        cause = Cause(id=f"mix-{room_id}-{epoch}", correlationid="test", via="test", now=Milliseconds(0))  # type: ignore[arg-type]  # any unique text
        past = await log.read(about)
        head = Head(len(past), past[-1].position, past[-1].digest) if past else Head()
        fact = MixStarted(room=room_id, epoch=epoch, first=Samples(0))
        await log.append(about, write(about, [fact], head, cause), expected=head.position)

    async def head(self, room_id: str, path: str = ".mp3") -> int:
        """The status that HEAD has."""
        return (await self.client.head(f"{self.url}/live/{room_id}{path}")).status_code

    def mixer(self, room_id: RoomId, name: str, epoch: int = 1, first: int = 0) -> Mixer:
        """A mixer that owns a room."""
        return Mixer(self.publisher, room_id, name, epoch, first)

    async def air(self, room_id: RoomId, name: str, message: AirFrames) -> None:
        """One message, as it is."""
        await self.broker.publish(air_subject(room_id, name), msgspec.msgpack.encode(message))

    async def hear(self, *beacons: type[Telemetry]) -> None:
        """Collect in `told` what the edge tells."""
        for each in beacons:
            await self.broker.hear(each, self.told.append)
        await self.broker.client.flush()

    async def heard(self, beacon: type[T], count: int) -> list[T]:
        """The first beacons of a kind, as soon as there are so many; at most ten seconds."""
        async with asyncio.timeout(10):
            while len(got := [each for each in self.told if isinstance(each, beacon)]) < count:
                await self.broker.client.flush()
        return got

    @asynccontextmanager
    async def listener(self, path: str) -> AsyncIterator["Listener"]:
        """Somebody who has begun to listen."""
        async with self.client.stream("GET", f"{self.url}{path}") as response:
            yield Listener(response)


class Listener:
    """One open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.got = b""
        self._chunks = response.aiter_raw()

    async def take(self) -> None:
        """Read what comes next, within two seconds."""
        async with asyncio.timeout(2):
            self.got += await anext(self._chunks)

    async def until(self, size: int, seconds: float = 10) -> bytes:
        """Read on until so many bytes have come."""
        async with asyncio.timeout(seconds):
            while len(self.got) < size:
                self.got += await anext(self._chunks)
        return self.got

    async def rest(self) -> bytes:
        """Read to the end of the stream."""
        async with asyncio.timeout(10):
            async for chunk in self._chunks:
                self.got += chunk
        return self.got


@asynccontextmanager
async def on_air(nats: NatsServer, folder: Path, **settings: Any) -> AsyncIterator[Station]:
    """A station with one edge."""
    key = folder / "signing.pem"
    key.write_bytes(new_signing_key())
    config = EdgeConfig(listen_secret=SECRET, signing_key_file=key, air_bytes=1 << 26, **settings)
    async with AsyncExitStack() as stack:
        brokers = {}
        for user in ("rooms", "media"):
            brokers[user] = await Broker.connect(nats.url_for(user), user)
            stack.push_async_callback(brokers[user].drain)
        log = await JetStreamLog.open(brokers["media"].client)
        edge = build_edge(config, brokers["media"], log)
        await edge.start()
        stack.push_async_callback(edge.drain)
        sock = listen("127.0.0.1", 0, "HTTP_PORT")
        app = build_app(edge.routers, asyncio.Event(), Limits(rate=0))
        server = Server(app, grace=2)
        serving = asyncio.create_task(server.serve([sock]))

        async def stop() -> None:
            server.stop()
            await edge.drain()
            await serving

        stack.push_async_callback(stop)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        station = Station(url, brokers, edge, nats.url_for())
        station.signing_key = key.read_bytes()
        stack.push_async_callback(station.client.aclose)
        yield station
