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
from ..log import Decision, LogUnavailable
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


def appended(decision: Decision, reply: str) -> bytes:
    """The publications of one decision, held against its expectation: that nothing came after it about the aggregate.
    The answer to the last comes to `reply`; nothing when there are no facts. Raises ValueError.
    """
    prefix = decision.aggregate.prefix
    guard = (
        f"Nats-Expected-Last-Subject-Sequence: {decision.expected}\r\n"
        f"Nats-Expected-Last-Subject-Sequence-Subject: {prefix}.>\r\n"
    )
    return _decided(decision.facts, prefix, guard, reply)


def appended_at(decision: Decision, after: Position, reply: str) -> bytes:
    """As `appended`, held against the order of the whole stream: directly after that position, or not at all."""
    return _decided(decision.facts, decision.aggregate.prefix, f"Nats-Expected-Last-Sequence: {after}\r\n", reply)


def _decided(facts: Sequence[Envelope], prefix: str, guard: str, reply: str) -> bytes:
    if len(facts) == 1:
        [fact] = facts
        headers = f"{guard}Nats-Msg-Id: {_printable(fact.id)}\r\n"
        return frame(f"{prefix}.{event_name(fact.type)}", reply, headers, encode(fact))
    batch, last, frames = fresh_id(), len(facts), []
    for n, fact in enumerate(facts, start=1):
        headers = f"{guard}Nats-Msg-Id: {_printable(fact.id)}\r\nNats-Batch-Id: {batch}\r\nNats-Batch-Sequence: {n}\r\n"
        if n == last:
            headers += "Nats-Batch-Commit: 1\r\n"
        frames.append(frame(f"{prefix}.{event_name(fact.type)}", reply if n == last else "", headers, encode(fact)))
        guard = ""
    return b"".join(frames)


def _printable(identity: str) -> str:
    if identity.isprintable():
        return identity
    raise ValueError(f"not an id: {identity[:80]!r}")


async def send(client: Client, frames: bytes) -> None:
    """Hand over as `Client.publish` does it. Raises LogUnavailable when there is no connection to send it on."""
    if client.is_closed or client.is_draining_pubs:
        raise LogUnavailable("the broker can't be asked: the connection is closed")
    if not client.is_connected and client.pending_data_size + len(frames) > client._max_pending_size:  # noqa: SLF001 - there is no public face
        raise LogUnavailable("the broker can't be asked: not connected, and as much waits as may wait")
    await client._send_command(frames)  # noqa: SLF001 - what `publish` does after it has put its bytes together
    await client._flush_pending()  # noqa: SLF001 - as above
