"""PCM to frames that stand alone. Every frame is a place to join and to splice, so nothing may lean on the one before.

A codec answers late: a sample that goes in at place i is heard at place i + delay of what a decoder gives back
(the MDCT's overlap, and for MP3 the decoder's filter bank too, whose 529 samples LAME counts in). Both encoders here
have a delay of exactly one frame: AAC by nature (1024), MP3 because we feed 47 samples of silence first
(1105 + 47 = 1152). So frame 0 holds nothing but priming and is dropped, and frame n + 1 sounds what went in as block n.

MP3 has no bit reservoir: `main_data_begin` is 0 in every frame (ISO/IEC 11172-3 2.4.1.7), at 48 kHz and 64 kbit/s each
frame is 192 bytes without padding, 384 of two channels. AAC comes raw and gets its ADTS header here (ISO/IEC 14496-3
1.A.3.2).
"""

from fractions import Fraction
from typing import Protocol

import numpy as np
from av import AudioFrame, CodecContext
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from services.media.distribution.formats import AAC, MP3, SAMPLE_RATE, Format

MP3_LEAD = MP3.frame - 1105
AAC_LEAD = 0
LAYOUTS = {1: "mono", 2: "stereo"}


class FrameEncoder(Protocol):
    """Takes blocks of exactly `form.frame` samples, gives frames back one or two blocks later, none twice."""

    form: Format
    lead: int
    """Samples of silence to feed first, so that the delay is one whole frame."""

    def encode(self, block: NDArray[np.int16]) -> list[bytes]:
        """The frames that this block, samples by channels, completed."""

    def flush(self) -> list[bytes]:
        """What was still inside. Nothing can be encoded afterwards."""


class Mp3Encoder:
    """LAME, constant 64 kbit/s for each channel. Compression level 7 costs half of the default; speech does not tell,
    music gets the default.
    """

    form = MP3
    lead = MP3_LEAD

    def __init__(self, channels: int = 1) -> None:
        level = "7" if channels == 1 else "5"
        self._codec = _open("libmp3lame", "s16p", MP3, {"reservoir": "0", "compression_level": level}, channels)
        self._fed = 0

    def encode(self, block: NDArray[np.int16]) -> list[bytes]:
        planes = np.ascontiguousarray(block.T)
        frame = AudioFrame.from_ndarray(planes, format="s16p", layout=LAYOUTS[len(planes)])
        self._fed = _stamp(frame, self._fed)
        return [bytes(packet) for packet in self._codec.encode(frame)]

    def flush(self) -> list[bytes]:
        return [bytes(packet) for packet in self._codec.encode(None)]


class AacEncoder:
    """FFmpeg's own AAC-LC, 64 kbit/s for each channel; for one with the fast coder (40 % of the default's time)."""

    form = AAC
    lead = AAC_LEAD

    def __init__(self, channels: int = 1) -> None:
        self._channels = channels
        self._codec = _open("aac", "fltp", AAC, {"aac_coder": "fast" if channels == 1 else "twoloop"}, channels)
        self._fed = 0

    def encode(self, block: NDArray[np.int16]) -> list[bytes]:
        scaled = np.ascontiguousarray(block.T).astype(np.float32) / np.float32(32768)
        frame = AudioFrame.from_ndarray(scaled, format="fltp", layout=LAYOUTS[len(scaled)])
        self._fed = _stamp(frame, self._fed)
        return [adts(bytes(packet), self._channels) for packet in self._codec.encode(frame)]

    def flush(self) -> list[bytes]:
        return [adts(bytes(packet), self._channels) for packet in self._codec.encode(None)]


ENCODERS: dict[str, type[Mp3Encoder] | type[AacEncoder]] = {"mp3": Mp3Encoder, "aac": AacEncoder}


def adts(payload: bytes, channels: int) -> bytes:
    """One raw AAC-LC frame, 48 kHz, with its seven bytes of ADTS header (no CRC, buffer fullness "variable")."""
    size = len(payload) + 7
    sync, profile_rate_channels = 0xFFF1, (1 << 14) | (3 << 10) | (channels << 6)
    bits = (sync << 40) | (profile_rate_channels << 24) | (size << 13) | (0x7FF << 2)
    return bits.to_bytes(7, "big") + payload


def _open(codec: str, sample_format: str, form: Format, options: dict[str, str], channels: int) -> AudioCodecContext:
    context = CodecContext.create(codec, "w")
    assert isinstance(context, AudioCodecContext)  # noqa: S101 — tells mypy what kind of codec these two names are
    context.sample_rate = SAMPLE_RATE
    context.layout = LAYOUTS[channels]
    context.format = sample_format
    context.bit_rate = form.bitrate * channels
    context.time_base = Fraction(1, SAMPLE_RATE)
    context.thread_count = 1
    context.options = options
    context.open()
    return context


def _stamp(frame: AudioFrame, fed: int) -> int:
    frame.sample_rate = SAMPLE_RATE
    frame.time_base = Fraction(1, SAMPLE_RATE)
    frame.pts = fed
    return fed + frame.samples
