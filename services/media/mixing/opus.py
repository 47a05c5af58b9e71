"""libopus through ctypes: the only doorway to it.

Calls keep the interpreter lock (PyDLL): a decode takes 25 us, giving the lock away and getting it back in a busy
process takes milliseconds. A decoder makes mono float32 of whatever comes, full scale is 1.0.
"""

import ctypes
import ctypes.util
from functools import cache
from typing import Any

import numpy as np

from .frame import RATE, Float

LONGEST = 5_760
"""Samples in the longest packet: 120 ms (RFC 6716 section 3.2.1)."""

LARGEST = 1_275
VOIP, AUDIO, LOWDELAY = 2048, 2049, 2051
SET_BITRATE, SET_COMPLEXITY, SET_INBAND_FEC, SET_PACKET_LOSS, SET_DTX = 4002, 4010, 4012, 4014, 4016


class LibopusMissing(RuntimeError):
    """The system has no libopus; the message says how to get it."""


class OpusRefused(ValueError):
    """libopus says no: the packet is damaged, or an argument is out of range."""


def packet_samples(payload: bytes) -> int:
    """Samples at 48 kHz that a packet's first bytes promise (RFC 6716 section 3.1 and 3.2); 0 when it is no packet."""
    if not payload:
        return 0
    config, code = payload[0] >> 3, payload[0] & 3
    if config < 12:
        each = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:
        each = (480, 960)[config & 1]
    else:
        each = (120, 240, 480, 960)[config & 3]
    if code == 3 and len(payload) == 1:
        return 0
    count = payload[1] & 0x3F if code == 3 else 1 + (code > 0)
    samples = count * each
    return samples if samples <= LONGEST else 0


@cache
def library() -> Any:
    """The loaded library. Raises LibopusMissing."""
    opus: Any = _loaded()
    handle, pointer, integer = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int
    opus.opus_strerror.restype = ctypes.c_char_p
    opus.opus_decoder_get_size.restype = integer
    opus.opus_decoder_init.argtypes = [handle, ctypes.c_int32, integer]
    opus.opus_decode_float.argtypes = [handle, ctypes.c_char_p, ctypes.c_int32, pointer, integer, integer]
    opus.opus_encoder_get_size.restype = integer
    opus.opus_encoder_init.argtypes = [handle, ctypes.c_int32, integer, integer]
    opus.opus_encode_float.argtypes = [handle, pointer, integer, ctypes.c_char_p, ctypes.c_int32]
    opus.opus_encoder_ctl.argtypes = [handle, integer]
    return opus


def _loaded() -> ctypes.PyDLL:
    for name in ("libopus.so.0", "libopus.0.dylib", None):
        found = name or ctypes.util.find_library("opus")
        try:
            if found is not None:
                return ctypes.PyDLL(found)
        except OSError:
            continue
    raise LibopusMissing("libopus is not installed (Debian, Ubuntu: apt install libopus0; macOS: brew install opus)")


def _checked(answer: int) -> int:
    if answer < 0:
        raise OpusRefused(f"libopus: {library().opus_strerror(answer).decode()}")
    return answer


class Decoder:
    """One source's decoder. Its memory is its own, so that nothing is left when it goes."""

    def __init__(self) -> None:
        self._opus = library()
        self._state = ctypes.create_string_buffer(self._opus.opus_decoder_get_size(1))
        _checked(self._opus.opus_decoder_init(self._state, RATE, 1))
        self._out: Float = np.zeros(LONGEST, np.float32)
        self._place = self._out.ctypes.data

    def decode(self, payload: bytes) -> Float:
        """A packet's samples. The array is used again by the next call. Raises OpusRefused."""
        return self._run(payload, LONGEST, 0)

    def recover(self, following: bytes, samples: int) -> Float:
        """The lost packet's samples out of the redundancy in the one that follows; concealment if there is none."""
        return self._run(following, samples, 1)

    def conceal(self, samples: int) -> Float:
        """Something that goes on from what was heard last, a multiple of 120 samples."""
        return self._run(None, samples, 0)

    def _run(self, payload: bytes | None, samples: int, fec: int) -> Float:
        size = 0 if payload is None else len(payload)
        made = self._opus.opus_decode_float(self._state, payload, size, self._place, samples, fec)
        return self._out[: _checked(made)]


class Encoder:
    """Mono, 48 kHz, 32 kbit/s with in-band FEC unless told otherwise: what a browser sends."""

    def __init__(self, application: int = VOIP, bitrate: int = 32_000, complexity: int = 5, loss: int = 10) -> None:
        self._opus = library()
        self._state = ctypes.create_string_buffer(self._opus.opus_encoder_get_size(1))
        _checked(self._opus.opus_encoder_init(self._state, RATE, 1, application))
        settings = {SET_BITRATE: bitrate, SET_COMPLEXITY: complexity, SET_INBAND_FEC: 1, SET_PACKET_LOSS: loss}
        for request, value in settings.items():
            _checked(self._opus.opus_encoder_ctl(self._state, request, ctypes.c_int32(value)))
        self._out = ctypes.create_string_buffer(LARGEST)

    @property
    def state(self) -> bytes:
        """Where it is. A state is one block without pointers into itself, and may be copied (opus.h)."""
        return self._state.raw

    def follow(self, state: bytes) -> None:
        """Go on where another encoder of the same kind was: who has decoded its packets can decode these."""
        ctypes.memmove(self._state, state, len(self._state))

    def expect(self, loss: int) -> None:
        """From now on so many percent of its packets get lost."""
        _checked(self._opus.opus_encoder_ctl(self._state, SET_PACKET_LOSS, ctypes.c_int32(loss)))

    def encode(self, frame: Float) -> bytes:
        """One packet out of 2.5, 5, 10, 20, 40 or 60 ms. Raises OpusRefused."""
        line = np.ascontiguousarray(frame, np.float32)
        size = self._opus.opus_encode_float(self._state, line.ctypes.data, len(line), self._out, LARGEST)
        return self._out.raw[: _checked(size)]
