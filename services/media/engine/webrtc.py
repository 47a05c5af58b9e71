"""WebRTC sources at the desk: by which way their packets come and go, and under which keys.

A datagram reaches a source's keys only by a route that STUN has proven. Keys, routes and terms come from Python, which
has STUN, DTLS and RTCP; no packet of sound passes there.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import conduct, kept, pool, reception, red, routes, sockets, srtp, wire
from cython.cimports.services.media.engine import source as sources
from cython.cimports.services.media.engine.admission import NOT_OPUS, SECOND_SSRC, TAKEN, WRONG_PAYLOAD_TYPE
from cython.cimports.services.media.engine.console import AGAIN, LOSS, ROUTE, SECURE, TERMS
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.kept import Kept, Protected
from cython.cimports.services.media.engine.red import Block

SEQUENCE = cython.declare(cython.int, 0x7FFF)
DTX = cython.declare(cython.int, 3)
"""Bytes in which Opus says nothing."""


def begin(source: cython.pointer[Source]) -> cython.bint:
    """Its `ssrc` is ours, its `payload_type` Opus. False when there is no memory."""
    source.wire = wire.new(source.ssrc, source.payload_type)
    source.out.ssrc = source.ssrc
    source.out.sequence = source.ssrc & SEQUENCE
    return source.wire != cython.NULL


def obey(
    console: cython.pointer[Console], source: cython.pointer[Source], command: cython.pointer[Command]
) -> cython.void:
    """`source` may be NULL, or no WebRTC source: what was given is then given back."""
    if source == cython.NULL or source.wire == cython.NULL:
        srtp.end(command.inbound)
        srtp.end(command.outbound)
        free(command.routes)
    elif command.order == SECURE:
        _secure(source, command)
    elif command.order == ROUTE:
        route(console, source, command.routes)
    elif command.order == TERMS:
        _terms(source, command)
    elif command.order == AGAIN:
        _again(console, source, command)
    elif command.order == LOSS:
        source.strip.loss = command.many


def route(
    console: cython.pointer[Console], source: cython.pointer[Source], given: cython.pointer[Routes]
) -> cython.void:
    """From now on exactly these are its; NULL: none."""
    number: cython.int
    if source.wire == cython.NULL:
        return
    if source.wire.routes != cython.NULL:
        for number in range(source.wire.routes.many):
            routes.forget(
                cython.address(console.routes), cython.address(source.wire.routes.addresses[number]), source.number
            )
    free(source.wire.routes)
    source.wire.routes = given
    if given != cython.NULL:
        for number in range(given.many):
            routes.lead(cython.address(console.routes), cython.address(given.addresses[number]), source.number)


def receive(
    console: cython.pointer[Console],
    source: cython.pointer[Source],
    packet: cython.pointer[Packet],
    now: cython.longlong,
) -> cython.int:
    """Take a datagram that came by one of its routes and is no RTCP. Unless TAKEN it stays the caller's."""
    header: Header
    drop: cython.int = wire.open(source.wire, packet, cython.address(header), now)
    if drop == SECOND_SSRC:
        conduct.strange(cython.address(source.conduct))
    if drop != TAKEN:
        return drop
    if header.payload_type == source.wire.red:
        drop = _redundant(console, source, packet, cython.address(header), now)
        if drop != TAKEN:
            return drop
    elif header.payload_type != source.wire.opus:
        return WRONG_PAYLOAD_TYPE
    conduct.packet(cython.address(source.conduct), header.sequence, header.timestamp, header.size <= DTX)
    header.payload_type = source.payload_type
    return sources.receive(source, cython.address(console.pool), packet, cython.address(header), now)


def send(
    console: cython.pointer[Console],
    source: cython.pointer[Source],
    payload: cython.pointer[cython.const[cython.uchar]],
    size: cython.int,
) -> cython.void:
    """Send the packet of this tick, to the first route."""
    out: cython.pointer[Protected]
    if source.wire.outbound == cython.NULL or source.wire.routes == cython.NULL or source.wire.routes.many == 0:
        return
    source.out.timestamp = cython.cast(cython.uint, console.tick * TICK)
    source.out.payload_type = source.wire.opus
    out = wire.seal(source.wire, cython.address(source.out), payload, size)
    source.out.sequence = (source.out.sequence + 1) & 0xFFFF
    if out != cython.NULL and _put(console, source, out.bytes, out.size):
        console.sent += 1
    else:
        console.unsent += 1


def count(source: cython.pointer[Source], at: cython.longlong, traffic: cython.pointer[Traffic]) -> cython.void:
    """What reports are made of, at a tick."""
    came: cython.pointer[reception.Reception]
    traffic.known = source.wire != cython.NULL
    if source.wire == cython.NULL:
        return
    came = cython.address(source.wire.reception)
    traffic.ssrc = source.wire.ssrc
    traffic.highest = came.highest
    traffic.expected = came.highest - came.first + 1 if came.highest >= 0 else 0
    traffic.received = came.received
    traffic.jitter = cython.cast(cython.int, came.jitter + 0.5)
    traffic.packets = source.wire.packets
    traffic.octets = source.wire.octets
    traffic.timestamp = source.wire.offset + cython.cast(cython.uint, at * TICK)


def _secure(source: cython.pointer[Source], command: cython.pointer[Command]) -> cython.void:
    srtp.end(source.wire.inbound)
    srtp.end(source.wire.outbound)
    source.wire.inbound = command.inbound
    source.wire.outbound = command.outbound


def _terms(source: cython.pointer[Source], command: cython.pointer[Command]) -> cython.void:
    source.wire.red = command.red
    source.wire.level = command.level
    if command.again and source.wire.kept == cython.NULL:
        source.wire.kept = cython.cast(cython.pointer[Kept], calloc(1, cython.sizeof(Kept)))


def _again(
    console: cython.pointer[Console], source: cython.pointer[Source], command: cython.pointer[Command]
) -> cython.void:
    one: cython.pointer[Protected]
    number: cython.int
    if source.wire.kept == cython.NULL or source.wire.routes == cython.NULL or source.wire.routes.many == 0:
        return
    for number in range(command.many):
        one = kept.asked(source.wire.kept, command.wanted[number], console.tick * TICK)
        if one != cython.NULL and _put(console, source, one.bytes, one.size):
            console.sent += 1


def _redundant(
    console: cython.pointer[Console],
    source: cython.pointer[Source],
    packet: cython.pointer[Packet],
    header: cython.pointer[Header],
    now: cython.longlong,
) -> cython.int:
    """Take what it repeats, where that did not come. TAKEN: `header` is now that of what it says itself."""
    blocks: Block[9]
    earlier: Header
    number: cython.int
    last: cython.int = red.unpack(packet.bytes, header.begin, header.size, blocks) - 1
    if last < 0:
        return NOT_OPUS
    for number in range(last):
        if blocks[number].kind != source.wire.opus or blocks[number].size == 0:
            continue
        earlier = header[0]
        earlier.payload_type = source.payload_type
        earlier.sequence = (header.sequence - (last - number)) & 0xFFFF
        earlier.timestamp = header.timestamp - blocks[number].before
        earlier.size = blocks[number].size
        if reception.fill(cython.address(source.wire.reception), earlier.sequence):
            _before(console, source, packet.bytes + blocks[number].begin, cython.address(earlier), now)
    header.begin = blocks[last].begin
    header.size = blocks[last].size
    if blocks[last].kind != source.wire.opus:
        return WRONG_PAYLOAD_TYPE
    return TAKEN if header.size > 0 else NOT_OPUS


def _before(
    console: cython.pointer[Console],
    source: cython.pointer[Source],
    payload: cython.pointer[cython.const[cython.uchar]],
    header: cython.pointer[Header],
    now: cython.longlong,
) -> cython.void:
    """A packet that was lost, and is here now."""
    packet: cython.pointer[Packet] = pool.take(cython.address(console.pool))
    if packet == cython.NULL:
        return
    memcpy(packet.bytes, payload, header.size)
    packet.size = header.size
    header.begin = 0
    if sources.receive(source, cython.address(console.pool), packet, header, now) != TAKEN:
        pool.give(cython.address(console.pool), packet)


def _put(
    console: cython.pointer[Console],
    source: cython.pointer[Source],
    data: cython.pointer[cython.const[cython.uchar]],
    size: cython.int,
) -> cython.bint:
    """Send to the first route."""
    to: cython.pointer[Address] = cython.address(source.wire.routes.addresses[0])
    return (
        sockets.sendto(
            console.fd,
            data,
            size,
            sockets.MSG_DONTWAIT,
            cython.cast(cython.pointer[sockets.sockaddr], cython.address(to.bytes[0])),
            to.size,
        )
        >= 0
    )
