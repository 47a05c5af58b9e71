"""Somebody else's broker, by its own account: the log as it is there, looked at and never made."""

import msgspec
from nats.aio.client import Client

from ..log import LogUnavailable
from ..subjects import EVENTS_STREAM
from .log import JetStreamLog
from .replies import STREAM_NOT_FOUND, Replies
from .stream import UnfitBroker, ask_stream


class There(msgspec.Struct, frozen=True):
    """A log as the server has it: of how many copies (0: there is none), how many facts, when it was made."""

    replicas: int = 0
    facts: int = 0
    created: str = ""


async def look(client: Client) -> There:
    """What this server has. Raises LogUnavailable."""
    replies = Replies(client)
    await replies.open()
    found = await ask_stream(replies, "INFO")
    if found.error is None:
        return There(int(found.config.get("num_replicas", 1)), found.state.messages, found.created)
    if found.error.err_code == STREAM_NOT_FOUND:
        return There()
    raise LogUnavailable(f"stream {EVENTS_STREAM}: {found.error}")


async def open_existing(client: Client) -> JetStreamLog:
    """The log of this server. Raises UnfitBroker when it has none or not one like ours, or LogUnavailable."""
    there = await look(client)
    if not there.replicas:
        raise UnfitBroker(f"this broker has no event log (stream {EVENTS_STREAM})")
    return await JetStreamLog.open(client, there.replicas)


async def erase(client: Client) -> None:
    """Delete the log with all that is in it, so that the next one is another log. Raises LogUnavailable."""
    replies = Replies(client)
    await replies.open()
    gone = await ask_stream(replies, "DELETE")
    if gone.error is not None and gone.error.err_code != STREAM_NOT_FOUND:
        raise LogUnavailable(f"stream {EVENTS_STREAM}: {gone.error}")
