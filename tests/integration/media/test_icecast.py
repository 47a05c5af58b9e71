"""Real encoders into a real mixer: ffmpeg and ezstream send, the programme is decoded and compared."""

import asyncio
import base64
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
import numpy as np
import pytest

from libs.events.ids import Lufs, PersonId
from libs.events.media import SourceConnected, SourceDisconnected, SourceRegistered, TrackStarted
from libs.events.rooms import SpeakerLeftStage
from libs.service.broker import Broker
from libs.service.source_keys import KeyHolder, key_digest, new_source_key
from parlor.embedded.nats import NatsServer
from tests.integration.media.office import Office
from tests.integration.media.test_mixer import ANA, BEN, BOUND_S, Hall, hall, open_room

__all__ = ["hall"]

HERTZ = 440
FFMPEG = shutil.which("ffmpeg")
pytestmark = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not on this machine; it is the encoder here")

FORMATS: Mapping[str, Sequence[str]] = {
    "mp3": ("-c:a", "libmp3lame", "-b:a", "128k", "-content_type", "audio/mpeg", "-f", "mp3"),
    "aac": ("-c:a", "aac", "-b:a", "128k", "-content_type", "audio/aac", "-f", "adts"),
    "opus": ("-c:a", "libopus", "-b:a", "96k", "-content_type", "audio/ogg", "-f", "ogg"),
    "vorbis": ("-c:a", "libvorbis", "-b:a", "128k", "-content_type", "application/ogg", "-f", "ogg"),
    "flac": ("-c:a", "flac", "-content_type", "application/ogg", "-f", "ogg"),
}


def key_of(office: Office, hall: Hall, person: PersonId, name: str = "desk") -> str:
    """A new key for the hall's room."""
    key = new_source_key()
    office.holders[key_digest(key) or b""] = KeyHolder(id=f"key-{name}", person=person, name=name, room=hall.room)
    return key


@pytest.fixture
async def office(nats_server: NatsServer) -> AsyncIterator[Office]:
    broker = await Broker.connect(nats_server.url_for("rooms"), "rooms", user="rooms")
    office = Office(broker)
    await office.open()
    yield office
    await broker.drain()


class Encoder:
    """ffmpeg, as fast as the sound is, for as long as it is let."""

    def __init__(self, hall: Hall, key: str, form: str = "mp3", *, mount: str = "", old: bool = False) -> None:
        host, port = hall.mixer.encoders
        self.url = f"icecast://source:{quote(key)}@{host}:{port}/{mount or hall.room}"
        self.form, self.old = form, old

    async def start(self, seconds: int = 60, pace: Sequence[str] = ("-re",)) -> None:
        stereo = f"sine=frequency={HERTZ}:duration={seconds}:sample_rate=44100,volume=6dB"
        self.process = await asyncio.create_subprocess_exec(
            *(FFMPEG or "", "-v", "error", "-nostdin", *pace, "-f", "lavfi", "-i", stereo, "-ac", "2"),
            *("-metadata", "title=Harbour", "-metadata", "artist=The Boats", "-flush_packets", "1"),
            *("-legacy_icecast", str(int(self.old)), *FORMATS[self.form], self.url),
            stderr=asyncio.subprocess.PIPE,
        )

    async def ended(self) -> str:
        """What it said, once it has ended."""
        _, said = await asyncio.wait_for(self.process.communicate(), BOUND_S)
        return said.decode(errors="replace")

    async def stop(self) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.communicate()


@contextlib.asynccontextmanager
async def sending(encoder: Encoder, **more: object) -> AsyncIterator[Encoder]:
    await encoder.start(**more)  # type: ignore[arg-type]  # as Encoder.start says
    try:
        yield encoder
    finally:
        await encoder.stop()


async def ask(hall: Hall, request: str) -> str:
    """The answer to a request, as it comes over the line."""
    reader, writer = await asyncio.open_connection(*hall.mixer.encoders)
    writer.write(request.encode())
    try:
        return (await asyncio.wait_for(reader.read(2_000), BOUND_S)).decode()
    finally:
        writer.close()


def basic(key: str) -> str:
    return "Authorization: Basic " + base64.b64encode(f"source:{key}".encode()).decode()


def title_call(hall: Hall, key: str, query: str) -> str:
    return f"GET /admin/metadata?mode=updinfo&mount=/{hall.room}&{query} HTTP/1.0\r\n{basic(key)}\r\n\r\n"


async def opened(hall: Hall, loudness: Lufs | None = None) -> None:
    first, *more = open_room(hall.room)
    await hall.rooms_say(msgspec.structs.replace(first, loudness=loudness), *more)
    await hall.until(lambda facts: len(facts) == 3)


async def connected(hall: Hall, count: int = 1) -> None:
    await hall.until(lambda facts: sum(isinstance(fact, SourceConnected) for fact in facts) == count)


@pytest.mark.parametrize(
    ("form", "method"),
    [("mp3", "PUT"), ("mp3", "SOURCE"), ("aac", "SOURCE"), ("opus", "PUT"), ("vorbis", "SOURCE"), ("flac", "PUT")],
)
async def test_what_an_encoder_sends_is_on_the_programme_in_pitch_and_level(
    hall: Hall, office: Office, form: str, method: str
) -> None:
    await opened(hall, Lufs(-19))  # as loud as what is sent, which so keeps its level
    async with sending(Encoder(hall, key_of(office, hall, BEN), form, old=method == "SOURCE")):
        await connected(hall)
        await hall.aired("aac", 5)
    facts = await hall.said()
    registered = next(fact for fact in facts if isinstance(fact, SourceRegistered))
    assert (registered.person, registered.name, registered.transport) == (BEN, "desk", "icecast")
    sound, _ = hall.heard("aac")
    tone = sound[-96_000:-48_000]
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone))))
    assert int(spectrum.argmax()) == HERTZ
    # ffmpeg's sine is 1/8 of full scale, +6 dB, and -3 dB from mono to stereo
    level = 20 * np.log10(np.sqrt(np.mean(tone**2)))
    assert level == pytest.approx(20 * np.log10(1 / 8) - 3.01 + 6 - 3.01, abs=1)
    rest = np.copy(spectrum)
    rest[HERTZ - 5 : HERTZ + 6] = 0
    assert (rest**2).sum() < (spectrum**2).sum() / 1000, "no clicks, no holes"
    if form != "aac":
        tracks = [(fact.title, fact.artist) for fact in facts if isinstance(fact, TrackStarted)]
        assert tracks == [("Harbour", "The Boats")]


async def test_a_title_call_becomes_a_track_once_and_in_any_charset(hall: Hall, office: Office) -> None:
    await opened(hall)
    key = key_of(office, hall, ANA)
    async with sending(Encoder(hall, key, "aac")):
        await connected(hall)
        for query in ("song=Mar%EDa%20-%20Luz&charset=ISO-8859-1", "song=Mar%C3%ADa%20-%20Luz", "song=Caf%C3%A9+blues"):
            answer = await ask(hall, title_call(hall, key, query))
            assert answer.startswith("HTTP/1.0 200 OK")
            assert "<return>1</return>" in answer
            await hall.until(lambda facts: any(isinstance(fact, TrackStarted) for fact in facts))
        facts = await hall.until(lambda facts: sum(isinstance(fact, TrackStarted) for fact in facts) == 2)
        assert (await ask(hall, title_call(hall, new_source_key(), "song=x"))).startswith("HTTP/1.0 401 ")
    tracks = [(fact.title, fact.artist) for fact in facts if isinstance(fact, TrackStarted)]
    assert tracks == [("Luz", "María"), ("Café blues", "")]
    assert (await ask(hall, title_call(hall, key, "song=x"))).startswith("HTTP/1.0 404 ")


async def test_who_is_not_let_in_is_told_why(hall: Hall, office: Office) -> None:
    await opened(hall)
    key, stranger = key_of(office, hall, BEN), key_of(office, hall, PersonId("strangerxxxx"), "other")
    for head, status in (
        (f"PUT /{hall.room} HTTP/1.1\r\n{basic(new_source_key())}", 401),
        (f"SOURCE /{hall.room} ICE/1.0\r\n{basic('hackme')}", 401),
        (f"PUT /{hall.room} HTTP/1.1", 401),
        (f"PUT /{hall.room} HTTP/1.1\r\n{basic(stranger)}", 403),
        (f"PUT /nosuchroomhere HTTP/1.1\r\n{basic(key)}", 404),
        (f"PUT /a/b/c HTTP/1.1\r\n{basic(key)}", 404),
        (f"PUT /{hall.room} HTTP/1.1\r\n{basic(key)}\r\nContent-Type: video/webm", 415),
        ("GET /stream.mp3 HTTP/1.1", 404),
        ("DELETE /x HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 200),
        ("hello", 400),
    ):
        answer = await ask(hall, head + "\r\nHost: x\r\n\r\n")
        assert answer.startswith(f"HTTP/1.0 {status} "), (head, answer)
        assert ("WWW-Authenticate: Basic realm=" in answer) == (status == 401)
    async with sending(Encoder(hall, stranger)) as encoder:
        assert "403" in await encoder.ended()
    assert not any(isinstance(fact, SourceRegistered) for fact in await hall.said())


async def test_a_revoked_key_and_a_lost_seat_end_what_is_sent(hall: Hall, office: Office) -> None:
    await opened(hall)
    async with sending(Encoder(hall, key_of(office, hall, ANA))) as encoder:
        await connected(hall)
        await office.revoke("key-desk")
        await encoder.ended()
    await hall.until(lambda facts: any(isinstance(fact, SourceDisconnected) for fact in facts))
    async with sending(Encoder(hall, key_of(office, hall, BEN, "second"))) as encoder:
        await connected(hall, 2)
        await hall.rooms_say(SpeakerLeftStage(room=hall.room, person=BEN, by=ANA))
        await encoder.ended()
    facts = await hall.until(lambda facts: sum(isinstance(fact, SourceDisconnected) for fact in facts) == 2)
    assert [fact.reason for fact in facts if isinstance(fact, SourceDisconnected)] == ["closed", "left-stage"]


async def test_of_two_encoders_with_one_key_the_second_is_refused_while_the_first_sends(
    hall: Hall, office: Office
) -> None:
    await opened(hall)
    key = key_of(office, hall, BEN)
    async with sending(Encoder(hall, key)) as first:
        await connected(hall)
        async with sending(Encoder(hall, key)) as second:
            assert "403" in await second.ended()
        assert first.process.returncode is None
        async with sending(Encoder(hall, key_of(office, hall, ANA, "other"), "opus")):
            await connected(hall, 2)


async def test_a_stalled_encoder_is_cut_off_and_the_next_one_takes_its_place(hall: Hall, office: Office) -> None:
    await opened(hall)
    key = key_of(office, hall, BEN)
    reader, writer = await asyncio.open_connection(*hall.mixer.encoders)
    made = await asyncio.create_subprocess_exec(
        *(FFMPEG or "", "-v", "error", "-f", "lavfi", "-i", "sine=duration=2", "-f", "mp3", "-"),
        stdout=asyncio.subprocess.PIPE,
    )
    sound, _ = await made.communicate()
    writer.write(f"PUT /{hall.room} HTTP/1.1\r\n{basic(key)}\r\nExpect: 100-continue\r\n\r\n".encode())
    assert (await reader.readline()) == b"HTTP/1.1 100 Continue\r\n"
    writer.write(sound)
    await connected(hall)
    async with sending(Encoder(hall, key)) as encoder:
        assert "403" in await encoder.ended()
    facts = await hall.until(lambda facts: any(isinstance(fact, SourceDisconnected) for fact in facts))
    assert [fact.reason for fact in facts if isinstance(fact, SourceDisconnected)] == ["timeout"]
    async with sending(Encoder(hall, key)):
        await connected(hall, 2)
    assert (await asyncio.wait_for(reader.read(), BOUND_S)).startswith(b"\r\nHTTP/1.1 403 ")
    writer.close()


async def test_an_encoder_that_is_too_fast_waits_and_is_heard_to_its_end(hall: Hall, office: Office) -> None:
    await opened(hall)
    async with sending(Encoder(hall, key_of(office, hall, BEN)), seconds=6, pace=()) as encoder:
        await connected(hall)
        await encoder.ended()
        facts = await hall.until(lambda facts: any(isinstance(fact, SourceDisconnected) for fact in facts))
    assert [fact.reason for fact in facts if isinstance(fact, SourceDisconnected)] == ["closed"]
    await hall.aired("aac", 7)
    sound, _ = hall.heard("aac")
    loud = [np.abs(sound[at : at + 960]).max() > 0.05 for at in range(0, len(sound), 960)]
    assert sum(loud) * 960 == pytest.approx(6 * 48_000, abs=9_600)


EZSTREAM = """\
<ezstream>
  <servers><server>
    <hostname>{host}</hostname><port>{port}</port><protocol>HTTP</protocol><password>{key}</password>
    <tls>none</tls><reconnect_attempts>1</reconnect_attempts>
  </server></servers>
  <streams><stream><mountpoint>/{room}</mountpoint><format>{form}</format></stream></streams>
  <intakes><intake><type>file</type><filename>{file}</filename><stream_once>yes</stream_once></intake></intakes>
</ezstream>
"""


@pytest.mark.skipif(
    shutil.which("ezstream") is None, reason="ezstream, which sends by libshout, is not on this machine"
)
@pytest.mark.parametrize(("form", "codec"), [("MP3", "libmp3lame"), ("Ogg", "libvorbis")])
async def test_an_encoder_of_libshout_is_heard_with_its_title(
    hall: Hall, office: Office, tmp_path: Path, form: str, codec: str
) -> None:
    await opened(hall)
    host, port = hall.mixer.encoders
    file, settings = tmp_path / f"concert.{form.lower()}", tmp_path / "ezstream.xml"
    made = await asyncio.create_subprocess_exec(
        *(FFMPEG or "", "-v", "error", "-f", "lavfi", "-i", f"sine=frequency={HERTZ}:duration=10", "-c:a", codec),
        *("-metadata", "title=Harbour", "-metadata", "artist=The Boats", str(file)),
    )
    await made.wait()
    key = key_of(office, hall, BEN)
    settings.write_text(EZSTREAM.format(host=host, port=port, key=key, room=hall.room, form=form, file=file))
    settings.chmod(0o600)
    encoder = await asyncio.create_subprocess_exec(
        *("ezstream", "-v", "-c", str(settings)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        facts = await hall.until(lambda facts: any(isinstance(fact, TrackStarted) for fact in facts))
        await hall.aired("aac", 5)
    finally:
        with contextlib.suppress(ProcessLookupError):
            encoder.kill()
        said, _ = await encoder.communicate()
        sys.stdout.write(said.decode(errors="replace"))
    tracks = [(fact.title, fact.artist) for fact in facts if isinstance(fact, TrackStarted)]
    assert tracks[0] == ("Harbour", "The Boats")
    sound, _ = hall.heard("aac")
    tone = sound[-72_000:-24_000]
    assert int(np.abs(np.fft.rfft(tone)).argmax()) == HERTZ
