"""RTCP (RFC 3550 section 6, generic NACK: RFC 4585 section 6.2.1): compound packets read and written.

What we have no use for (APP, XR, picture and bandwidth feedback) is skipped by its length. Reduced-size packets
(RFC 5506) are taken like others.
"""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

SR, RR, SDES, BYE, RTPFB = 200, 201, 202, 203, 205
GENERIC_NACK = 1
CNAME = 1
BLOCK = 24
MOST = 31
"""Blocks, chunks or SSRCs in one packet: the counter has five bits."""

LONGEST = 1_500
WORD = 1 << 16


class NotRtcp(ValueError):
    """These bytes are no RTCP; the message says what is wrong with them."""


class Block(msgspec.Struct, frozen=True):
    """How a receiver fares with one source. `fraction` of 256 lost since the last report; `highest` is the extended
    sequence number; `jitter` is in samples; `last` and `delay` (1/65536 s) are about the last SenderReport.
    """

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last: int
    delay: int


class SenderReport(msgspec.Struct, frozen=True):
    """`ntp` is seconds times 2^32, of a clock of the sender's own."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[Block, ...] = ()


class ReceiverReport(msgspec.Struct, frozen=True):
    ssrc: int
    blocks: tuple[Block, ...] = ()


class Names(msgspec.Struct, frozen=True):
    """SDES: canonical names by SSRC."""

    names: tuple[tuple[int, str], ...]


class Goodbye(msgspec.Struct, frozen=True):
    ssrcs: tuple[int, ...]


class Nack(msgspec.Struct, frozen=True):
    """Sequence numbers of `about` that did not come to `ssrc`."""

    ssrc: int
    about: int
    lost: tuple[int, ...]


Report: TypeAlias = SenderReport | ReceiverReport | Names | Goodbye | Nack


def parse(data: bytes) -> list[Report]:
    """Read a compound packet. Raises NotRtcp."""
    if not 4 <= len(data) <= LONGEST:
        raise NotRtcp(f"RTCP has 4 to {LONGEST} bytes, not {len(data)}")
    reports: list[Report] = []
    at = 0
    while at < len(data):
        if at + 4 > len(data) or data[at] >> 6 != 2:
            raise NotRtcp("a packet of version 2 has 4 bytes and more")
        end = at + 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data):
            raise NotRtcp("a packet ends behind the compound")
        report = _one(data[at + 1], data[at] & 0x1F, data[at + 4 : end - _padding(data, at, end)])
        if report is not None:
            reports.append(report)
        at = end
    return reports


def build(reports: Iterable[Report]) -> bytes:
    """The compound packet that `parse` reads as these."""
    return b"".join(_pack(report) for report in reports)


def _padding(data: bytes, at: int, end: int) -> int:
    if not data[at] & 0x20:
        return 0
    padding = data[end - 1]
    if padding == 0 or padding % 4 or padding > end - at - 4:
        raise NotRtcp(f"padding of {padding} bytes")
    return padding


def _one(kind: int, count: int, body: bytes) -> Report | None:
    match kind:
        case 200:
            _need(body, BLOCK + BLOCK * count)
            timestamp, packets, octets = (_number(body, at, 4) for at in (12, 16, 20))
            blocks = _blocks(body, BLOCK, count)
            return SenderReport(_number(body, 0, 4), _number(body, 4, 8), timestamp, packets, octets, blocks)
        case 201:
            _need(body, 4 + BLOCK * count)
            return ReceiverReport(_number(body, 0, 4), _blocks(body, 4, count))
        case 202:
            return Names(_names(body, count))
        case 203:
            _need(body, 4 * count)
            return Goodbye(tuple(_number(body, 4 * each, 4) for each in range(count)))
        case 205 if count == GENERIC_NACK:
            _need(body, 8)
            return Nack(_number(body, 0, 4), _number(body, 4, 4), _lost(body[8:]))
        case _:
            return None


def _need(body: bytes, size: int) -> None:
    if len(body) < size:
        raise NotRtcp(f"a packet of {len(body)} bytes promises {size}")


def _number(body: bytes, at: int, size: int) -> int:
    return int.from_bytes(body[at : at + size], "big")


def _blocks(body: bytes, begin: int, count: int) -> tuple[Block, ...]:
    return tuple(_block(body, begin + BLOCK * each) for each in range(count))


def _block(body: bytes, at: int) -> Block:
    return Block(
        ssrc=_number(body, at, 4),
        fraction=body[at + 4],
        lost=int.from_bytes(body[at + 5 : at + 8], "big", signed=True),
        highest=_number(body, at + 8, 4),
        jitter=_number(body, at + 12, 4),
        last=_number(body, at + 16, 4),
        delay=_number(body, at + 20, 4),
    )


def _names(body: bytes, count: int) -> tuple[tuple[int, str], ...]:
    names: list[tuple[int, str]] = []
    at = 0
    for _ in range(count):
        _need(body, at + 5)
        ssrc = _number(body, at, 4)
        at += 4
        while body[at]:
            _need(body, at + 2)
            end = at + 2 + body[at + 1]
            _need(body, end + 1)
            if body[at] == CNAME:
                names.append((ssrc, body[at + 2 : end].decode(errors="replace")))
            at = end
        at += 4 - at % 4
    return tuple(names)


def _lost(body: bytes) -> tuple[int, ...]:
    lost: list[int] = []
    for at in range(0, len(body) - 3, 4):
        first, mask = _number(body, at, 2), _number(body, at + 2, 2)
        lost.append(first)
        lost += [(first + 1 + bit) % WORD for bit in range(16) if mask >> bit & 1]
    return tuple(lost)


def _pack(report: Report) -> bytes:
    match report:
        case SenderReport():
            counts = b"".join(_word(each) for each in (report.timestamp, report.packets, report.octets))
            head = _word(report.ssrc) + report.ntp.to_bytes(8, "big") + counts
            return _packet(SR, len(report.blocks), head + b"".join(map(_pack_block, report.blocks)))
        case ReceiverReport():
            return _packet(RR, len(report.blocks), _word(report.ssrc) + b"".join(map(_pack_block, report.blocks)))
        case Names():
            return _packet(SDES, len(report.names), b"".join(_pack_name(*each) for each in report.names))
        case Goodbye():
            return _packet(BYE, len(report.ssrcs), b"".join(map(_word, report.ssrcs)))
        case Nack():
            words = b"".join(each.to_bytes(2, "big") + bytes(2) for each in report.lost)
            return _packet(RTPFB, GENERIC_NACK, _word(report.ssrc) + _word(report.about) + words)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return bytes((0x80 | count, kind)) + (len(body) // 4).to_bytes(2, "big") + body


def _pack_block(block: Block) -> bytes:
    lost = max(-(1 << 23), min(block.lost, (1 << 23) - 1)).to_bytes(3, "big", signed=True)
    rest = (block.highest, block.jitter, block.last, block.delay)
    return _word(block.ssrc) + bytes((block.fraction,)) + lost + b"".join(map(_word, rest))


def _pack_name(ssrc: int, name: str) -> bytes:
    item = name.encode()
    chunk = _word(ssrc) + bytes((CNAME, len(item))) + item
    return chunk + bytes(4 - len(chunk) % 4)


def _word(value: int) -> bytes:
    return (value & 0xFFFFFFFF).to_bytes(4, "big")
