"""A stream whose answers are written down beforehand: what a server says only once in thousands of times.

It is on a real nats-server without JetStream, so that the log's own connection, subjects and headers are real.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from signal import SIGTERM
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoServersError

from libs.events.embedded.child import Child
from libs.events.jetstream.stream import wanted
from parlor.embedded.binaries import nats_server
from tests.integration.log.clients import connected
from tests.integration.log.cluster import free_ports


class Answer(msgspec.Struct, frozen=True):
    """What the next publication is answered with, and whether it is stored all the same."""

    says: dict[str, Any] | None = None
    stores: bool = False


def refused(code: int, stores: bool = False) -> Answer:  # noqa: FBT001, FBT002  # reads well where it stands
    """An error of nats-server: server/errors.json."""
    return Answer({"error": {"code": 400, "err_code": code, "description": "planted"}}, stores)


class ScriptedStream:
    """Stores and acknowledges, unless the script says otherwise."""

    def __init__(self, client: Client) -> None:
        self.stored: list[tuple[str, bytes]] = []
        self.asked = 0
        self.script: list[Answer] = []
        self._client = client

    async def open(self) -> None:
        """Begin to answer."""
        await self._client.subscribe("evt.>", cb=self._published)
        await self._client.subscribe("$JS.API.STREAM.INFO.EVT", cb=self._info)
        await self._client.subscribe("$JS.API.STREAM.MSG.GET.EVT", cb=self._get)
        for _ in range(2):  # nats-py 2.16 sends the first one's PING ahead of the SUB that is still queued
            await self._client.flush()

    async def _published(self, msg: Msg) -> None:
        self.asked += 1
        answer = self.script.pop(0) if self.script else Answer(stores=True)
        if answer.stores:
            self.stored.append((msg.subject, msg.data))
        says = answer.says or {"stream": "EVT", "seq": len(self.stored)}
        await msg.respond(msgspec.json.encode(says))

    async def _info(self, msg: Msg) -> None:
        await msg.respond(msgspec.json.encode({"config": wanted(1), "created": "2026-11-24T00:00:00Z"}))

    async def _get(self, msg: Msg) -> None:
        asked = msgspec.json.decode(msg.data)
        prefix = str(asked.get("next_by_subj") or asked["last_by_subj"]).removesuffix(">")
        found = [n for n, (subject, _) in enumerate(self.stored, start=1) if subject.startswith(prefix)]
        found = found[-1:] if "last_by_subj" in asked else [n for n in found if n >= asked["seq"]]
        if not found:
            await msg.respond(b'{"error":{"code":404,"err_code":10037,"description":"no message found"}}')
            return
        subject, data = self.stored[found[0] - 1]
        await msg.respond(msgspec.json.encode({"message": {"subject": subject, "seq": found[0], "data": data}}))


@contextlib.asynccontextmanager
async def scripted_stream(folder: Path) -> AsyncIterator[tuple[ScriptedStream, Client]]:
    """The stream, and a client for whoever writes to it."""
    [port] = free_ports(1)
    server = Child("nats-server", [nats_server(), "-a", "127.0.0.1", "-p", str(port)], folder / "nats.log")
    server.start(on_parent_death=SIGTERM)
    try:
        async with asyncio.timeout(10):
            there, here = [await patiently(f"nats://127.0.0.1:{port}") for _ in range(2)]
        stream = ScriptedStream(there)
        await stream.open()
        yield stream, here
        await here.close()
        await there.close()
    finally:
        server.stop([(SIGTERM, 5.0)])


async def patiently(url: str) -> Client:
    """A connection to a server that is just starting."""
    while True:
        with contextlib.suppress(OSError, NoServersError):
            return await connected(url)
        await asyncio.sleep(0.02)
