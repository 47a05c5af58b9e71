"""Connections for tests: quick to come back, quiet about what the tests do to their servers."""

from nats.aio.client import Client


async def _quiet(_: Exception) -> None:
    """A test that stops a server expects the error that follows."""


async def connected(url: str | list[str], inbox: str = "_INBOX", ping_interval: int = 120) -> Client:
    """A connection that reconnects for ever; `ping_interval` in seconds says how soon it notices silence."""
    client = Client()
    await client.connect(
        url,
        error_cb=_quiet,
        inbox_prefix=inbox,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        connect_timeout=2,
        ping_interval=ping_interval,
    )
    return client
