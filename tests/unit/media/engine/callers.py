"""People who send real packets over loopback to a desk that ticks by hand, and how alike what comes out is to what went
in. Everybody is a noise of their own in the band of speech, so that two of them are alike in nothing.
"""

import socket
from collections.abc import Callable

import numpy as np

from services.media.engine.desk import Desk
from services.media.mixing.frame import RATE, TICK, Float
from services.media.mixing.opus import VOIP, Decoder, Encoder
from services.media.mixing.rtp import Packet, pack, parse
from tests.unit.media.mixing.sounds import frames

TICKS = 100
SETTLED = 25
LAGS = 300 * RATE // 1000
Plan = Callable[[int], list[int]]


def hiss(seed: int, peak: float, ticks: int = TICKS) -> Float:
    """200 Hz to 3 kHz of chance."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(ticks * TICK))
    heights = np.fft.rfftfreq(ticks * TICK, 1 / RATE)
    spectrum[(heights < 200) | (heights > 3_000)] = 0
    sound = np.fft.irfft(spectrum)
    hissed: Float = (sound * peak / np.abs(sound).max()).astype(np.float32)
    return hissed


class Caller:
    """Sends one packet a tick, numbered from `sequence` and `timestamp` on, by a plan that may lose and double."""

    def __init__(self, port: int, ssrc: int, sound: Float, sequence: int = 0, timestamp: int = 0) -> None:
        self.sound = sound
        self.received: dict[int, bytes] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        encoder = Encoder(VOIP, 48_000)
        self.packets = [
            pack(Packet(111, (sequence + n) % 65_536, (timestamp + n * TICK) % (1 << 32), ssrc, encoder.encode(frame)))
            for n, frame in enumerate(frames(sound))
        ]

    def __del__(self) -> None:
        self.socket.close()

    def send(self, numbers: list[int]) -> None:
        """Send these packets."""
        for n in numbers:
            if n < len(self.packets):
                self.socket.send(self.packets[n])

    def listen(self) -> None:
        """Take what has come."""
        try:
            while True:
                packet = parse(self.socket.recv(2_000))
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


def talk(made: Desk, callers: list[Caller], plan: Plan | None = None) -> None:
    """Two seconds of everybody, the first one by the plan."""
    for n in range(TICKS):
        for caller in callers:
            caller.send(plan(n) if plan is not None and caller is callers[0] else [n])
        made.turn()
        for caller in callers:
            caller.listen()


def alike(one: Float, other: Float) -> float:
    """The normalised correlation at the lag, within 300 ms, at which it is strongest."""
    size = 1 << (len(one) + len(other)).bit_length()
    product = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    most = max(np.abs(product[:LAGS]).max(), np.abs(product[-LAGS - SETTLED * TICK :]).max())
    return float(most / (np.linalg.norm(one) * np.linalg.norm(other)))


def matrix(callers: list[Caller]) -> list[list[float]]:
    """Rows hear, columns speak."""
    return [[alike(listener.heard(), speaker.sound) for speaker in callers] for listener in callers]
