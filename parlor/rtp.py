"""A small RTP sender, independent of the mixer's own transport: a file as 20 ms Opus packets, in real time."""

import asyncio
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from services.media.mixing.frame import TICK, Float
from services.media.mixing.level import dbfs
from services.media.mixing.opus import Encoder
from services.media.mixing.quantise import widen
from services.media.mixing.rtp import Packet, pack
from services.media.sources.recording import frames

TICK_S = 0.020
QUIETEST = 127


async def send(  # noqa: PLR0913, PLR0917  # what a registration answers, and how to play
    file: Path,
    host: str,
    port: int,
    ssrc: int,
    payload_type: int,
    gain: float = 1.0,
    start_at: float | None = None,
) -> int:
    """Play a file to a registered source, once; returns the number of packets. `start_at` is the event loop's time of
    the first packet (default: now), so that several senders can begin together. Raises Unplayable or OSError.
    """
    loop = asyncio.get_running_loop()
    begin = loop.time() if start_at is None else start_at
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sent = 0
    with socket.socket(family, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        out.connect((host, port))
        for packet in packets(file, ssrc, payload_type, gain):
            await asyncio.sleep(max(0.0, begin + sent * TICK_S - loop.time()))
            out.send(pack(packet))
            sent += 1
    return sent


def packets(file: Path, ssrc: int, payload_type: int, gain: float = 1.0) -> Iterator[Packet]:
    """The same packets, without the time between them. Sequence and timestamp begin anywhere (RFC 3550 section 5.1)."""
    encoder = Encoder()
    sequence, timestamp = secrets.randbits(16), secrets.randbits(32)
    for n, pcm in enumerate(frames(file)):
        frame: Float = widen(pcm) * np.float32(gain)
        yield Packet(
            payload_type=payload_type,
            sequence=(sequence + n) & 0xFFFF,
            timestamp=(timestamp + n * TICK) & 0xFFFFFFFF,
            ssrc=ssrc,
            payload=encoder.encode(frame),
            marker=n == 0,
            level=min(QUIETEST, max(0, round(-dbfs(frame)))),
        )
