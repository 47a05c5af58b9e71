"""Two mixers: an encoder comes to either, and is heard in the room that the other has."""

import asyncio
import base64
import shutil
from pathlib import Path

import pytest

from libs.events.media import SourceConnected, SourceDisconnected, TrackStarted
from libs.service.broker import Broker
from libs.service.source_keys import KeyHolder, key_digest, new_source_key
from parlor.embedded.nats import NatsServer
from tests.integration.media.mixers import ANA, BOUND_S, studios
from tests.integration.media.office import Office

FFMPEG = shutil.which("ffmpeg") or ""
pytestmark = pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not on this machine; it is the encoder here")


async def test_an_encoder_may_come_to_any_mixer(nats_server: NatsServer, tmp_path: Path) -> None:
    broker = await Broker.connect(nats_server.url_for("rooms"), "rooms", user="rooms")
    office = Office(broker)
    await office.open()
    async with studios(nats_server, tmp_path) as pair:
        for name in ("left", "right"):
            await pair.mixer(name)
        room = await pair.room()
        await pair.aired(room, 1)
        owner = await pair.owner(room)
        await pair.until(lambda: all(beat.encoders for beat in pair.beats.values()))
        (other,) = [beat for beat in pair.beats.values() if not beat.mixer.startswith(owner.name)]
        host, _, port = other.encoders.rpartition(" ")
        key = new_source_key()
        office.holders[key_digest(key) or b""] = KeyHolder(id="key", person=ANA, name="desk", room=room)

        encoder = await asyncio.create_subprocess_exec(
            *(FFMPEG, "-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "sine=duration=60", "-c:a", "libmp3lame"),
            *("-content_type", "audio/mpeg", "-f", "mp3", f"icecast://source:{key}@{host}:{port}/{room}"),
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            await pair.said(room, SourceConnected, 1)
            reader, writer = await asyncio.open_connection(host, int(port))
            basic = base64.b64encode(f"source:{key}".encode()).decode()
            call = f"GET /admin/metadata?mode=updinfo&mount=/{room}&song=Boats HTTP/1.0\r\nAuthorization: Basic {basic}"
            writer.write(f"{call}\r\n\r\n".encode())
            assert (await asyncio.wait_for(reader.read(), BOUND_S)).startswith(b"HTTP/1.0 200 OK")
            writer.close()
            async with asyncio.timeout(BOUND_S):
                while "Boats" not in {fact.title for fact in await pair.facts(room, TrackStarted)}:  # noqa: ASYNC110  # by another process
                    await asyncio.sleep(0.05)
            await office.revoke("key")
            await asyncio.wait_for(encoder.communicate(), BOUND_S)
            assert [fact.reason for fact in await pair.said(room, SourceDisconnected, 1)] == ["closed"]
        finally:
            if encoder.returncode is None:
                encoder.kill()
                await encoder.communicate()
    await broker.drain()
