"""From a mouth to an ear through the whole mixer process: when the first packet with a click comes, when the first one
with it leaves, plus the look-ahead of the encoder; then five per cent of loss and 30 ms of jitter, and their end.
"""

import heapq
import random
import socket
import statistics
import struct
import time
from pathlib import Path

import numpy as np
import pytest

from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import Decoder
from services.media.mixing.rtp import Packet, pack, parse
from tests.bench.house import House
from tests.bench.load import EACH_SECOND, SILENT, TICK_SECONDS, Load, Person, Speech, encoded
from tests.bench.report import figure, write

SECONDS, TROUBLE_S, AFTER_S, SETTLED_S = 40.0, 8.0, 8.0, 3.0
WITHIN_S = 5.0
TURN = 30
LOOK_AHEAD_MS = 2.5
CAP_MS = 200.0
LOUD = 0.02
SO_TIMESTAMPNS = 35


def clicking(speaker: int, ticks: int) -> list[bytes]:
    """Faint noise, and a click of one frame every 600 ms: each of three in turn."""
    noise = np.random.default_rng(speaker)
    click = (0.4 * np.sin(2 * np.pi * 1_000 * np.arange(TICK) / 48_000)).astype(np.float32)
    frames: list[Float] = [(noise.standard_normal(TICK) * 0.001).astype(np.float32) for _ in range(ticks)]
    for n in range(10 * speaker, ticks, TURN):
        frames[n] = frames[n] + click
    return encoded(frames)


class Ear:
    """Somebody who only listens. `onsets` is when the first packet of each click left, by the kernel's clock."""

    def __init__(self, line: socket.socket) -> None:
        line.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.onsets: list[float] = []
        self._line = line
        self._decoder = Decoder()
        self._loud = True

    def take(self) -> None:
        """What has come."""
        while True:
            try:
                data, said, *_ = self._line.recvmsg(2_000, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", said[0][2])
            level = float(np.sqrt(np.mean(self._decoder.decode(parse(data).payload) ** 2)))
            if level > LOUD and not self._loud:
                self.onsets.append(seconds + nanoseconds / 1e9)
            self._loud = level > LOUD


def converse(people: list[Person], ear: Ear, packets: list[list[bytes]], trouble: tuple[float, float]) -> list[float]:
    """Three speak at phases of their own; returns when the packet of each click was sent. Between the two times of
    `trouble` packets are lost and late.
    """
    chance = random.Random(1)  # noqa: S311 - the same trouble each time
    begun = time.time()
    due = [(n * TICK_SECONDS + k * 0.0067, k, n) for k in range(3) for n in range(len(packets[k]))]
    line: list[tuple[float, int, int]] = []
    for at, k, n in due:
        bad = trouble[0] <= at < trouble[1]
        if not (bad and chance.random() < 0.05):
            line.append((at + (chance.random() * 0.03 if bad else 0.0), k, n))
    heapq.heapify(line)
    sent = []
    while line:
        at, k, n = heapq.heappop(line)
        while (left := begun + at - time.time()) > 0:
            time.sleep(left)
            ear.take()
        one, listener = people[k], people[3]
        if k == 0 and n % EACH_SECOND == 0:  # who sends nothing for 5 s has lost the place
            silent = Packet(listener.payload_type, n // EACH_SECOND, n * TICK, listener.ssrc, SILENT)
            listener.mouth.send(pack(silent))
        if n % TURN == 10 * k:
            sent.append(time.time())
        one.mouth.send(pack(Packet(one.payload_type, n % 65_536, n * TICK, one.ssrc, packets[k][n])))
    ear.take()
    return sent


def delays(sent: list[float], heard: list[float]) -> list[tuple[float, float]]:
    """(when it was sent, milliseconds until it left) of each click that was heard within half a tick-turn."""
    found = []
    for at in sent:
        after = [each for each in heard if 0 <= each - at < 0.19]
        if after:
            found.append((at, (after[0] - at) * 1e3 + LOOK_AHEAD_MS))
    return found


@pytest.mark.timeout(300)
def test_how_long_a_word_takes(tmp_path: Path) -> None:
    packets = [clicking(k, round((SECONDS + TROUBLE_S + AFTER_S) * 50)) for k in range(3)]
    house = House(tmp_path)
    load = Load(Speech())
    try:
        seated = house.seat(1, 4, 3)
        load.join(seated, house.places(seated))
        begun = time.time()
        ear = Ear(load.people[3].ear)
        sent = converse(load.people, ear, packets, (SECONDS, SECONDS + TROUBLE_S))
    finally:
        load.close()
        house.close()
    took = [(at - begun, ms) for at, ms in delays(sent, ear.onsets)]
    quiet = [ms for at, ms in took if SETTLED_S < at < SECONDS]
    during = [ms for at, ms in took if SECONDS <= at < SECONDS + TROUBLE_S]
    after = [ms for at, ms in took if at >= SECONDS + TROUBLE_S + WITHIN_S]
    normal = statistics.quantiles(quiet, n=100)[98]
    write(
        "mouth-to-ear",
        [
            figure(f"mouth to ear, median of {len(quiet)} clicks", "ms", statistics.median(quiet), 30.0, 1.0),
            figure("mouth to ear, 99th percentile", "ms", normal, 60.0, 1.0),
            figure("with 5 % loss and 30 ms jitter, most", "ms", max(during), CAP_MS, 1.0),
            figure("5 s after its end, median", "ms", statistics.median(after), max(normal, 1.0), 1.0),
        ],
    )
