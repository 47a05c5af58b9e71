"""Packets come early, late, twice, out of order or never; a tick wants exactly the next one.

The theory is in mixing/jitter.py, whose decisions these are, packet for packet; so is the order of the functions.
Packets are memory of the pool. `push` owns what it is given. A PACKET that `pull` gives is the caller's, who gives it
back; the packet behind a LOST one stays here.
"""

import cython
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import delay
from cython.cimports.services.media.engine import pool as memory
from cython.cimports.services.media.engine.sequence import extend

CAP = cython.declare(cython.int, 9_600)
JUMP = cython.declare(cython.int, 1_000)
MISORDER = cython.declare(cython.int, 100)
DRY_LIMIT = cython.declare(cython.int, 10)
WINDOW = cython.declare(cython.int, 24_000)
TOO_DEEP = cython.declare(cython.int, 3)
ANY = cython.declare(cython.longlong, -(1 << 17))


def begin(jitter: cython.pointer[Jitter]) -> cython.void:
    """An empty buffer."""
    memset(jitter, 0, cython.sizeof(Jitter))
    jitter.delay.target = 2
    jitter.highest = -1
    jitter.least = ANY
    jitter.priming = 1
    jitter.suspect = -1
    jitter.span = 960


def end(jitter: cython.pointer[Jitter], pool: cython.pointer[Pool]) -> cython.void:
    """Give back what lies here."""
    number: cython.int
    for number in range(SLOTS):
        _drop(jitter, pool, number)


def depth(jitter: cython.pointer[Jitter]) -> cython.int:
    """Samples from the one that is due next to the newest."""
    packets: cython.longlong = jitter.highest - jitter.due + 1
    if not jitter.begun or packets < 0:
        return 0
    return cython.cast(cython.int, packets) * jitter.span


def push(
    jitter: cython.pointer[Jitter],
    pool: cython.pointer[Pool],
    packet: cython.pointer[Packet],
    arrived: cython.pointer[Arrived],
) -> cython.void:
    """Keep one packet, if it can still be of use."""
    place: cython.longlong = 0
    slot: cython.pointer[Slot]
    if not _place(jitter, pool, arrived.sequence, cython.address(place)):
        memory.give(pool, packet)
        return
    if place < _due(jitter, place) and not _reopens(jitter, place):
        jitter.tally.late += 1
        if jitter.ring[place & (SLOTS - 1)].place != place:
            delay.measure(cython.address(jitter.delay), arrived.timestamp, arrived.arrival, jitter.span)
        memory.give(pool, packet)
        return
    slot = cython.address(jitter.ring[place & (SLOTS - 1)])
    if slot.packet != cython.NULL and slot.place == place:
        jitter.tally.twice += 1
        memory.give(pool, packet)
        return
    _drop(jitter, pool, place & (SLOTS - 1))
    jitter.span = arrived.span
    slot.place = place
    slot.packet = packet
    slot.timestamp = arrived.timestamp
    slot.begin = arrived.begin
    slot.size = arrived.size
    slot.silent = arrived.silent
    jitter.highest = max(jitter.highest, place)
    delay.measure(cython.address(jitter.delay), arrived.timestamp, arrived.arrival, arrived.span)
    _shorten(jitter, pool)


def pull(
    jitter: cython.pointer[Jitter],
    pool: cython.pointer[Pool],
    quiet: cython.bint,
    pulled: cython.pointer[Pull],
) -> Kind:
    """What is due now. `quiet`: the last frame was, so that leaving one out is not heard. `sequence` is that of what is
    given, or missing.
    """
    pulled.packet = cython.NULL
    pulled.payload = cython.NULL
    pulled.size = 0
    pulled.silent = 0
    pulled.sequence = -1
    pulled.timestamp = 0
    if not jitter.begun or (jitter.priming and jitter.highest - jitter.due + 1 < jitter.delay.target):
        return IDLE
    jitter.priming = 0
    _lean(jitter, pool, quiet)
    while jitter.due <= jitter.highest:
        jitter.due += 1
        pulled.sequence = (jitter.due - 1) & 0xFFFF
        if _there(jitter, jitter.due - 1, pulled):
            jitter.ring[(jitter.due - 1) & (SLOTS - 1)].packet = cython.NULL
            jitter.dry = jitter.owed = 0
            return PACKET
        jitter.tally.lost += 1
        if jitter.owed == 0:
            _there(jitter, jitter.due, pulled)
            return LOST
        jitter.owed -= 1
    pulled.sequence = (jitter.due + jitter.owed) & 0xFFFF
    return _run_dry(jitter, pool)


def _there(jitter: cython.pointer[Jitter], place: cython.longlong, pulled: cython.pointer[Pull]) -> cython.bint:
    slot: cython.pointer[Slot] = cython.address(jitter.ring[place & (SLOTS - 1)])
    if slot.packet == cython.NULL or slot.place != place:
        return False
    pulled.packet = slot.packet
    pulled.payload = slot.packet.bytes + slot.begin
    pulled.size = slot.size
    pulled.silent = slot.silent
    pulled.timestamp = slot.timestamp
    return True


def _drop(jitter: cython.pointer[Jitter], pool: cython.pointer[Pool], number: cython.int) -> cython.void:
    slot: cython.pointer[Slot] = cython.address(jitter.ring[number])
    if slot.packet != cython.NULL:
        memory.give(pool, slot.packet)
        slot.packet = cython.NULL


def _place(
    jitter: cython.pointer[Jitter],
    pool: cython.pointer[Pool],
    sequence: cython.int,
    place: cython.pointer[cython.longlong],
) -> cython.bint:
    """The extended number; False while a far jump waits for its second packet."""
    ahead: cython.longlong
    place[0] = sequence
    if jitter.highest < 0:
        return True
    place[0] = extend(sequence, jitter.highest)
    ahead = place[0] - jitter.highest
    if -MISORDER <= ahead <= JUMP:
        jitter.suspect = -1
        return True
    if sequence != jitter.suspect:
        jitter.suspect = (sequence + 1) & 0xFFFF
        jitter.tally.skipped += 1
        return False
    jitter.suspect = -1
    _forget(jitter, pool, ANY)
    place[0] = sequence
    return True


def _due(jitter: cython.pointer[Jitter], place: cython.longlong) -> cython.longlong:
    """The number that is due; this one, if nothing is and it was not there before."""
    if jitter.begun:
        return jitter.due
    if place < jitter.least:
        return jitter.least
    jitter.begun = 1
    jitter.due = jitter.highest = place
    jitter.priming = 1
    jitter.dry = jitter.owed = 0
    jitter.deep = 0
    return place


def _forget(jitter: cython.pointer[Jitter], pool: cython.pointer[Pool], least: cython.longlong) -> cython.void:
    """Begin anew with the next packet that is not below `least`."""
    end(jitter, pool)
    jitter.begun = 0
    jitter.least = least
    delay.forget(cython.address(jitter.delay))


def _reopens(jitter: cython.pointer[Jitter], place: cython.longlong) -> cython.bint:
    """While priming, an earlier packet than the first may still take its place at the front."""
    if not jitter.priming or not jitter.begun or place < jitter.least or jitter.highest - place >= SLOTS // 2:
        return False
    jitter.due = place
    return True


def _shorten(jitter: cython.pointer[Jitter], pool: cython.pointer[Pool]) -> cython.void:
    """The hard cap, after a burst or behind a gap."""
    most: cython.int = CAP // jitter.span
    excess: cython.longlong
    begin: cython.longlong
    most = 1 if most < 1 else (min(most, SLOTS - 1))
    excess = jitter.highest - jitter.due + 1 - most
    if not jitter.begun or excess <= 0:
        return
    begin = jitter.due + excess
    begin = max(begin, jitter.highest - jitter.delay.target + 1)
    excess = begin - jitter.due
    _leave_out(jitter, pool, cython.cast(cython.int, min(excess, SLOTS)))
    jitter.due = begin


def _lean(jitter: cython.pointer[Jitter], pool: cython.pointer[Pool], quiet: cython.bint) -> cython.void:
    """Leave out what was too much all the time."""
    depth: cython.int = cython.cast(cython.int, jitter.highest - jitter.due + 1)
    excess: cython.int
    if depth <= jitter.delay.target:
        jitter.deep = 0
        return
    jitter.shallowest = depth if jitter.deep == 0 else min(jitter.shallowest, depth)
    excess = jitter.shallowest - jitter.delay.target
    jitter.deep += jitter.span
    if jitter.deep < WINDOW:
        return
    if quiet:
        _leave_out(jitter, pool, excess)
    elif excess >= TOO_DEEP:
        _leave_out(jitter, pool, (excess + 1) // 2)
    elif jitter.deep >= 4 * WINDOW:
        _leave_out(jitter, pool, excess)


def _leave_out(jitter: cython.pointer[Jitter], pool: cython.pointer[Pool], many: cython.int) -> cython.void:
    number: cython.int
    place: cython.longlong
    for number in range(many):
        place = jitter.due + number
        if jitter.ring[place & (SLOTS - 1)].packet != cython.NULL and jitter.ring[place & (SLOTS - 1)].place == place:
            jitter.tally.skipped += 1
            _drop(jitter, pool, place & (SLOTS - 1))
        else:
            jitter.tally.lost += 1
    jitter.due += many
    jitter.deep = 0


def _run_dry(jitter: cython.pointer[Jitter], pool: cython.pointer[Pool]) -> Kind:
    jitter.dry += 1
    jitter.owed += 1
    jitter.deep = 0
    if jitter.dry >= DRY_LIMIT:
        _forget(jitter, pool, jitter.due)
        return IDLE
    return DRY
