"""A source that has gone wild: what the others hear is what they would have heard, and it is named, once."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from services.media.engine.told import Fact
from services.media.mixing.conduct import Fault
from services.media.mixing.frame import TICK
from services.media.mixing.limiter import CEILING
from services.media.mixing.opus import VOIP, Encoder
from services.media.mixing.rtp import Packet, pack
from tests.unit.media.engine.callers import Caller, hiss
from tests.unit.media.engine.studio import by_hand

pytestmark = pytest.mark.slow

TEN_SECONDS, A_MINUTE = 520, 3_050
NOTHING = b"\xf8\xff\xfe"
WILD = 1_000
Sends = Callable[[int], list[bytes]]


@cache
def noise() -> list[bytes]:
    """A second of full scale."""
    encoder, dice = Encoder(VOIP, 64_000), np.random.default_rng(3)
    return [encoder.encode(np.sign(dice.standard_normal(TICK)).astype(np.float32)) for _ in range(50)]


def packet(n: int, payload: bytes, timestamp: int | None = None, ssrc: int = WILD) -> bytes:
    """Number n."""
    return pack(Packet(111, n % 65_536, (n * TICK if timestamp is None else timestamp) % (1 << 32), ssrc, payload))


def sound(n: int) -> bytes:
    """Something to hear."""
    return noise()[n % 50]


PLANS: dict[Fault, Sends] = {
    Fault.FLOODS: lambda n: [packet(n, sound(n))] * 40,
    Fault.SSRC: lambda n: [packet(n, sound(n), ssrc=WILD if n % 4 == 0 else 7_000 + n)],
    Fault.SEQUENCE: lambda n: [packet(n + n // 25 * 20_000, sound(n))],
    Fault.TIMESTAMPS: lambda n: [packet(n, sound(n), timestamp=90_000_000 - n * TICK)],
    Fault.FULL_SCALE: lambda n: [packet(n, sound(n))],
    Fault.DTX: lambda n: [packet(n, NOTHING)],
}


class Evening:
    """A wild one and two who talk in order."""

    def __init__(self, sends: Sends, ticks: int, gain: float) -> None:
        self.told: list[str | None] = []
        self.loudest = 0.0
        with by_hand() as (made, port):
            made.open(0)
            made.air(0, True)
            for n in range(3):
                made.add(0, n, WILD + n, 111, True)
                made.gain(n, gain if n == 0 else 1.0)
            wild, *self.others = [Caller(port, WILD + n, hiss(n, 0.2)) for n in range(3)]
            for n in range(ticks):
                for data in sends(n):
                    wild.socket.send(data)
                for other in self.others:
                    other.send([n])
                made.turn()
                for caller in (wild, *self.others):
                    caller.listen()
                for *_, pcm in made.programme():
                    self.loudest = max(self.loudest, int(np.abs(np.frombuffer(pcm, np.int16)).max()) / 32_768)
                self.told += [each.fault for each in made.read() if each.fact is Fact.MISBEHAVED]
            self.lent = made.counts()["no-memory"]


@pytest.mark.parametrize("fault", PLANS)
def test_what_the_others_hear_is_not_changed_by_it_once_it_is_muted(fault: Fault) -> None:
    quiet = Evening(lambda n: [packet(n, sound(n))], 150, 0.0)
    loud = Evening(PLANS[fault], 150, 0.0)
    assert [other.received for other in loud.others] == [other.received for other in quiet.others]
    assert len(loud.others[0].received) > 140
    assert loud.lent == 0


@pytest.mark.parametrize("fault", PLANS)
def test_it_is_named_once_within_ten_seconds_or_a_minute_of_saying_nothing(fault: Fault) -> None:
    evening = Evening(PLANS[fault], A_MINUTE if fault is Fault.DTX else TEN_SECONDS, 1.0)
    assert evening.told == [fault]


def test_full_scale_noise_is_held_below_the_ceiling() -> None:
    evening = Evening(PLANS[Fault.FULL_SCALE], 100, 1.0)
    assert CEILING * 0.9 < evening.loudest <= CEILING + 1e-4
