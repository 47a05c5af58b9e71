"""Somebody else's broker, by its own account: the log as it is there, looked at and never made."""

from nats.aio.client import Client

from ..log import LogUnavailable
from ..subjects import EVENTS_STREAM
from .log import JetStreamLog
from .replies import Replies
from .stream import STREAM_NOT_FOUND, UnfitBroker, ask_stream


async def replicas_there(client: Client) -> int:
    """Of how many copies the log of this server is; 0 when there is none. Raises LogUnavailable."""
    replies = Replies(client)
    await replies.open()
    found = await ask_stream(replies, "INFO")
    if found.error is None:
        return int(found.config.get("num_replicas", 1))
    if found.error.err_code == STREAM_NOT_FOUND:
        return 0
    raise LogUnavailable(f"stream {EVENTS_STREAM}: {found.error.description} ({found.error.err_code})")


async def open_existing(client: Client) -> JetStreamLog:
    """The log of this server. Raises UnfitBroker when it has none, or one that can't be read, or LogUnavailable."""
    replicas = await replicas_there(client)
    if not replicas:
        raise UnfitBroker(f"this broker has no event log (stream {EVENTS_STREAM})")
    return await JetStreamLog.open(client, replicas)


async def erase(client: Client) -> None:
    """Delete the log with all that is in it, so that the next one is another log. Raises LogUnavailable."""
    replies = Replies(client)
    await replies.open()
    gone = await ask_stream(replies, "DELETE")
    if gone.error is not None and gone.error.err_code != STREAM_NOT_FOUND:
        raise LogUnavailable(f"stream {EVENTS_STREAM}: {gone.error.description} ({gone.error.err_code})")
