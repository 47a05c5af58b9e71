"""libopus: mono float32 at 48 kHz, full scale is 1.0. The twin of mixing/opus.py. Negative answers are libopus's no."""

import cython
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine.frame import LARGEST, LONGEST, RATE, TICK
from cython.cimports.services.media.engine.libopus import (
    OPUS_APPLICATION_RESTRICTED_LOWDELAY,
    OPUS_RESET_STATE,
    OPUS_SET_BITRATE_REQUEST,
    OPUS_SET_COMPLEXITY_REQUEST,
    OPUS_SET_INBAND_FEC_REQUEST,
    OPUS_SET_PACKET_LOSS_PERC_REQUEST,
    opus_decode_float,
    opus_decoder_get_size,
    opus_decoder_init,
    opus_encode_float,
    opus_encoder_ctl,
    opus_encoder_get_size,
    opus_encoder_init,
)

COMPLEXITY = cython.declare(cython.int, 5)


def packet_samples(payload: cython.pointer[cython.const[cython.uchar]], size: cython.int) -> cython.int:
    """Samples that a packet's first bytes promise (RFC 6716 section 3.1 and 3.2); 0 when it is no packet."""
    config: cython.int
    code: cython.int
    each: cython.int
    count: cython.int
    if size <= 0:
        return 0
    config, code = payload[0] >> 3, payload[0] & 3
    if config < 12:
        each = 480 if config & 3 == 0 else 960 * (config & 3)
    elif config < 16:
        each = 480 << (config & 1)
    else:
        each = 120 << (config & 3)
    if code == 3 and size == 1:
        return 0
    count = payload[1] & 0x3F if code == 3 else (1 if code == 0 else 2)
    return count * each if count * each <= LONGEST else 0


def new_decoder() -> cython.pointer[OpusDecoder]:
    """Memory to be freed by who asked; NULL when there is none."""
    decoder: cython.pointer[OpusDecoder] = cython.cast(cython.pointer[OpusDecoder], malloc(opus_decoder_get_size(1)))
    if decoder != cython.NULL and opus_decoder_init(decoder, RATE, 1) != 0:
        free(decoder)
        return cython.NULL
    return decoder


def new_encoder(bitrate: cython.int) -> cython.pointer[OpusEncoder]:
    """CELT alone, complexity 5: a third of the cost of a hybrid packet of the same size, and 2.5 ms of look-ahead."""
    encoder: cython.pointer[OpusEncoder] = cython.cast(cython.pointer[OpusEncoder], malloc(opus_encoder_get_size(1)))
    if encoder == cython.NULL:
        return cython.NULL
    if opus_encoder_init(encoder, RATE, 1, OPUS_APPLICATION_RESTRICTED_LOWDELAY) != 0:
        free(encoder)
        return cython.NULL
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE_REQUEST, bitrate)
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY_REQUEST, COMPLEXITY)
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC_REQUEST, 1)
    opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC_REQUEST, 0)
    return encoder


def decode(
    decoder: cython.pointer[OpusDecoder],
    payload: cython.pointer[cython.const[cython.uchar]],
    size: cython.int,
    out: cython.p_float,
) -> cython.int:
    """A packet's samples, at most LONGEST."""
    return opus_decode_float(decoder, payload, size, out, LONGEST, 0)


def recover(
    decoder: cython.pointer[OpusDecoder],
    following: cython.pointer[cython.const[cython.uchar]],
    size: cython.int,
    samples: cython.int,
    out: cython.p_float,
) -> cython.int:
    """The lost packet's samples out of the redundancy in the one that follows; concealment if there is none."""
    return opus_decode_float(decoder, following, size, out, samples, 1)


def conceal(decoder: cython.pointer[OpusDecoder], samples: cython.int, out: cython.p_float) -> cython.int:
    """Something that goes on from what was heard last, a multiple of 120 samples."""
    return opus_decode_float(decoder, cython.NULL, 0, out, samples, 0)


def encode(
    encoder: cython.pointer[OpusEncoder],
    frame: cython.pointer[cython.const[cython.float]],
    out: cython.p_uchar,
) -> cython.int:
    """20 ms as one packet of at most LARGEST bytes; returns its size."""
    return opus_encode_float(encoder, frame, TICK, out, LARGEST)


def follow(encoder: cython.pointer[OpusEncoder], before: cython.pointer[cython.const[OpusEncoder]]) -> cython.void:
    """Go on where another encoder is, so that who has decoded that one's packets can decode these.

    A state is one block without pointers into itself, and may be copied (opus.h).
    """
    memcpy(encoder, before, opus_encoder_get_size(1))


def restart(encoder: cython.pointer[OpusEncoder]) -> cython.void:
    """Forget what was encoded."""
    opus_encoder_ctl(encoder, OPUS_RESET_STATE)
