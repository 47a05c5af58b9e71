"""A demo that went well: two voices and a bed through a gain and MP3, a third one sent but muted, and its log."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import av
import msgspec
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from libs.events.envelope import Envelope, Recorded, decode, encode, encode_data
from libs.events.event import Event
from libs.events.fresh import fresh_event_id
from libs.events.ids import START, Milliseconds, PersonId, RoomId, Samples
from libs.events.media import MixStarted, StreamReady
from libs.events.presence import SpeakerJoined
from libs.events.rooms import RoomKind, RoomOpened, SpeakerMuted, WentLive
from libs.events.subjects import Aggregate
from libs.events.vocabulary import AnyEvent
from parlor.demo.cast import ALONE
from parlor.demo.checks import Asked, Evidence, Findings, Sent, judge
from parlor.demo.chronicle import Expected
from parlor.demo.earshot import Ear
from parlor.demo.foldback import Hearing, Side, Stage, listen
from parlor.demo.likeness import Likeness, compare
from parlor.demo.mixminus import Speech
from parlor.demo.script import led_in, monologue, talk
from parlor.demo.sound import RATE, Sound
from services.media.mixing.opus import LOWDELAY, Decoder, Encoder

SPEECH = Path(__file__).parents[2] / "fixtures" / "speech"
BED = Path(__file__).parents[3] / "services" / "media" / "house" / "01-ident.opus"
ROOM = RoomId("room234567")
ANA, BEN, CARLO = PersonId("ana2345672"), PersonId("ben2345672"), PersonId("carlo23456")
_compared: list[tuple[Sound, tuple[Likeness, ...]]] = []
_listened: list[tuple[Stage, Hearing]] = []
"""A recording that is not touched need not be searched for voices again."""

DELAY, OPENED = 0.045, 1_000.0

LENGTH, SKIPPED, HEARD = 18.0, 5.0, 10.0

Fault: TypeAlias = "Callable[[Evidence], Evidence]"


class Story:
    """Lines of a log as the ledger would have written them: numbered, timed and chained per aggregate."""

    def __init__(self) -> None:
        self._last: dict[str, Recorded[AnyEvent]] = {}
        self.log: list[Recorded[AnyEvent]] = []

    def tell(self, aggregate: Aggregate, event: Event, mediatime: int) -> None:
        """Append one event."""
        before = self._last.get(aggregate.prefix)
        envelope = Envelope(
            specversion="1.0",
            id=fresh_event_id(),
            source="test",
            type=event.tag,
            subject=aggregate.name,
            time="2026-11-24T06:20:12.345Z",
            revision=before.envelope.revision + 1 if before else 1,
            via="test",
            correlationid="c",
            causationid="c",
            data=encode_data(event),
            roomid=ROOM,
            mediatime=Samples(mediatime),
            prevhash=before.digest if before else None,
        )
        record = decode(encode(envelope), START)
        self._last[aggregate.prefix] = record
        self.log.append(record)


EXPECTED = (
    Expected("rooms.room-opened.v1", {"room": ROOM}, "the room opened"),
    Expected("rooms.speaker-muted.v1", {"person": CARLO}, "Carlo is muted"),
    Expected("presence.speaker-joined.v1", {"person": ANA}, "Ana joined"),
    Expected("presence.speaker-joined.v1", {"person": BEN}, "Ben joined"),
    Expected("media.stream-ready.v1", {"rendition": "mp3"}, "MP3 is on air"),
)


def told(*, without: str = "") -> list[Recorded[AnyEvent]]:
    """The log of the demo; `without` names a type that was never written."""
    story = Story()
    room, attendance = Aggregate("rooms", ROOM, "room", ROOM), Aggregate("presence", ROOM, "attendance", ROOM)
    mix, output = Aggregate("media", ROOM, "mix", ROOM), Aggregate("media", ROOM, "output", ROOM)
    moments: list[tuple[Aggregate, Event, int]] = [
        (room, RoomOpened(room=ROOM, title="Morning Table", kind=RoomKind.OPEN, host=ANA), 0),
        (room, WentLive(room=ROOM), 4_800),
        (mix, MixStarted(room=ROOM, epoch=1, first=Samples(0)), 9_600),
        (room, SpeakerMuted(room=ROOM, person=CARLO, by=ANA), 19_200),
        (attendance, SpeakerJoined(room=ROOM, person=ANA), 48_000),
        (attendance, SpeakerJoined(room=ROOM, person=BEN), 48_000),
        (
            output,
            StreamReady(
                room=ROOM,
                rendition="mp3",
                epoch=1,
                path="/live/x.mp3",
                codec="mp3",
                bitrate=64_000,
                latency=Milliseconds(2_000),
            ),
            96_000,
        ),
    ]
    for aggregate, event, mediatime in moments:
        if event.tag != without:
            story.tell(aggregate, event, mediatime)
    return story.log


def load(path: Path) -> Sound:
    """A file as mono float samples at 48 kHz."""
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate(parts)


def through_mp3(sound: Sound) -> Sound:
    """Encoded as on air (MP3, 64 kbit/s) and decoded again."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE)
        assert isinstance(stream, AudioStream)
        stream.bit_rate, stream.layout, stream.format = 64_000, "mono", "fltp"
        frame = AudioFrame.from_ndarray(sound[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate = RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    file.seek(0)
    with av.open(file, "r", format="mp3") as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def on_air(*voices: Sound) -> Sound:
    """What an Echo hears from `SKIPPED` on: the voices and a quiet bed, mixed, through MP3, as 16-bit samples."""
    bed = np.resize(load(BED), len(voices[0])) * np.float32(0.15)
    mixed = np.asarray(0.8 * (sum(voices) + bed), np.float32)
    first = round(SKIPPED * RATE)
    heard = through_mp3(mixed[first : first + round(HEARD * RATE)])
    return np.asarray(np.round(heard * 32768), np.float32) / np.float32(32768)


@pytest.fixture(scope="session")
def sent() -> tuple[Sent, ...]:
    """Ana and Ben talk, Carlo is muted and talks too."""
    ana, ben = talk([load(SPEECH / "allison.opus"), load(SPEECH / "austen.opus")], LENGTH)
    carlo = monologue(load(SPEECH / "carlo.opus"), LENGTH, 2)
    return Sent("Ana", ana.sound), Sent("Ben", ben.sound), Sent("Carlo", carlo.sound, muted=True)


def by_opus(sound: Sound) -> Ear:
    """An ear that hears this from OPENED on, as somebody on the stage does."""
    encoder, decoder = Encoder(LOWDELAY, 48_000, loss=0), Decoder()
    frames = [sound[at : at + 960] for at in range(0, len(sound) - 959, 960)]
    heard = np.concatenate([decoder.decode(encoder.encode(np.ascontiguousarray(frame))).copy() for frame in frames])
    return Ear(heard, OPENED, (0.0,) * len(frames))


@pytest.fixture(scope="session")
def stage() -> Stage:
    """Ben talks from the page, alone at first; then Ana by RTP, too. Both hear each other DELAY later."""
    ana, ben = talk([load(SPEECH / "allison.opus"), load(SPEECH / "austen.opus")], LENGTH)
    guest = led_in(ben, load(SPEECH / "austen.opus"), ALONE)
    quiet = np.zeros(round(ALONE * RATE), np.float32)
    late = np.zeros(round(DELAY * RATE), np.float32)
    return Stage(
        exact=Side("Ana", Speech(ana.sound, OPENED + ALONE), by_opus(np.concatenate((late, guest.sound)))),
        lone=Side("Ben", Speech(guest.sound, OPENED), by_opus(np.concatenate((late, quiet, ana.sound)))),
        between=(OPENED + 0.8, OPENED + ALONE - 0.3),
    )


@pytest.fixture(scope="session")
def good(sent: tuple[Sent, ...], stage: Stage) -> Evidence:
    """Everything as it should be."""
    return Evidence(
        heard=on_air(sent[0].sound, sent[1].sound),
        sent=sent,
        asked=Asked(room=ROOM, title="Morning Table", given=ROOM, wait=0.7),
        stage=stage,
        log=told(),
        expected=EXPECTED,
    )


@pytest.fixture(scope="session")
def holed(good: Evidence) -> Evidence:
    """200 ms of silence from second 3 on."""
    heard = good.heard.copy()
    heard[3 * RATE : 3 * RATE + RATE // 5] = 0
    return but(good, heard=heard)


@pytest.fixture(scope="session")
def findings(good: Evidence) -> Findings:
    """What the checks say when all is well."""
    return found(good)


def found(evidence: Evidence) -> Findings:
    """What the checks say."""
    voices = [voices for heard, voices in _compared if heard is evidence.heard]
    if not voices:
        voices = [tuple(compare(evidence.heard, sent.sound) for sent in evidence.sent)]
        _compared.append((evidence.heard, voices[0]))
    hearing = [hearing for stage, hearing in _listened if stage is evidence.stage]
    if not hearing:
        hearing = [listen(evidence.stage)]
        _listened.append((evidence.stage, hearing[0]))
    return judge(evidence, voices[0], hearing[0])


def failed(evidence: Evidence) -> list[str]:
    """Names of the checks that turn false."""
    return [check.name for check in found(evidence).report.checks if not check.ok]


def but(evidence: Evidence, **changes: object) -> Evidence:
    """The same, with some fields replaced."""
    return msgspec.structs.replace(evidence, **changes)
