"""Publications as the bytes that go on the wire, many of them handed to the client at once.

nats-py's `publish` costs more than all else that an append needs: it looks at every character of the headers, joins
them anew and makes a future for its flusher, for each message. Here the bytes are ready before, and one call hands over
as many messages as there are. What the client does with bytes stays as it is: its buffer and the limit of that, its
flusher, and that what was not sent when the connection broke is sent over the next one.
"""

from collections.abc import Sequence

from nats.aio.client import Client

from ..envelope import Envelope, encode
from ..fresh import fresh_id
from ..ids import Position
from ..log import LogUnavailable
from ..subjects import event_name

VERSION = "NATS/1.0\r\n"
BARE = len(VERSION) + len("\r\n")


def frame(subject: str, reply: str, headers: str, payload: bytes) -> bytes:
    """One publication; `headers` are whole lines. Raises ValueError for what would be read as something else."""
    if " " in subject or not subject.isprintable():
        raise ValueError(f"not a subject: {subject[:80]!r}")
    size = BARE + (len(headers) if headers.isascii() else len(headers.encode()))
    head = f"HPUB {subject} {reply} {size} {size + len(payload)}\r\n{VERSION}{headers}\r\n"
    return head.encode() + payload + b"\r\n"


def expecting(expected: Position, prefix: str) -> str:
    """That nothing came after a position about the aggregate with this prefix."""
    return (
        f"Nats-Expected-Last-Subject-Sequence: {expected}\r\n"
        f"Nats-Expected-Last-Subject-Sequence-Subject: {prefix}.>\r\n"
    )


def decided(facts: Sequence[Envelope], prefix: str, guard: str, reply: str) -> bytes:
    """The publications of one decision about the aggregate with this prefix, an atomic batch when it has several
    facts. `guard` is what the server holds them against, the answer to the last comes to `reply`. Raises ValueError.
    """
    if len(facts) == 1:
        [fact] = facts
        return frame(f"{prefix}.{event_name(fact.type)}", reply, guard + _identified(fact.id), encode(fact))
    batch, last, frames = fresh_id(), len(facts), []
    for n, fact in enumerate(facts, start=1):
        headers = f"{guard}{_identified(fact.id)}Nats-Batch-Id: {batch}\r\nNats-Batch-Sequence: {n}\r\n"
        if n == last:
            headers += "Nats-Batch-Commit: 1\r\n"
        frames.append(frame(f"{prefix}.{event_name(fact.type)}", reply if n == last else "", headers, encode(fact)))
        guard = ""
    return b"".join(frames)


def _identified(identity: str) -> str:
    if not identity.isprintable():
        raise ValueError(f"not an id: {identity[:80]!r}")
    return f"Nats-Msg-Id: {identity}\r\n"


async def send(client: Client, frames: bytes) -> None:
    """Hand over as `Client.publish` does it. Raises LogUnavailable when there is no connection to send it on."""
    if client.is_closed or client.is_draining_pubs:
        raise LogUnavailable("the broker can't be asked: the connection is closed")
    if not client.is_connected and client.pending_data_size + len(frames) > client._max_pending_size:  # noqa: SLF001 - there is no public face
        raise LogUnavailable("the broker can't be asked: not connected, and as much waits as may wait")
    await client._send_command(frames)  # noqa: SLF001 - what `publish` does after it has put its bytes together
    await client._flush_pending()  # noqa: SLF001 - as above
