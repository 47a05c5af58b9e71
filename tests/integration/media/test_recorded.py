"""A whole mixer that records: what is on the air is in the files at its sample, and evidence goes with its room."""

import asyncio
from pathlib import Path

import numpy as np

from libs.events.jetstream.log import JetStreamLog
from libs.events.media import SourceConnected
from libs.events.rooms import RoomEnded
from libs.service.broker import Broker
from parlor import rtp
from parlor.embedded.nats import NatsServer
from services.media.config import MixerSettings
from services.media.main import build_mixer
from services.media.mixing.frame import Float
from tests.integration.media.test_mixer import ANA, SPEECH, Hall, likenesses, open_room, speech
from tests.unit.media.recording.decoding import decoded


async def test_what_is_on_the_air_is_recorded_at_the_same_sample(nats_server: NatsServer, tmp_path: Path) -> None:
    broker = await Broker.connect(nats_server.url_for("media"), "mixer", inbox="_INBOX_media")
    operator = await Broker.connect(nats_server.url_for(), "operator")
    log = await JetStreamLog.open(operator.client)
    config = MixerSettings(rtp_port=0, icecast_port=0, recording=True, evidence=True, parlor_state=tmp_path)
    mixer = build_mixer(config, broker, await JetStreamLog.open(broker.client))
    await mixer.start()
    hall = Hall(mixer, operator, log)
    await hall.listen()
    await hall.rooms_say(*open_room(hall.room))
    ana = await hall.place(ANA)
    sending = asyncio.create_task(
        rtp.send(SPEECH / "allison.opus", ana.host, ana.port, ana.ssrc, ana.payload_type), name="ana"
    )
    facts = await hall.until(lambda facts: any(isinstance(fact, SourceConnected) for fact in facts))
    await hall.aired("aac", 7)
    sending.cancel()
    evidence = tmp_path / "media/evidence" / hall.room
    assert len(list(evidence.iterdir())) == 2
    await hall.rooms_say(RoomEnded(room=hall.room, by=ANA))
    await hall.until(lambda facts: type(facts[-1]).__name__ == "MixStopped")
    await mixer.drain()
    await broker.drain()
    await operator.drain()

    assert not evidence.exists()
    [source] = [fact.source for fact in facts if isinstance(fact, SourceConnected)]
    stems = tmp_path / "media/stems" / hall.room
    assert sorted(each.name for each in stems.glob("*.opus")) == sorted((f"{source}-1.opus", "programme-1.opus"))
    assert np.median(likenesses(decoded(stems / f"{source}-1.opus"), speech("allison")[: 48_000 * 5])) > 0.9
    aired, begin = hall.heard("aac")
    programme = decoded(stems / "programme-1.opus")
    assert abs(shift(programme[begin : begin + len(aired)], aired)) <= 48


def shift(one: Float, two: Float) -> int:
    """Samples by which two recordings of the same are apart."""
    many = min(len(one), len(two))
    length = 1 << many.bit_length()
    cross = np.fft.irfft(np.fft.rfft(one[:many], length) * np.conj(np.fft.rfft(two[:many], length)), length)
    best = int(np.argmax(cross))
    return best if best < length // 2 else best - length
