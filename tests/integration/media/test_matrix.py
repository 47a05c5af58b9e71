"""Five people in a room, real packets over loopback: who hears whom, told by how alike what comes out is to what went
in, for each pair. Everybody is a noise of their own in the band of speech, so that two of them are alike in nothing.
"""

import socket
from collections.abc import Callable

import numpy as np
import pytest

from services.media.engine.desk import Desk
from services.media.mixing.frame import RATE, TICK, Float
from services.media.mixing.opus import VOIP, Decoder, Encoder
from services.media.mixing.rtp import Packet, pack, parse
from tests.unit.media.engine.studio import desk, keep_time
from tests.unit.media.mixing.sounds import frames

PEOPLE = 5
TICKS = 100
SETTLED = 25
LAGS = 300 * RATE // 1000
MERE_CHANCE, HEARD = 0.07, 0.15
"""An ideal mixer gives less than 0.05, and 0.5 for one of four equal voices; a busy machine makes holes."""

Plan = Callable[[int], list[int]]


def hiss(seed: int, peak: float) -> Float:
    """200 Hz to 3 kHz of chance."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(TICKS * TICK))
    heights = np.fft.rfftfreq(TICKS * TICK, 1 / RATE)
    spectrum[(heights < 200) | (heights > 3_000)] = 0
    sound = np.fft.irfft(spectrum)
    hissed: Float = (sound * peak / np.abs(sound).max()).astype(np.float32)
    return hissed


class Caller:
    """Sends one packet a tick, numbered from `sequence` and `timestamp` on, by a plan that may lose and double."""

    def __init__(self, port: int, ssrc: int, sound: Float, sequence: int = 0, timestamp: int = 0) -> None:
        self.sound = sound
        self.received: dict[int, bytes] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        encoder = Encoder(VOIP, 48_000)
        self._packets = [
            pack(Packet(111, (sequence + n) % 65_536, (timestamp + n * TICK) % (1 << 32), ssrc, encoder.encode(frame)))
            for n, frame in enumerate(frames(sound))
        ]

    def __del__(self) -> None:
        self._socket.close()

    def turn(self, numbers: list[int]) -> None:
        """Send these packets, take what has come."""
        for n in numbers:
            if n < len(self._packets):
                self._socket.send(self._packets[n])
        try:
            while True:
                packet = parse(self._socket.recv(2_000))
                self.received[packet.timestamp] = packet.payload
        except BlockingIOError:
            return

    def heard(self) -> Float:
        """What came, decoded, without the first half second."""
        decoder = Decoder()
        return np.concatenate([decoder.decode(self.received[at]).copy() for at in sorted(self.received)])[
            SETTLED * TICK :
        ]


def seat(made: Desk, port: int, loudness: list[float], own_mixes: int, begin: tuple[int, int] = (0, 0)) -> list[Caller]:
    """A room with somebody for each loudness."""
    made.open(0, own_mixes, 48_000)
    callers = []
    for n, peak in enumerate(loudness):
        made.add(0, n, 1_000 + n, 111, True)
        made.gain(n, 1.0)
        callers.append(Caller(port, 1_000 + n, hiss(n, peak), *begin))
    return callers


def talk(callers: list[Caller], plan: Plan | None = None) -> None:
    """Two seconds of everybody, the first one by the plan."""
    turn = iter(range(TICKS))

    def each() -> None:
        n = next(turn)
        for caller in callers:
            caller.turn(plan(n) if plan is not None and caller is callers[0] else [n])

    keep_time(TICKS, each)


def alike(one: Float, other: Float) -> float:
    """The normalised correlation at the lag, within 300 ms, at which it is strongest."""
    size = 1 << (len(one) + len(other)).bit_length()
    product = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    most = max(np.abs(product[:LAGS]).max(), np.abs(product[-LAGS - SETTLED * TICK :]).max())
    return float(most / (np.linalg.norm(one) * np.linalg.norm(other)))


def matrix(callers: list[Caller]) -> list[list[float]]:
    """Rows hear, columns speak."""
    return [[alike(listener.heard(), speaker.sound) for speaker in callers] for listener in callers]


def test_of_five_who_talk_each_hears_four_and_nothing_of_themselves() -> None:
    with desk() as (made, port):
        callers = seat(made, port, [0.25] * PEOPLE, PEOPLE)
        talk(callers)
    for listener, row in enumerate(matrix(callers)):
        for speaker, found in enumerate(row):
            assert found < MERE_CHANCE if speaker == listener else found > HEARD, (listener, speaker, row)


def test_with_three_places_the_three_loudest_are_heard_by_all_others() -> None:
    with desk() as (made, port):
        callers = seat(made, port, [0.5, 0.06, 0.45, 0.06, 0.4], 3)
        talk(callers)
    for listener, row in enumerate(matrix(callers)):
        for speaker, found in enumerate(row):
            heard = speaker in {0, 2, 4} and speaker != listener
            assert found > HEARD if heard else found < 0.11, (listener, speaker, row)


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(lambda n: [] if n % 10 == 9 else [n], id="one in ten lost"),
        pytest.param(lambda n: [n, n], id="each twice"),
        pytest.param(lambda n: [] if n % 8 == 3 else [n, n - 1] if n % 8 == 4 else [n], id="one in eight overtaken"),
        pytest.param(lambda n: [] if n % 5 else [n, n + 1, n + 2, n + 3, n + 4], id="five at a time"),
    ],
)
def test_what_one_sender_s_network_does_to_packets_is_not_heard_in_the_others(plan: Plan) -> None:
    with desk() as (made, port):
        callers = seat(made, port, [0.25] * 3, 3)
        talk(callers, plan)
    found = matrix(callers)
    assert min(found[0][1], found[0][2]) > 2 * HEARD
    assert min(found[1][0], found[2][0]) > HEARD
    assert max(found[n][n] for n in range(3)) < MERE_CHANCE


def test_sequence_and_timestamp_wrap_while_all_five_talk() -> None:
    with desk() as (made, port):
        callers = seat(made, port, [0.25] * PEOPLE, PEOPLE, (65_536 - 60, (1 << 32) - 40 * TICK))
        talk(callers)
    for listener, row in enumerate(matrix(callers)):
        for speaker, found in enumerate(row):
            assert found < MERE_CHANCE if speaker == listener else found > HEARD, (listener, speaker, row)
