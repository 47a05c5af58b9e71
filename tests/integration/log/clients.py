"""Connections for tests: quick to come back, quiet about what the tests do to their servers."""

from nats.aio.client import Client


async def _quiet(_: Exception) -> None:
    """A test that stops a server expects the error that follows."""


async def connected(url: str | list[str], inbox: str = "_INBOX") -> Client:
    """A connection that reconnects for ever."""
    client = Client()
    await client.connect(
        url,
        error_cb=_quiet,
        inbox_prefix=inbox,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        connect_timeout=2,
    )
    return client
