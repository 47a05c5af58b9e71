"""Publications as the bytes that go on the wire, many of them handed to the client at once.

nats-py's `publish` costs more than all else that an append needs: it looks at every character of the headers, joins
them anew and makes a future for its flusher, for each message. Here the bytes are ready before, and one call hands over
as many messages as there are. What the client does with bytes stays as it is: its buffer and the limit of that, its
flusher, and that what was not sent when the connection broke is sent over the next one.
"""

from nats.aio.client import Client

from ..envelope import encode
from ..fresh import fresh_id
from ..log import Decision, LogUnavailable
from ..subjects import event_subject

VERSION = "NATS/1.0\r\n"


def frame(subject: str, reply: str, headers: str, payload: bytes) -> bytes:
    """One publication; `headers` are whole lines. Raises ValueError for what would be read as something else."""
    if not subject.isprintable() or " " in subject:
        raise ValueError(f"not a subject: {subject[:80]!r}")
    size = len(VERSION) + 2 + (len(headers) if headers.isascii() else len(headers.encode()))
    head = f"HPUB {subject} {reply} {size} {size + len(payload)}\r\n{VERSION}{headers}\r\n"
    return b"%b%b\r\n" % (head.encode(), payload)


def expecting(decision: Decision) -> str:
    """That nothing came about the aggregate since the decision was made."""
    return (
        f"Nats-Expected-Last-Subject-Sequence: {decision.expected}\r\n"
        f"Nats-Expected-Last-Subject-Sequence-Subject: {decision.aggregate.prefix}.>\r\n"
    )


def decided(decision: Decision, guard: str, reply: str) -> bytes:
    """The publications of one decision, an atomic batch when it has several facts. `guard` is what the server holds
    them against, the answer to the last comes to `reply`. Raises ValueError.
    """
    about, facts = decision.aggregate, decision.facts
    if len(facts) == 1:
        [fact] = facts
        return frame(event_subject(about, fact.type), reply, guard + _identified(fact.id), encode(fact))
    batch, last, frames = fresh_id(), len(facts), []
    for n, fact in enumerate(facts, start=1):
        headers = f"{guard}{_identified(fact.id)}Nats-Batch-Id: {batch}\r\nNats-Batch-Sequence: {n}\r\n"
        if n == last:
            headers += "Nats-Batch-Commit: 1\r\n"
        frames.append(frame(event_subject(about, fact.type), reply if n == last else "", headers, encode(fact)))
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
