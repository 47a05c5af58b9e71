"""A tick thread on a loopback port, and people who send it packets."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import numpy as np

from services.media.engine.desk import Desk
from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import VOIP, Decoder, Encoder
from services.media.mixing.rtp import Packet, pack, parse

LOOPBACK = ip_network("127.0.0.0/8")


@contextmanager
def desk(*networks: str) -> Iterator[tuple[Desk, int]]:
    """One that ticks, and its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        made = Desk(bound, [ip_network(each) for each in networks] or [LOOPBACK])
        made.start()
        try:
            yield made, bound.getsockname()[1]
        finally:
            made.stop()


@contextmanager
def by_hand() -> Iterator[tuple[Desk, int]]:
    """One that ticks when `turn` is called, and its port. What is sent to it over loopback lies there at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield Desk(bound, [LOOPBACK]), bound.getsockname()[1]


class Person:
    """Somebody who sends a tone and hears what comes back."""

    def __init__(self, port: int, ssrc: int, hertz: float = 440.0) -> None:
        self.ssrc = ssrc
        self.hertz = hertz
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.received: list[Packet] = []
        self._encoder = Encoder(VOIP)
        self._sent = 0

    def __del__(self) -> None:
        self.socket.close()

    def say(self, peak: float = 0.2, payload_type: int = 111) -> None:
        """The next 20 ms."""
        when = (np.arange(TICK) + self._sent * TICK) / 48_000
        frame = (peak * np.sin(2 * np.pi * self.hertz * when)).astype(np.float32)
        packet = Packet(payload_type, self._sent % 65_536, self._sent * TICK, self.ssrc, self._encoder.encode(frame))
        self.socket.send(pack(packet))
        self._sent += 1

    def listen(self) -> None:
        """Take what has come."""
        while True:
            try:
                self.received.append(parse(self.socket.recv(2_000)))
            except BlockingIOError:
                return

    def heard(self) -> Float:
        """All of it, decoded."""
        decoder = Decoder()
        return np.concatenate([decoder.decode(packet.payload).copy() for packet in self.received])


def keep_time(ticks: int, each: Callable[[], None]) -> None:
    """Do something every 20 ms."""
    begun = time.monotonic()
    for n in range(ticks):
        each()
        while time.monotonic() < begun + (n + 1) * 0.02:
            time.sleep(0.001)


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, 5 s at most."""
    bound = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < bound, "it did not come true within 5 s"
        time.sleep(0.002)
