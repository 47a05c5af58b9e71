"""Message headers read when somebody asks for them: every stored fact has the three that its append needed, and who
replays a log looks at none of them.

nats-py looks at each character of each name to learn whether it is a space, 15 µs for a fact. There is no option for
that and no way to receive a fact without its headers, so the client's reader is replaced. The result is the same for
what servers send; a line without a colon is left out, and a value loses the blanks around it.
"""

from collections.abc import Iterator, Mapping

from nats.aio.client import Client

VERSION = len(b"NATS/1.0")
STATUS_DIGITS = 3
PLAIN = b"NATS/1.0\r\n"


class Unread(Mapping[str, str]):
    """The headers of a message without a status, read at the first question."""

    __slots__ = ("_raw", "_read")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._read: dict[str, str] | None = None

    def _all(self) -> dict[str, str]:
        if self._read is None:
            self._read = parse_headers(self._raw)
        return self._read

    def __getitem__(self, name: str) -> str:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def parse_headers(raw: bytes) -> dict[str, str]:
    """`NATS/1.0[ <status>[ <description>]]`, then a line for each header (nats-architecture-and-design, ADR-4)."""
    first, *lines = raw.decode(errors="replace").split("\r\n")
    headers = {}
    inline = first[VERSION:].strip()
    if inline:
        headers["Status"] = inline[:STATUS_DIGITS]
        if description := inline[STATUS_DIGITS:].strip():
            headers["Description"] = description
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name] = value.strip()
    return headers


def read_headers_late(client: Client) -> None:
    """Have this client read headers as above."""

    async def process(raw: bytes | None) -> Mapping[str, str] | None:
        if not raw:
            return None
        return Unread(raw) if raw.startswith(PLAIN) else parse_headers(raw)

    client._process_headers = process  # type: ignore[assignment,method-assign]  # noqa: SLF001 - the only place to do it
