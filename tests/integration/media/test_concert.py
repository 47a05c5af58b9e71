"""A stereo concert by real encoders into a real mixer: left stays left, right stays right, up to the listener's ear."""

import asyncio
import contextlib
import io
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from libs.events.ids import Lufs
from libs.events.media import SourceConnected, StreamReady, TrackStarted
from libs.events.rooms import RoomKind, RoomOpened, Seat, SpeakerAdmitted, WentLive
from libs.events.telemetry import RenditionWanted
from services.media.config import HERE
from services.media.mixing.aim import ECHO
from services.media.mixing.frame import Float
from tests.integration.media.office import Office
from tests.integration.media.test_icecast import EZSTREAM, FFMPEG, FORMATS, key_of, office
from tests.integration.media.test_mixer import ANA, BEN, Hall, hall
from tests.unit.media.mixing.test_loudness import ebur128

__all__ = ["hall", "office"]

HOUSE = HERE / "house"
LEFT, RIGHT = 440, 1_000
CONCERT = f"aevalsrc=0.5*sin(2*PI*{LEFT}*t)|0.25*sin(2*PI*{RIGHT}*t):c=stereo:s=44100:d=60"
PIECES = ("02-first-light.opus", "04-kitchen-window.opus")
BESIDE = ("-filter_complex", "[0][1]join=inputs=2:channel_layout=stereo,volume=1dB")
"""One of our pieces on the left and one on the right."""
pytestmark = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not on this machine; it is the encoder here")


async def opened(hall: Hall, loudness: Lufs | None = None) -> None:
    room = hall.room
    await hall.rooms_say(
        RoomOpened(room=room, title="Quartet", kind=RoomKind.OPEN, host=ANA, concert=True, loudness=loudness),
        WentLive(room=room),
        SpeakerAdmitted(room=room, person=BEN, seat=Seat.SPEAKER, by=ANA),
    )
    await hall.until(lambda facts: len(facts) == 3)


def sides(hall: Hall, rendition: str) -> Float:
    """What a decoder makes of the air, channels by samples."""
    made = sorted(hall.air[rendition], key=lambda each: each.mediatime)
    stream = io.BytesIO(b"".join(frame for each in made for frame in each.frames))
    sound = [frame.to_ndarray() for frame in av.open(stream, "r", format=rendition).decode(audio=0)]
    heard: Float = np.concatenate(sound, axis=1).astype(np.float32)
    return heard


def check_apart(sound: Float) -> None:
    """Of a second near the end: each tone on its side, left 6 dB above right; on the other side 40 dB less."""
    assert len(sound) == 2
    spectrum = np.abs(np.fft.rfft(sound[:, -72_000:-24_000] * np.hanning(48_000), axis=1)) / 12_000
    assert [int(side.argmax()) for side in spectrum] == [LEFT, RIGHT]
    assert 20 * np.log10(spectrum[0, LEFT] / spectrum[1, RIGHT]) == pytest.approx(6.0, abs=0.5)
    assert 20 * np.log10(spectrum[0, RIGHT] / spectrum[1, RIGHT]) < -40
    assert 20 * np.log10(spectrum[1, LEFT] / spectrum[0, LEFT]) < -40


def check_loudness(sound: Float, target: float) -> None:
    """Of the last seconds, by another meter than ours."""
    _, _, integrated, peak = ebur128(sound[:, -8 * 48_000 :])
    assert integrated == pytest.approx(target, abs=1.0)
    assert peak <= -1.0


async def ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    said, _ = await process.communicate()
    sys.stdout.write(said.decode(errors="replace"))


async def ffmpeg(*more: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(FFMPEG or "", "-v", "error", "-nostdin", *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


def address(hall: Hall, key: str) -> str:
    host, port = hall.mixer.encoders
    return f"icecast://source:{key}@{host}:{port}/{hall.room}"


@pytest.mark.parametrize("form", ["flac", "aac"])
async def test_channels_of_an_encoder_s_stereo_are_kept_apart_in_every_rendition(
    hall: Hall, office: Office, form: str
) -> None:
    await opened(hall)
    coding: Sequence[str] = FORMATS[form]
    to = address(hall, key_of(office, hall, BEN))
    encoder = await ffmpeg("-re", "-f", "lavfi", "-i", CONCERT, "-flush_packets", "1", *coding, to)
    try:
        await hall.until(lambda facts: any(isinstance(fact, SourceConnected) for fact in facts))
        await hall.operator.tell(RenditionWanted(room=hall.room, rendition="mp3"), hall.room)
        await hall.aired("aac", 6)
        await hall.aired("mp3", 5)
    finally:
        await ended(encoder)
    for rendition in ("aac", "mp3"):
        check_apart(sides(hall, rendition) / (0.95 if rendition == "mp3" else 1.0))  # LAME's scale
    facts = await hall.until(lambda facts: any(isinstance(fact, StreamReady) for fact in facts))
    assert {fact.bitrate for fact in facts if isinstance(fact, StreamReady)} == {128_000}


@pytest.mark.parametrize("target", [None, Lufs(-16)])
async def test_a_concert_comes_to_its_room_s_loudness_and_stays_below_full_scale(
    hall: Hall, office: Office, target: Lufs | None
) -> None:
    await opened(hall, target)
    to = address(hall, key_of(office, hall, BEN))
    pieces = [argument for piece in PIECES for argument in ("-stream_loop", "-1", "-re", "-i", str(HOUSE / piece))]
    encoder = await ffmpeg(*pieces, *BESIDE, "-flush_packets", "1", *FORMATS["flac"], to)
    try:
        await hall.aired("aac", 12)
        await hall.aired("aac", 24)
    finally:
        await ended(encoder)
    check_loudness(sides(hall, "aac"), ECHO if target is None else target)


@pytest.mark.skipif(shutil.which("ezstream") is None, reason="ezstream, which sends by libshout, is not here")
async def test_so_they_are_when_libshout_sends_a_recording(hall: Hall, office: Office, tmp_path: Path) -> None:
    await opened(hall)
    host, port = hall.mixer.encoders
    file, settings = tmp_path / "quartet.ogg", tmp_path / "ezstream.xml"
    making = await ffmpeg(
        *("-f", "lavfi", "-i", CONCERT, "-t", "30", "-c:a", "libvorbis", "-q:a", "6"),
        *("-metadata", "title=Quartet", str(file)),
    )
    await making.communicate()
    key = key_of(office, hall, BEN)
    settings.write_text(EZSTREAM.format(host=host, port=port, key=key, room=hall.room, form="Ogg", file=file))
    settings.chmod(0o600)
    encoder = await asyncio.create_subprocess_exec(
        *("ezstream", "-v", "-c", str(settings)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        facts = await hall.until(lambda facts: any(isinstance(fact, TrackStarted) for fact in facts))
        await hall.aired("aac", 10)
        await hall.aired("aac", 20)
    finally:
        await ended(encoder)
    check_loudness(sides(hall, "aac"), ECHO)
    assert [fact.title for fact in facts if isinstance(fact, TrackStarted)] == ["Quartet"]
    check_apart(sides(hall, "aac"))


async def test_a_voice_of_a_concert_is_heard_in_the_middle(hall: Hall, office: Office) -> None:
    await opened(hall)
    to = address(hall, key_of(office, hall, ANA))
    mono = f"sine=frequency={LEFT}:sample_rate=44100:duration=60,volume=6dB"
    encoder = await ffmpeg("-re", "-f", "lavfi", "-i", mono, "-ac", "1", "-flush_packets", "1", *FORMATS["flac"], to)
    try:
        await hall.aired("aac", 6)
    finally:
        await ended(encoder)
    left, right = sides(hall, "aac")[:, -72_000:-24_000]
    assert np.sqrt(np.mean(left**2)) == pytest.approx(float(np.sqrt(np.mean(right**2))), rel=0.02)
