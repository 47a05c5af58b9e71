"""One WebRTC peer's packets, protected and not.

One source has one SSRC. Another one takes over when the first has been silent for a second (a client that restarted
its sender), so that nobody can make us keep state for each of 2^32 of them; after STREAMS of them no more do. Those
before are not forgotten: their old packets stay old.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import kept as keeping
from cython.cimports.services.media.engine import reception, rtp, srtp
from cython.cimports.services.media.engine.admission import (
    NO_KEYS,
    NOT_AUTHENTIC,
    NOT_RTP,
    SECOND_SSRC,
    TAKEN,
)
from cython.cimports.services.media.engine.frame import RATE, TICK
from cython.cimports.services.media.engine.rtp import FIXED
from cython.cimports.services.media.engine.srtp import STREAMS

GONE = cython.declare(cython.int, RATE)
"""Samples of silence after which another SSRC may take over."""

MARKER = cython.declare(cython.uchar, 0x80)


def new(ssrc: cython.uint, opus: cython.int) -> cython.pointer[Wire]:
    """Without keys and routes. `ssrc` is ours, `opus` a payload type. NULL when there is no memory."""
    wire: cython.pointer[Wire] = cython.cast(cython.pointer[Wire], calloc(1, cython.sizeof(Wire)))
    if wire != cython.NULL:
        wire.opus = opus
        wire.red = -1
        wire.offset = ssrc
        reception.begin(cython.address(wire.reception))
    return wire


def end(wire: cython.pointer[Wire]) -> cython.void:
    """Give back all it has, and itself."""
    srtp.end(wire.inbound)
    srtp.end(wire.outbound)
    free(wire.routes)
    free(wire.kept)
    free(wire)


def open(  # noqa: A001  # the other way round from `seal`
    wire: cython.pointer[Wire],
    packet: cython.pointer[Packet],
    header: cython.pointer[Header],
    now: cython.longlong,
) -> cython.int:
    """Read what came by a proven route. Unless TAKEN, nothing has changed but perhaps the packet's bytes."""
    ssrc: cython.uint
    if wire.inbound == cython.NULL:
        return NO_KEYS
    if packet.size < FIXED:
        return NOT_RTP
    ssrc = rtp.word(packet.bytes + 8)
    if wire.senders and ssrc != wire.ssrc and (now - wire.heard < GONE or wire.senders == STREAMS):
        return SECOND_SSRC
    if not srtp.unprotect(wire.inbound, packet.bytes, cython.address(packet.size)):
        return NOT_AUTHENTIC
    if not rtp.parse_with(packet.bytes, packet.size, wire.level, header):
        return NOT_RTP
    if not wire.senders or ssrc != wire.ssrc:
        wire.ssrc = ssrc
        wire.senders += 1
        reception.begin(cython.address(wire.reception))
    wire.heard = now
    reception.receive(cython.address(wire.reception), header.sequence, header.timestamp, now)
    return TAKEN


def seal(
    wire: cython.pointer[Wire],
    header: cython.pointer[Header],
    payload: cython.pointer[cython.const[cython.uchar]],
    size: cython.int,
) -> cython.pointer[Protected]:
    """The next packet as it goes out, the wire's own memory for the next 50; NULL when that can't be. `header` has
    its timestamp without the offset that is ours. Marked: the first one, and each behind a pause (RFC 3551 4.1).
    """
    out: cython.pointer[Protected] = cython.address(wire.spare)
    length: cython.int = FIXED + size
    if wire.kept != cython.NULL:
        out = keeping.follow(wire.kept)
    header.timestamp += wire.offset
    rtp.pack(out.bytes, header)
    if wire.packets == 0 or header.timestamp - wire.timestamp != TICK:
        out.bytes[1] |= MARKER
    memcpy(out.bytes + FIXED, payload, size)
    if not srtp.protect(wire.outbound, out.bytes, cython.address(length)):
        return cython.NULL
    out.size = length
    wire.timestamp = header.timestamp
    wire.packets += 1
    wire.octets += size
    return out
