"""What makes loud and soft, compiled, beside the NumPy one: the same sound in, the same bits and numbers out."""

import numpy as np
import pytest

from services.media.engine import dynamics
from services.media.mixing.agc import Agc
from services.media.mixing.aim import Aim
from services.media.mixing.frame import TICK, Float
from services.media.mixing.limiter import Limiter
from services.media.mixing.weight import weigh

RANDOM = np.random.default_rng(14)


def sound(ticks: int, channels: int = 1) -> Float:
    """Noise that comes and goes like words, too loud and silent at times."""
    loud = np.repeat(RANDOM.choice((0.0, 0.001, 0.02, 0.1, 0.3, 2.0), ticks // 4 + 1), 4)[:ticks]
    noise = RANDOM.standard_normal((channels, ticks * TICK)).cumsum(axis=1) % 2.0 - 1.0
    made: Float = (noise * np.repeat(loud, TICK)).astype(np.float32)
    return made


def ticks(line: Float) -> list[Float]:
    return [np.ascontiguousarray(line[:, at : at + TICK]) for at in range(0, line.shape[1], TICK)]


@pytest.mark.parametrize("channels", [1, 2])
def test_limiters_are_equal_for_one_channel_and_for_two(channels: int) -> None:
    one, two = Limiter(channels), dynamics.Limiter(channels)
    for frame in ticks(sound(160, channels)):
        assert two.limit(frame.tobytes()) == one.limit(frame).tobytes()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("target", [None, -16.0])
def test_programmes_are_measured_and_brought_to_their_loudness_alike(channels: int, target: float | None) -> None:
    one, two = Aim(target, channels), dynamics.Aim(target, channels)
    limiters = Limiter(channels), dynamics.Limiter(channels)
    for n, frame in enumerate(ticks(sound(260, channels))):
        made = one.apply(frame)
        assert two.apply(frame.tobytes()) == made.tobytes()
        out = limiters[0].limit(made)
        one.hear(out)
        two.hear(limiters[1].limit(made.tobytes()))
        assert two.gain == one.gain
        if n % 5 == 4:
            loudness = one.loudness
            assert two.meters() == (loudness.momentary, loudness.short, loudness.integrated, one.peak.take())
    assert target is None or one.gain != 0.0


@pytest.mark.parametrize("scale", [0.01, 0.3, 3.0])
def test_voices_are_weighed_and_levelled_alike(scale: float) -> None:
    one, two = Agc(3.0), dynamics.Agc(3.0)
    for frame in ticks(sound(900) * np.float32(scale)):
        power = weigh(frame[0])
        one.hear(power)
        assert two.hear(frame.tobytes()) == power
        assert two.gain == one.gain
        assert two.factor == np.float32(one.factor)
    assert one.gain != 3.0
