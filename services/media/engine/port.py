"""The one UDP socket of a tick thread: read empty once a tick, and written to when the mixes are made.

The first byte says what a datagram is (RFC 7983): RTP goes to its source; STUN, DTLS and RTCP go through a ring to who
understands them, and answers come back through another. What came by a WebRTC source's route is that source's; what
did not is by its SSRC a registered sender's: from networks that may send, and from the address that used it first.
"""

import cython
from cython.cimports.libc.string import memcmp, memcpy, memset
from cython.cimports.services.media.engine import allowance, arrival, conduct, pool, ring, routes, rtp, sockets, webrtc
from cython.cimports.services.media.engine import source as sources
from cython.cimports.services.media.engine.admission import (
    NO_MEMORY,
    NOT_ALLOWED,
    NOT_RTP,
    RTCP,
    TAKEN,
    TOO_MANY,
    UNKNOWN_SSRC,
    WRONG_SENDER,
)
from cython.cimports.services.media.engine.bus import HEARS_GREEN
from cython.cimports.services.media.engine.console import FLOODING, SOURCES, Datagram, Network, find
from cython.cimports.services.media.engine.frame import DATAGRAM, LARGEST, TICK
from cython.cimports.services.media.engine.news import tell
from cython.cimports.services.media.engine.rtp import FIXED, Header
from cython.cimports.services.media.engine.shared import Encode

AT_ONCE = cython.declare(cython.int, 4_000)
"""Datagrams in one tick: ten times what a core can mix. More wait in the socket's buffer, then the kernel drops."""

LOOKS = cython.declare(cython.int, 8)

DTX = cython.declare(cython.int, 3)
"""Bytes in which Opus says nothing."""


def receive(console: cython.pointer[Console], now: cython.longlong, stamped: cython.bint) -> cython.void:
    """Take what has arrived since the last time. `stamped`: `now` goes with the kernel's clock, by which each came."""
    packet: cython.pointer[Packet] = cython.NULL
    address: Address
    wall: cython.longlong = arrival.wall()
    waited: cython.longlong
    drop: cython.int
    number: cython.int
    for number in range(AT_ONCE):
        if packet == cython.NULL:
            packet = pool.take(cython.address(console.pool))
        if packet == cython.NULL:
            console.dropped[NO_MEMORY] += 1
            return
        waited = arrival.read(console.fd, packet, cython.address(address), wall)
        if packet.size < 0:
            if sockets.errno == sockets.EAGAIN:
                break
            continue
        drop = _take(console, packet, cython.address(address), now - waited if stamped else now)
        console.dropped[drop] += 1
        if drop == TAKEN:
            packet = cython.NULL
    if packet != cython.NULL:
        pool.give(cython.address(console.pool), packet)


def send(console: cython.pointer[Console]) -> cython.void:
    """Everybody's packet of this tick, and what others want to have sent."""
    number: cython.int
    for number in range(console.highest):
        if console.studios[number] != cython.NULL and console.studios[number].awake:
            _send(console, console.studios[number])
    _reply(console)


def allowed(console: cython.pointer[Console], address: cython.pointer[cython.const[Address]]) -> cython.bint:
    """True for the networks that may send."""
    family: cython.int = cython.cast(cython.pointer[sockets.sockaddr], address.bytes).sa_family
    host: cython.pointer[cython.const[cython.uchar]] = address.bytes + (4 if family == sockets.AF_INET else 8)
    network: cython.pointer[Network]
    number: cython.int
    whole: cython.int
    mask: cython.int
    for number in range(console.networks_many):
        network = cython.address(console.networks[number])
        whole = network.bits // 8
        mask = 0xFF00 >> network.bits % 8 & 0xFF
        if network.family != family or memcmp(host, network.prefix, whole) != 0:
            continue
        if mask == 0 or host[whole] & mask == network.prefix[whole] & mask:
            return True
    return False


def _take(
    console: cython.pointer[Console],
    packet: cython.pointer[Packet],
    address: cython.pointer[Address],
    now: cython.longlong,
) -> cython.int:
    """TAKEN packets are their source's; all others stay the caller's."""
    source: cython.pointer[Source]
    first: cython.int = packet.bytes[0] if packet.size > 0 else 255
    drop: cython.int = routes.find(cython.address(console.routes), address)
    source = console.sources[drop] if drop >= 0 else cython.NULL
    if source != cython.NULL and not _bounded(console, source, now):
        return TOO_MANY
    drop = NOT_RTP if first < 64 else TAKEN
    if packet.size >= 8 and first >> 6 == 2 and 192 <= packet.bytes[1] <= 223:
        drop = RTCP
    if drop != TAKEN:
        if source == cython.NULL and not allowance.stranger(
            cython.address(console.crowd), routes.mark_of(address, False), now
        ):
            return TOO_MANY
        _outside(console, packet, address)
        return drop
    if source != cython.NULL:
        return webrtc.receive(console, source, packet, now)
    return _registered(console, packet, address, now)


def _registered(
    console: cython.pointer[Console],
    packet: cython.pointer[Packet],
    address: cython.pointer[Address],
    now: cython.longlong,
) -> cython.int:
    """RTP of somebody whose SSRC is known, or nobody's."""
    header: Header
    source: cython.pointer[Source]
    drop: cython.int
    if not rtp.parse(packet.bytes, packet.size, cython.address(header)):
        return NOT_RTP
    source = find(console, header.ssrc)
    drop = _admit(console, source, address)
    if drop == UNKNOWN_SSRC:
        _strange(console, address, now)
    if drop == TAKEN and not _bounded(console, source, now):
        drop = TOO_MANY
    if drop == TAKEN:
        conduct.packet(cython.address(source.conduct), header.sequence, header.timestamp, header.size <= DTX)
        drop = sources.receive(source, cython.address(console.pool), packet, cython.address(header), now)
    if drop == TAKEN and not source.latched:
        source.address = address[0]
        source.latched = 1
    return drop


def _strange(
    console: cython.pointer[Console], address: cython.pointer[cython.const[Address]], now: cython.longlong
) -> cython.void:
    """An SSRC that nobody has: if a source sends from there, it changes its own. Looked for a few times a tick only."""
    source: cython.pointer[Source]
    number: cython.int
    if now // TICK != console.looked_at:
        console.looked_at = now // TICK
        console.looked = 0
    console.looked += 1
    if console.looked > LOOKS:
        return
    for number in range(SOURCES):
        source = console.sources[number]
        if source != cython.NULL and source.latched and routes.same(cython.address(source.address), address):
            conduct.strange(cython.address(source.conduct))
            return


def _bounded(console: cython.pointer[Console], source: cython.pointer[Source], now: cython.longlong) -> cython.bint:
    """False when a source sends more than sound can be; told once in such a second."""
    over: cython.int = allowance.spend(cython.address(source.allowance), now)
    if over > 0:
        source.conduct.packets += 1
    if over == 1:
        tell(console, FLOODING, source.room, source)
    return over <= 0


def _admit(
    console: cython.pointer[Console],
    source: cython.pointer[cython.const[Source]],
    address: cython.pointer[cython.const[Address]],
) -> cython.int:
    """TAKEN when this address may send as that source: the first one to come decides."""
    if source == cython.NULL:
        return UNKNOWN_SSRC
    if source.latched:
        return TAKEN if routes.same(cython.address(source.address), address) else WRONG_SENDER
    return TAKEN if allowed(console, address) else NOT_ALLOWED


def _outside(
    console: cython.pointer[Console], packet: cython.pointer[Packet], address: cython.pointer[Address]
) -> cython.void:
    """Hand a datagram over that is no media."""
    out: cython.pointer[Datagram]
    if packet.size > DATAGRAM:
        return
    out = cython.cast(cython.pointer[Datagram], ring.claim(cython.address(console.outside)))
    if out != cython.NULL:
        out.address = address[0]
        out.size = packet.size
        memcpy(out.bytes, packet.bytes, packet.size)
        ring.publish(cython.address(console.outside))
        console.news = 1


def _send(console: cython.pointer[Console], studio: cython.pointer[Studio]) -> cython.void:
    line: cython.uchar[1287]
    shared: cython.pointer[Encode]
    source: cython.pointer[Source]
    payload: cython.p_uchar
    size: cython.int
    number: cython.int
    memset(line, 0, FIXED)
    for number in range(studio.room.many):
        source = cython.cast(cython.pointer[Source], studio.room.strips[number])
        if not source.strip.listens or not (source.latched or source.wire != cython.NULL):
            continue
        shared = cython.address(studio.room.stage.shared.encodes[source.strip.loss > 0])
        if source.strip.ear == HEARS_GREEN:
            shared = cython.address(studio.room.green.shared.encodes[source.strip.loss > 0])
        size, payload = shared.size, cython.address(shared.packet[0])
        if source.strip.apart:
            size, payload = source.strip.size, cython.address(source.strip.packet[0])
        if not 0 < size <= LARGEST:
            continue
        if source.wire != cython.NULL:
            webrtc.send(console, source, payload, size)
            continue
        source.out.timestamp = cython.cast(cython.uint, console.tick * TICK)
        rtp.pack(line, cython.address(source.out))
        source.out.sequence = (source.out.sequence + 1) & 0xFFFF
        memcpy(line + FIXED, payload, size)
        if (
            sockets.sendto(
                console.fd,
                line,
                FIXED + size,
                sockets.MSG_DONTWAIT,
                cython.cast(cython.pointer[sockets.sockaddr], cython.address(source.address.bytes[0])),
                source.address.size,
            )
            < 0
        ):
            console.unsent += 1
        else:
            console.sent += 1


def _reply(console: cython.pointer[Console]) -> cython.void:
    one: cython.pointer[Datagram]
    number: cython.int
    for number in range(AT_ONCE):
        one = cython.cast(cython.pointer[Datagram], ring.peek(cython.address(console.replies)))
        if one == cython.NULL:
            return
        sockets.sendto(
            console.fd,
            one.bytes,
            one.size,
            sockets.MSG_DONTWAIT,
            cython.cast(cython.pointer[sockets.sockaddr], cython.address(one.address.bytes[0])),
            one.address.size,
        )
        ring.release(cython.address(console.replies))
