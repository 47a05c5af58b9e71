"""What a stream says about itself: Vorbis comments (also of Opus and FLAC) and ID3v2. Pure; damaged, it says less."""

from collections.abc import Iterator

from services.media.transport.icecast import printable

MOST = 64


def vorbis_comment(data: bytes) -> tuple[str, str] | None:
    """Title and artist of a comment header without its packet's own beginning; None when it names no title."""
    found: dict[str, str] = {}
    for each in _fields(data):
        name, equals, value = each.decode("utf-8", "replace").partition("=")
        if equals and name.lower() in ("title", "artist"):
            found.setdefault(name.lower(), printable(value))
    return (found["title"], found.get("artist", "")) if found.get("title") else None


def _fields(data: bytes) -> Iterator[bytes]:
    at = 4 + _number(data, 0)
    count, at = min(MOST, _number(data, at)), at + 4
    for _ in range(count):
        length = _number(data, at)
        if at + 4 + length > len(data):
            return
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


ID3_HEADER = 10
LARGEST_ID3 = 1 << 20
ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")


def id3_length(data: bytes) -> int:
    """How many bytes of an ID3v2 tag `data` begins with, 0 when with none; needs the first 10."""
    if len(data) < ID3_HEADER or data[:3] != b"ID3" or max(data[6:10]) > 0x7F:
        return 0
    return ID3_HEADER + _seven(data[6:10])


def id3_title(tag: bytes) -> tuple[str, str] | None:
    """Title and artist of a whole tag of version 2.3 or 2.4 (id3.org); None when it names no title."""
    found: dict[bytes, str] = {}
    at, version = ID3_HEADER, tag[3]
    while at + 10 <= len(tag) and tag[at : at + 4].isalnum():
        name, length = tag[at : at + 4], tag[at + 4 : at + 8]
        size = _seven(length) if version >= 4 else int.from_bytes(length, "big")
        if name in (b"TIT2", b"TPE1"):
            found[name] = _id3_text(tag[at + 10 : at + 10 + size])
        at += 10 + size
    return (found[b"TIT2"], found.get(b"TPE1", "")) if found.get(b"TIT2") else None


def _id3_text(data: bytes) -> str:
    encoding = ENCODINGS[data[0]] if data and data[0] < len(ENCODINGS) else "latin-1"
    return printable(data[1:].decode(encoding, "replace").replace("\0", " "))


def _seven(data: bytes) -> int:
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number
