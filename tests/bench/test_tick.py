"""What the NumPy tick costs beside the encoder that every other mixer pays for each participant."""

from pathlib import Path

import numpy as np

from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import VOIP, Decoder, Encoder
from services.media.mixing.tick import Input, RoomTick
from tests.bench.report import cpu_microseconds, figure, interleaved, write

TALKERS = 10
TIMES = 200


def voices() -> list[Float]:
    """One frame of something like speech for each talker: noise under a slow envelope."""
    random = np.random.default_rng(1)
    return [(random.standard_normal(TICK) * 0.05).astype(np.float32) for _ in range(TALKERS)]


def test_ten_talkers_are_decoded_and_mixed() -> None:
    frames = voices()
    encoder = Encoder(VOIP, 32_000, 5, 0)
    packet = encoder.encode(frames[0])
    decoder, tick = Decoder(), RoomTick()
    inputs = [Input(str(number), frame) for number, frame in enumerate(frames)]

    encode, decode, mix = interleaved(
        7,
        lambda: cpu_microseconds(lambda: encoder.encode(frames[0]), TIMES),
        lambda: cpu_microseconds(lambda: decoder.decode(packet), TIMES),
        lambda: cpu_microseconds(lambda: tick.mix(inputs), TIMES),
    )

    path = write(
        "tick",
        [
            figure("decode one packet", "us", decode, encode),
            figure(f"mix, limit and quantise {TALKERS} talkers, per talker", "us", mix / TALKERS, encode),
        ],
    )
    assert Path(path).stat().st_size > 0
