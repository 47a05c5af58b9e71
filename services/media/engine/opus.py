"""libopus: mono float32 at 48 kHz, full scale is 1.0. The twin of mixing/opus.py. Negative answers are libopus's no."""

import cython
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine.frame import LARGEST, LONGEST, RATE, TICK
from cython.cimports.services.media.engine.libopus import (
    OPUS_APPLICATION_RESTRICTED_LOWDELAY,
    OPUS_APPLICATION_VOIP,
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


def ready(coder: cython.pointer[Coder], bitrate: cython.int, loss: cython.int) -> cython.bint:
    """Have an encoder of complexity 5; False when there is no memory. CELT alone: a third of the cost of a hybrid
    packet of the same size, and 2.5 ms of look-ahead. For who loses packets the dearer ones that say again what was in
    the one before (RFC 6716 section 2.1.7); from one to the other it begins anew.
    """
    if coder.state == cython.NULL:
        coder.state = cython.cast(cython.pointer[OpusEncoder], malloc(opus_encoder_get_size(1)))
    elif coder.begun and (loss > 0) == (coder.loss > 0):
        if loss != coder.loss:
            opus_encoder_ctl(coder.state, OPUS_SET_PACKET_LOSS_PERC_REQUEST, loss)
            coder.loss = loss
        return True
    coder.loss = loss
    if coder.state == cython.NULL:
        return False
    if opus_encoder_init(
        coder.state, RATE, 1, OPUS_APPLICATION_VOIP if loss > 0 else OPUS_APPLICATION_RESTRICTED_LOWDELAY
    ):
        give(coder)
        return False
    opus_encoder_ctl(coder.state, OPUS_SET_BITRATE_REQUEST, bitrate)
    opus_encoder_ctl(coder.state, OPUS_SET_COMPLEXITY_REQUEST, COMPLEXITY)
    opus_encoder_ctl(coder.state, OPUS_SET_INBAND_FEC_REQUEST, 1)
    opus_encoder_ctl(coder.state, OPUS_SET_PACKET_LOSS_PERC_REQUEST, loss)
    coder.begun = 1
    return True


def give(coder: cython.pointer[Coder]) -> cython.void:
    """Give its memory back."""
    free(coder.state)
    coder.state = cython.NULL
    coder.begun = 0


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
    coder: cython.pointer[Coder],
    frame: cython.pointer[cython.const[cython.float]],
    out: cython.p_uchar,
) -> cython.int:
    """20 ms as one packet of at most LARGEST bytes; returns its size."""
    return opus_encode_float(coder.state, frame, TICK, out, LARGEST)


def follow(coder: cython.pointer[Coder], before: cython.pointer[cython.const[Coder]]) -> cython.void:
    """Go on where another encoder is, so that who has decoded that one's packets can decode these. Both are `ready`.

    A state is one block without pointers into itself, and may be copied (opus.h).
    """
    memcpy(coder.state, before.state, opus_encoder_get_size(1))
    coder.loss = before.loss


def restart(coder: cython.pointer[Coder]) -> cython.void:
    """Forget what was encoded: it begins anew when it is `ready` next, since libopus' own reset leaves a hybrid encoder
    knowing whether it said things twice.
    """
    coder.begun = 0
