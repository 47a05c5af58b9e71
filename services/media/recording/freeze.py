"""Evidence, taken out of the rings while they go on: one file for each source and the programme, and what they are.

Sample n of each decoded file is media time `from` + n. The folder gets its name when it is whole; the manifest has the
SHA-256 of every file.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from services.media.recording.evidence import about, packets
from services.media.recording.packets import UNIT, Packet
from services.media.recording.stem import About, Stem

ROLL = 3_840
"""Samples before `from` that the decoder gets to find its way, and leaves out (RFC 7845 section 4.6)."""

MANIFEST = "manifest.json"


class Piece(msgspec.Struct, frozen=True):
    """One file of a bundle. `lost` counts missing packets; what was there lies from `first` to `last`."""

    name: str
    sha256: str
    source: str
    person: str
    epoch: int
    first: int
    last: int
    lost: int


class Bundle(msgspec.Struct, frozen=True, rename={"begin": "from", "end": "to"}):
    """What a folder of evidence holds."""

    room: str
    begin: int
    end: int
    pieces: list[Piece]


def freeze(rings: Iterable[Path], begin: int, end: int, folder: Path) -> Bundle:
    """Write what the rings have from `begin` to `end` (media time) into `folder`, which must not be there yet. Raises
    OSError when it can't, and leaves nothing then but a folder whose name ends in .part.
    """
    begin -= begin % UNIT
    part = folder.with_name(folder.name + ".part")
    part.mkdir(mode=0o700, parents=True)
    pieces, room = [], ""
    for path in sorted(rings):
        data = path.read_bytes()
        of = about(data)
        room = of.room
        kept = [packet for packet in packets(data) if packet.end > begin - ROLL and packet.at < end]
        if any(packet.payload and packet.end > begin for packet in kept):
            pieces.append(_write(part, of, kept, (begin, end)))
    bundle = Bundle(room, begin, end, pieces)
    _put(part / MANIFEST, msgspec.json.format(msgspec.json.encode(bundle)))
    part.rename(folder)
    return bundle


def _write(folder: Path, of: About, kept: list[Packet], cut: tuple[int, int]) -> Piece:
    begin, end = cut
    stem = Stem(msgspec.structs.replace(of, pre_skip=ROLL + of.pre_skip), begin - ROLL)
    for packet in kept:
        stem.add(packet)
    pages, lines = stem.close(end)
    name = f"{of.source}-{of.epoch}.opus"
    _put(folder / name, pages)
    _put(folder / f"{name}.lines", lines)
    lost = sum(not packet.payload for packet in kept)
    digest = hashlib.sha256(pages).hexdigest()
    return Piece(name, digest, of.source, of.person, of.epoch, kept[0].at, kept[-1].end, lost)


def _put(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
