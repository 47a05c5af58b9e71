"""The studio page as it is served: rooms and edge on one origin, mixers of their own, a browser that has a voice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import RoomId
from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from libs.service.part import Part
from parlor.demo.browser import MICROPHONE, Browser, browsing
from parlor.demo.recordings import load
from parlor.demo.wav import write
from parlor.embedded.nats import NatsServer
from services.media.distribution.config import EdgeConfig
from services.media.distribution.main import build_edge
from services.rooms.config import RoomsSettings
from services.rooms.main import build
from tests.integration.media.mixers import Studios, studios
from tests.integration.rooms.running import Lobby, Visitor, running

SPEECH = Path(__file__).parents[1] / "fixtures" / "speech"
SECRET = "a-secret-that-nobody-guesses"


class House:
    """Where rooms are opened, and the mixers behind them."""

    def __init__(self, url: str, mixers: Studios) -> None:
        self.url = url
        self.lobby = Lobby(url)
        self.mixers = mixers

    async def live(self, host: Visitor) -> RoomId:
        """A room on air, heard by the test."""
        room = RoomId((await host.post("/api/rooms", {"title": "Jazz at night"})).json()["room"])
        await self.mixers.hear(room)
        await host.post(f"/api/rooms/{room}/go-live")
        return room

    def studio(self, room: RoomId) -> str:
        """The page's address."""
        return f"{self.url}/studio/{room}"


@asynccontextmanager
async def house(nats: NatsServer, settings: RoomsSettings, database: AsyncEngine, folder: Path) -> AsyncIterator[House]:
    """All of it but the mixers."""
    brokers = [await Broker.connect(nats.url_for(user), user, user=user) for user in ("rooms", "media")]
    logs = [await JetStreamLog.open(broker.client) for broker in brokers]
    config = EdgeConfig(listen_secret=SECRET, signing_key_file=settings.signing_key_file, air_bytes=1 << 26)
    parts: list[Part] = [build(settings, brokers[0], logs[0], database), build_edge(config, brokers[1], logs[1])]
    try:
        async with running(parts) as url, studios(nats, folder) as mixers:
            made = House(url, mixers)
            yield made
            await made.lobby.client.aclose()
    finally:
        for broker in brokers:
            await broker.drain()


@asynccontextmanager
async def speaker(folder: Path, recording: str = "allison.opus") -> AsyncIterator[Browser]:
    """A browser whose microphone hears a recording, again and again."""
    file = folder / "voice.wav"
    write(file, load(SPEECH / recording))
    async with browsing(folder / "profile", *MICROPHONE, f"--use-file-for-fake-audio-capture={file}") as browser:
        yield browser


async def sign_in(browser: Browser, name: str) -> None:
    """By keyboard: the field has the focus."""
    await browser.until("document.activeElement?.id === 'name'")
    await browser.type(name)
    await browser.press("Enter")
