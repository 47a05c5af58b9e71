"""Our reader of headers and nats-py's agree on everything that servers send."""

import pytest
from nats.aio.client import Client

from libs.events.jetstream.headers import parse_headers, read_headers_late

SENT = [
    b"",
    b"NATS/1.0 404\r\n\r\n",
    b"NATS/1.0 404 No Messages\r\n\r\n",
    b"NATS/1.0 503\r\n\r\n",
    b"NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 1016\r\nNats-Last-Stream: 1024\r\n\r\n",
    b"NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 7\r\nNats-Pending-Bytes: 0\r\n\r\n",
    b"NATS/1.0\r\nNats-Msg-Id: 5a3f88c4\r\nNats-Expected-Last-Subject-Sequence-Subject: evt.a.>\r\n\r\n",
    b"NATS/1.0\r\nNats-Time-Stamp: 2026-11-24T07:00:00.5Z\r\nEmpty: \r\n\r\n",
]


@pytest.mark.parametrize("raw", SENT)
async def test_headers_are_read_as_nats_py_reads_them(raw: bytes) -> None:
    theirs = await Client()._process_headers(raw)  # noqa: SLF001 - the yardstick
    client = Client()
    read_headers_late(client)
    ours = await client._process_headers(raw)  # noqa: SLF001 - what was replaced

    assert dict(ours or {}) == {str(getattr(name, "value", name)): value for name, value in (theirs or {}).items()}


def test_a_line_that_is_no_header_is_left_out() -> None:
    assert parse_headers(b"NATS/1.0\r\nnonsense\r\nA: 1\r\n\r\n") == {"A": "1"}
