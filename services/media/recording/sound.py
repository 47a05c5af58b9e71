"""PCM as Opus packets, for the programme and for sources that don't come as Opus: PyAV, off the hot path.

An encoder answers late, by DELAY samples: a packet's sound is heard that much behind the beginning of what it was made
of. A stem with a pre-skip of DELAY puts it right (RFC 7845 section 4.2).
"""

from fractions import Fraction

import numpy as np
from av import AudioFrame, CodecContext
from av.audio.codeccontext import AudioCodecContext

RATE = 48_000
TICK = 960
DELAY = 312
"""Samples: 6.5 ms, libopus's look-ahead at 48 kHz for AUDIO."""

BITS = {1: 96_000, 2: 160_000}


class OpusSound:
    """20 ms of int16 in, one packet out."""

    def __init__(self, channels: int) -> None:
        self.channels = channels
        context = CodecContext.create("libopus", "w")
        assert isinstance(context, AudioCodecContext)  # noqa: S101 — tells mypy what kind of codec this name is
        context.sample_rate = RATE
        context.layout = "stereo" if channels == 2 else "mono"
        context.format = "s16"
        context.bit_rate = BITS[channels]
        context.time_base = Fraction(1, RATE)
        context.thread_count = 1
        context.options = {"application": "audio", "frame_duration": "20", "compression_level": "5"}
        context.open()
        self._codec = context
        self._fed = 0

    def encode(self, pcm: bytes) -> bytes:
        """`pcm` is one tick, interleaved."""
        samples = np.frombuffer(pcm, np.int16)[np.newaxis]
        frame = AudioFrame.from_ndarray(samples, format="s16", layout="stereo" if self.channels == 2 else "mono")
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = self._fed
        self._fed += TICK
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))
