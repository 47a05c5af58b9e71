"""Evidence, taken out of the rings while they go on: one file for each source and the programme, and what they are.

Sample n of each decoded file is media time `from` + n. The folder gets its name when it is whole; the manifest has the
SHA-256 of every file.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

import msgspec

from services.media.recording.evidence import WINDOW, about, packets
from services.media.recording.packets import UNIT, Packet
from services.media.recording.shelf import Growing, free_name, private_folder, sync_folder
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


class Held(NamedTuple):
    """What a ring has, oldest first."""

    of: About
    packets: list[Packet]


def freeze(rings: Iterable[Path], begin: int, end: int | None, folder: Path) -> Bundle | None:
    """Write what the rings have from `begin` to `end` (media time; None: to the newest), two minutes at most, into
    `folder`, which must not be there yet. Packets stay whole: sound may go on for some milliseconds behind `end`. None,
    and nothing is written, when they have nothing there. Raises OSError when it can't, and leaves nothing then; a kill
    leaves a folder whose name ends in .part, which the next try clears away.
    """
    held = list(_held(rings))
    if not held:
        return None
    end = max(each.packets[-1].end for each in held) if end is None else end
    begin = max(begin, end - WINDOW, min(each.packets[0].at for each in held))
    begin, end = begin - begin % UNIT, end + -end % UNIT
    heard = [each for each in held if any(packet.payload and begin < packet.end for packet in _before(each, end))]
    if not heard or begin >= end:
        return None
    part = folder.with_name(folder.name + ".part")
    if part.exists():
        rmtree(part)
    try:
        private_folder(part)
        bundle = Bundle(heard[0].of.room, begin, end, [_write(part, each, (begin, end)) for each in heard])
        _put(part / MANIFEST, msgspec.json.format(msgspec.json.encode(bundle)))
        sync_folder(part)
        part.rename(folder)
        sync_folder(folder.parent)
    except OSError:
        rmtree(part, ignore_errors=True)
        raise
    return bundle


def manifest(folder: Path) -> tuple[Bundle, str]:
    """What a frozen folder holds, and the SHA-256 of its manifest. Raises OSError."""
    text = (folder / MANIFEST).read_bytes()
    return msgspec.json.decode(text, type=Bundle), hashlib.sha256(text).hexdigest()


def _held(rings: Iterable[Path]) -> Iterator[Held]:
    for path in sorted(rings):
        data = path.read_bytes()
        with suppress(ValueError):  # one that is just being made, or was when its mixer was killed, has nothing
            held = Held(about(data), packets(data))
            if held.packets:
                yield held


def _before(held: Held, end: int) -> Iterator[Packet]:
    return (packet for packet in held.packets if packet.at < end)


def _write(folder: Path, held: Held, cut: tuple[int, int]) -> Piece:
    begin, end = cut
    of = held.of
    kept = [packet for packet in _before(held, end) if packet.end > begin - ROLL]
    stem = Stem(msgspec.structs.replace(of, pre_skip=ROLL + of.pre_skip), begin - ROLL)
    for packet in kept:
        stem.add(packet)
    pages, lines = stem.close(end)
    file = free_name(folder, f"{of.source}-{of.epoch}", ".opus")
    _put(file, pages)
    _put(file.with_name(f"{file.name}.lines"), lines)
    lost = sum(not packet.payload for packet in kept)
    digest = hashlib.sha256(pages).hexdigest()
    return Piece(file.name, digest, of.source, of.person, of.epoch, kept[0].at, kept[-1].end, lost)


def _put(path: Path, data: bytes) -> None:
    file = Growing(path)
    try:
        file.append(data)
        file.sync()
    finally:
        file.close()
