"""From packets to frames, with libopus: what is sent is heard, holes are concealed, silence costs nothing."""

from collections.abc import Sequence

import numpy as np
import pytest

from services.media.mixing.frame import TICK, Float
from services.media.mixing.level import FLOOR
from services.media.mixing.opus import Decoder, Encoder, OpusRefused, packet_samples
from services.media.mixing.rtp import Packet
from services.media.mixing.voice import Voice
from tests.unit.media.mixing.sounds import packets, strength, tone

SOUND = tone(440, 2.0, 0.3)


def heard(voice: Voice, arriving: Sequence[Packet | None]) -> list[Float | None]:
    frames = []
    for n, packet in enumerate(arriving):
        if packet is not None:
            assert voice.push(packet, n * TICK)
        frames.append(voice.take())
    return frames


def joined(frames: list[Float | None]) -> Float:
    return np.concatenate([np.zeros(TICK, np.float32) if frame is None else frame for frame in frames])


def test_what_is_sent_is_heard() -> None:
    sound = joined(heard(Voice(), list(packets(SOUND))))
    assert strength(sound[9600:], 440) == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("every", [10, 20])
def test_one_lost_packet_in_so_many_leaves_no_hole(every: int) -> None:
    sent = [packet if n % every else None for n, packet in enumerate(packets(SOUND))]
    sound = joined(heard(Voice(), sent))
    windows = sound[9600 : 9600 + 960 * 80].reshape(-1, 480)
    assert np.abs(windows).max(axis=1).min() > 0.03  # libopus' own concealment falls by 20 dB within a frame


def test_a_voice_that_stops_fades_within_100_ms_and_then_costs_nothing() -> None:
    voice = Voice()
    heard(voice, list(packets(SOUND))[:40])
    after = heard(voice, [None] * 20)
    assert after[-1] is None
    assert all(frame is None for frame in after[8:])
    assert voice.level == FLOOR


def test_it_comes_back_without_a_step() -> None:
    voice = Voice()
    sent = list(packets(SOUND))
    frames = heard(voice, [*sent[:40], *[None] * 30, *sent[40:]])
    back = next(frame for frame in frames[60:] if frame is not None)
    assert abs(float(back[0])) < 0.01


@pytest.mark.parametrize("samples", [120, 240, 480, 1920, 2880])
def test_packets_of_any_length_become_ticks(samples: int) -> None:
    encoder, voice = Encoder(application=2051), Voice()
    line = SOUND[: len(SOUND) // samples * samples]
    sound, sent = [], 0
    for tick in range(len(line) // TICK):
        while sent * samples <= tick * TICK:
            payload = encoder.encode(line[sent * samples : (sent + 1) * samples])
            assert packet_samples(payload) == samples
            voice.push(Packet(111, sent, sent * samples, 1, payload), tick * TICK)
            sent += 1
        sound.append(voice.take())
    assert strength(joined(sound)[14_400:], 440) == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("payload", [b"", b"\x03", b"\x03\x00", b"\x1b\x3f"])
def test_what_can_be_no_opus_packet_is_refused_by_its_first_bytes(payload: bytes) -> None:
    assert packet_samples(payload) == 0
    assert not Voice().push(Packet(111, 0, 0, 1, payload), 0)


def test_a_damaged_packet_is_concealed_and_counted() -> None:
    voice = Voice()
    sent = list(packets(SOUND))
    sent[20] = Packet(111, 20, 20 * TICK, 1, b"\x0b\x82")
    sound = joined(heard(voice, list(sent)))
    assert voice.damaged == 1
    assert np.abs(sound[19 * TICK : 24 * TICK]).max() > 0.1


def test_libopus_refuses_in_its_own_words() -> None:
    with pytest.raises(OpusRefused, match="corrupted stream"):
        Decoder().decode(b"\x0b\x82")


def test_redundancy_brings_back_what_concealment_can_only_guess() -> None:
    # A pitch that jumps in the lost packet: concealment goes on with the old one.
    sound = np.concatenate((tone(220, 1.0, 0.3), tone(330, 1.0, 0.3)))
    sent = list(packets(sound, encoder=Encoder(bitrate=20_000, loss=30)))
    lost = 52
    decoders = [Decoder(), Decoder()]
    for decoder in decoders:
        for packet in sent[:lost]:
            decoder.decode(packet.payload)
    recovered = decoders[0].recover(sent[lost + 1].payload, TICK).copy()
    guessed = decoders[1].conceal(TICK).copy()
    assert len(recovered) == len(guessed) == TICK
    assert not np.array_equal(recovered, guessed)
    assert strength(recovered, 330) > 0.1
