"""Connections for tests: quick to come back, quiet about what the tests do to their servers."""

from nats.aio.client import Client


async def _quiet(_: Exception) -> None:
    """A test that stops a server expects the error that follows."""


class Losing(Client):
    """Loses the next message on a subject that starts with `lose`, as a connection does that breaks."""

    lose = ""

    async def publish(
        self, subject: str, payload: bytes = b"", reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        if self.lose and subject.startswith(self.lose):
            self.lose = ""
            return
        await super().publish(subject, payload, reply, headers)


async def connected(url: str | list[str], inbox: str = "_INBOX", ping_interval: int = 120) -> Client:
    """A connection that reconnects for ever; `ping_interval` in seconds says how soon it notices silence."""
    return await connect(Client(), url, inbox, ping_interval)


async def losing(url: str) -> Losing:
    """A connection that can be told what to lose."""
    client = Losing()
    await connect(client, url, "_INBOX", 120)
    return client


async def connect(client: Client, url: str | list[str], inbox: str, ping_interval: int) -> Client:
    """Let this client connect, and reconnect for ever."""
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
