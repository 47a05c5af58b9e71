"""The last two minutes of one source, in a file of fixed size that wraps and that any kill leaves readable.

The file is made in its whole size at the beginning, so that a full disk later takes nothing away. Behind a page that
says what it is, records follow each other; one that does not fit before the end begins at the beginning again, over the
oldest. Each has its length and a checksum over all of it, and nothing says where the newest one ends: who reads looks
for records everywhere, leaves torn ones out, and puts the others in the order of their numbers.

    mark (4) · checksum (4) · length (2) · sequence + 1, 0 if none (4) · timestamp (4) · span (2) · number (8) · at (8)
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from services.media.recording.packets import Packet
from services.media.recording.stem import About

SECONDS = 120
WINDOW = SECONDS * 48_000
BYTES = 4 << 20
"""Two minutes at 256 kbit/s. A source that sends more shortens its own memory, nobody else's."""

PAGE = 4_096
MARK = b"\xa9Rec"
RECORD = struct.Struct("<4sIHIIHQQ")
CHECKED = 8
LONGEST_PAYLOAD = 1_500


class Kept(NamedTuple):
    """One packet of the past. Numbers grow, over all wraps."""

    number: int
    packet: Packet


class EvidenceRing:
    """Writes. Raises OSError when the file can't be made; later writes need no new room on the disk."""

    def __init__(self, path: Path, about: About, size: int = BYTES) -> None:
        line = msgspec.json.encode(about)
        self._size = size
        self._at = PAGE
        self._number = 0
        self._waiting: list[tuple[int, bytes]] = []
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(self._file, 0, size)
            os.pwrite(self._file, len(line).to_bytes(2, "little") + line, 0)
        except OSError:
            os.close(self._file)
            path.unlink()
            raise

    def put(self, packet: Packet) -> None:
        """Keep one packet, with the next `flush`."""
        self._number += 1
        record = _written(self._number, packet)
        if self._at + len(record) > self._size:
            self._waiting.append((self._at, bytes(self._size - self._at)))  # or records of rounds ago would stay there
            self._at = PAGE
        self._waiting.append((self._at, record))
        self._at += len(record)

    def flush(self) -> None:
        """Write what waits; what follows each other in the file, at once."""
        waiting, self._waiting = self._waiting, []
        begin, run = 0, bytearray()
        for at, record in waiting:
            if run and at != begin + len(run):
                os.pwrite(self._file, run, begin)
                run = bytearray()
            begin = begin if run else at
            run += record
        if run:
            os.pwrite(self._file, run, begin)

    def sync(self) -> None:
        """Nothing: what is newest here is old in two minutes, and a torn record is left out."""

    def close(self, _at: int) -> None:
        """Write no more. The file stays."""
        try:
            self.flush()
        finally:
            os.close(self._file)


def about(data: bytes) -> About:
    """What a ring is of. Raises ValueError when this is no ring."""
    try:
        return msgspec.json.decode(data[2 : 2 + int.from_bytes(data[:2], "little")], type=About)
    except msgspec.MsgspecError as fault:
        raise ValueError(f"no evidence ring: {fault}") from fault


def packets(data: bytes) -> list[Packet]:
    """Of all whole records of a ring's bytes the packets of the last two minutes, oldest first; also while it is
    written.
    """
    found = [kept.packet for kept in sorted(_found(data))]
    return [packet for packet in found if packet.end > found[-1].end - WINDOW]


def _found(data: bytes) -> Iterator[Kept]:
    at = data.find(MARK, PAGE)
    while at >= 0:
        kept = _record(data, at)
        if kept is not None:
            yield kept
        at = data.find(MARK, at + (1 if kept is None else RECORD.size + len(kept.packet.payload)))


def _record(data: bytes, begin: int) -> Kept | None:
    if begin + RECORD.size > len(data):
        return None
    _, checksum, length, said, timestamp, span, number, at = RECORD.unpack_from(data, begin)
    end = begin + RECORD.size + length
    if length > LONGEST_PAYLOAD or zlib.crc32(data[begin + CHECKED : end]) != checksum:
        return None
    payload = data[begin + RECORD.size : end]
    return Kept(number, Packet(at, span, payload, said - 1 if said else None, timestamp))


def _written(number: int, packet: Packet) -> bytes:
    said = 0 if packet.sequence is None else packet.sequence + 1
    head = RECORD.pack(MARK, 0, len(packet.payload), said, packet.timestamp, packet.span, number, packet.at)
    checksum = zlib.crc32(head[CHECKED:] + packet.payload)
    return MARK + checksum.to_bytes(4, "little") + head[CHECKED:] + packet.payload
