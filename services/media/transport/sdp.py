"""Session descriptions (RFC 8866) as lines: checked against limits once, then only looked up in.

Whoever writes these is not trusted: sizes are bounded before anything is split, and a value that we repeat in an
answer has passed a pattern that holds no line end.
"""

import re

import msgspec

from services.media.errors import MalformedSdp

LARGEST = 32_768
MOST_LINES = 1_000
LONGEST_LINE = 2_048
MOST_SECTIONS = 16

LINE = re.compile(r"[a-z]=[^\x00-\x1f\x7f]*")
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`{|}~/]{1,64}")
UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
PWD = re.compile(r"[A-Za-z0-9+/]{22,256}")


class Attributes(msgspec.Struct, frozen=True):
    """`a=` lines of one level, in their order."""

    lines: tuple[tuple[str, str], ...] = ()

    def first(self, name: str) -> str | None:
        """The value of the first one of this name; "" for a flag."""
        return next((value for each, value in self.lines if each == name), None)

    def every(self, name: str) -> list[str]:
        """The values of all of this name."""
        return [value for each, value in self.lines if each == name]


class Section(msgspec.Struct, frozen=True):
    """One `m=` line and what belongs to it."""

    kind: str
    port: str
    protocol: str
    formats: tuple[str, ...]
    attributes: Attributes

    @property
    def mid(self) -> str:
        """Its name in the bundle (RFC 9143); "" when it has none."""
        return self.attributes.first("mid") or ""


class Description(msgspec.Struct, frozen=True):
    """Both levels."""

    attributes: Attributes
    sections: tuple[Section, ...]


def read(text: str) -> Description:
    """Read a session description or a fragment of one. Raises MalformedSdp."""
    lines = _lines(text)
    levels: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            levels.append([])
        levels[-1].append(line)
    if len(levels) - 1 > MOST_SECTIONS:
        raise MalformedSdp(f"{len(levels) - 1} media sections; {MOST_SECTIONS} at most")
    return Description(_attributes(levels[0]), tuple(_section(level) for level in levels[1:]))


def _lines(text: str) -> list[str]:
    if len(text) > LARGEST:
        raise MalformedSdp(f"a session description of {len(text)} characters; {LARGEST} at most")
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line]
    if len(lines) > MOST_LINES:
        raise MalformedSdp(f"{len(lines)} lines; {MOST_LINES} at most")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE or LINE.fullmatch(line) is None:
            raise MalformedSdp(f"line {number} is no `<letter>=<value>` of at most {LONGEST_LINE} characters")
    return lines


def _section(lines: list[str]) -> Section:
    kind, port, protocol, *formats = [*lines[0][2:].split(), "", "", ""]
    parts = (kind, port.partition("/")[0], protocol, *(each for each in formats if each))
    if any(TOKEN.fullmatch(part) is None for part in parts):
        raise MalformedSdp("a media line is `m=<kind> <port> <protocol> <format> …`")
    attributes = _attributes(lines)
    mid = attributes.first("mid")
    if mid is not None and TOKEN.fullmatch(mid) is None:
        raise MalformedSdp("`a=mid` is a token of at most 64 characters")
    return Section(kind, parts[1], protocol, parts[3:], attributes)


def _attributes(lines: list[str]) -> Attributes:
    split = (line[2:].partition(":") for line in lines if line.startswith("a="))
    return Attributes(tuple((name, value.strip()) for name, _, value in split))
