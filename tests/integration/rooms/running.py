"""A part as a process runs it, on ports of its own, and people who talk to it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec

from libs.service.part import Part
from libs.service.run import Process, Settings

HTTP_S = 10.0


@asynccontextmanager
async def running(parts: Sequence[Part]) -> AsyncIterator[str]:
    """The base URL of these parts while they run."""
    process = Process(parts, Settings(http_port=0, admin_port=0, rate_limit=0))
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(process.run(lambda _: ready.set_result(None)))
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=HTTP_S)
        if task.done():
            task.result()
        host, port = process.addresses["http"]
        yield f"http://{host}:{port}"
    finally:
        process.stop()
        await asyncio.wait({task}, timeout=HTTP_S)


class Visitor:
    """Somebody with a browser or a program, signed in or not."""

    def __init__(self, client: httpx.AsyncClient, person: str = "", token: str = "") -> None:
        self.person = person
        self.token = token
        self._client = client

    @property
    def headers(self) -> dict[str, str]:
        """Their credential."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def post(self, path: str, data: Any = None, **headers: str) -> httpx.Response:
        """Ask for a change."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._client.post(path, json={} if data is None else data, headers=self.headers | sent)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Look at something."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._client.get(path, headers=self.headers | sent)

    @asynccontextmanager
    async def listening(self, path: str, **headers: str) -> AsyncIterator["Stream"]:
        """Open an event stream."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._client.stream("GET", path, headers=self.headers | sent) as response:
            assert response.status_code == 200, await response.aread()
            yield Stream(response.aiter_lines())


class ServerSent(msgspec.Struct, frozen=True):
    """One event of a stream."""

    id: str
    event: str
    data: dict[str, Any]


class Stream:
    """Reads server-sent events."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> ServerSent:
        """The next event."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(HTTP_S):
            async for line in self._lines:
                if line.startswith(":"):
                    continue
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    return ServerSent(fields["id"], fields["event"], msgspec.json.decode(fields["data"]))
                else:
                    fields.clear()
        raise EOFError("the stream ended")

    async def take(self, number: int) -> list[str]:
        """The names of the next events."""
        return [(await self.next()).event for _ in range(number)]

    async def beat(self) -> str:
        """The next comment."""
        async with asyncio.timeout(HTTP_S):
            async for line in self._lines:
                if line.startswith(": beat"):
                    return line
        raise EOFError("the stream ended")


class Lobby:
    """Where visitors come in."""

    def __init__(self, base: str) -> None:
        self.client = httpx.AsyncClient(base_url=base, timeout=HTTP_S)
        self._names = itertools.count(1)

    async def guest(self) -> Visitor:
        """Somebody who did not sign in."""
        return Visitor(self.client)

    async def person(self, name: str) -> Visitor:
        """Somebody who signed in by name."""
        answer = await self.client.post("/api/sign-in", json={"name": name})
        assert answer.status_code == 200, answer.text
        self.client.cookies.clear()
        return Visitor(self.client, answer.json()["person"], answer.json()["access_token"])


async def eventually(condition: Any, seconds: float = HTTP_S) -> Any:
    """The first true value of an asynchronous condition. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not (value := await condition()):  # noqa: ASYNC110 - it happens behind HTTP, with nothing to be told by
            await asyncio.sleep(0.02)
        return value
