"""A process starts its parts, serves them, and ends in the order that loses nothing. Real servers, real requests."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse

from libs.service.http import answer
from libs.service.http_app import closing
from libs.service.listening import PortTaken
from libs.service.run import Process, Settings, run

FREE = Settings(http_port=0, https_port=0, admin_port=0, drain_seconds=3)


class Desk:
    """A part that tells what happened to it, in one list with all others."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.name = name
        self.why: str | None = None
        self.slow = asyncio.Event()
        self._told = told
        self._router = APIRouter()
        self._router.get(f"/{name}/hello")(self._hello)
        self._router.get(f"/{name}/slow")(self._slow)
        self._router.get(f"/{name}/stream")(self._stream)

    @property
    def routers(self) -> Sequence[APIRouter]:
        return [self._router]

    async def start(self) -> None:
        self._told.append(f"{self.name} starts")

    async def unready(self) -> str | None:
        return self.why

    async def drain(self) -> None:
        self._told.append(f"{self.name} drains")

    async def _hello(self) -> Response:
        return answer({"from": self.name})

    async def _slow(self) -> Response:
        self._told.append("slow request begins")
        await self.slow.wait()
        self._told.append("slow request ends")
        return answer({"from": self.name})

    async def _stream(self, ending: Annotated[asyncio.Event, Depends(closing)]) -> Response:
        async def frames() -> AsyncIterator[bytes]:
            yield b"first\n"
            await ending.wait()
            yield b"last\n"

        return StreamingResponse(frames())


@asynccontextmanager
async def running(
    parts: Sequence[Desk], settings: Settings = FREE, told: list[str] | None = None
) -> AsyncIterator[Process]:
    async def close() -> None:
        (told if told is not None else []).append("broker closes")

    ready: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
    process = asyncio.create_task(run(parts, settings, closers=[close], started=ready.set_result))
    either: list[asyncio.Future[Any]] = [process, ready]
    await asyncio.wait(either, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield ready.result()
    finally:
        if not process.done():
            ready.result().stop()
        await asyncio.wait_for(process, 15)


def url(process: Process, name: str, path: str) -> str:
    host, port = process.addresses[name]
    return f"http://{host}:{port}{path}"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)  # what is waited for is not ours to signal
            await asyncio.sleep(0.01)


def accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


async def test_parts_share_one_origin_and_the_admin_port_stands_apart() -> None:
    async with running([Desk("rooms", []), Desk("edge", [])]) as process, httpx.AsyncClient() as client:
        assert (await client.get(url(process, "http", "/rooms/hello"))).json() == {"from": "rooms"}
        assert (await client.get(url(process, "http", "/edge/hello"))).json() == {"from": "edge"}
        assert (await client.get(url(process, "admin", "/health/live"))).status_code == 200
        assert (await client.get(url(process, "http", "/health/live"))).status_code == 404
        metrics = (await client.get(url(process, "admin", "/metrics"))).text

    assert 'parlor_http_requests_total{method="GET",route="/rooms/hello",status="200"}' in metrics


async def test_an_unready_part_makes_the_process_unready_and_says_why() -> None:
    rooms = Desk("rooms", [])
    async with running([rooms]) as process, httpx.AsyncClient() as client:
        ready = await client.get(url(process, "admin", "/health/ready"))
        rooms.why = "the projection is 40 events behind"
        unready = await client.get(url(process, "admin", "/health/ready"))

    assert (ready.status_code, ready.json()) == (200, {})
    assert (unready.status_code, unready.json()) == (503, {"rooms": "the projection is 40 events behind"})


async def test_a_part_that_lacks_something_is_ready_and_says_what() -> None:
    class Lacking(Desk):
        def degraded(self) -> str | None:
            return "3 facts are parked"

    async with running([Lacking("rooms", []), Desk("edge", [])]) as process, httpx.AsyncClient() as client:
        ready = await client.get(url(process, "admin", "/health/ready"))

    assert (ready.status_code, ready.json()) == (200, {"rooms": "degraded: 3 facts are parked"})


async def test_sigterm_ends_in_order_and_an_open_request_is_answered() -> None:
    told: list[str] = []
    rooms = Desk("rooms", told)
    async with running([rooms, Desk("edge", told)], told=told) as process, httpx.AsyncClient() as client:
        slow = asyncio.create_task(client.get(url(process, "http", "/rooms/slow")))
        await until(lambda: "slow request begins" in told)
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: process.health.state == "ending")
        unready = await client.get(url(process, "admin", "/health/ready"))
        rooms.slow.set()
        answered = await slow

    assert unready.json() == {"process": "ending"}
    assert answered.status_code == 200
    assert told == [
        "rooms starts",
        "edge starts",
        "slow request begins",
        "slow request ends",
        "edge drains",
        "rooms drains",
        "broker closes",
    ]


async def test_after_the_signal_nobody_gets_in() -> None:
    rooms = Desk("rooms", [])
    async with running([rooms]) as process, httpx.AsyncClient() as client:
        slow = asyncio.create_task(client.get(url(process, "http", "/rooms/slow")))
        await asyncio.sleep(0)
        process.stop()

        await until(lambda: not accepts(*process.addresses["http"]))
        rooms.slow.set()
        await asyncio.wait([slow])


async def test_a_stream_sees_the_end_coming_and_finishes_its_sentence() -> None:
    async with (
        running([Desk("edge", [])]) as process,
        httpx.AsyncClient() as client,
        client.stream("GET", url(process, "http", "/edge/stream")) as stream,
    ):
        lines = stream.aiter_lines()
        first = await anext(lines)
        process.stop()
        rest = [line async for line in lines]

    assert (first, rest) == ("first", ["last"])


async def test_a_forced_end_does_not_wait_for_open_requests() -> None:
    told: list[str] = []
    settings = Settings(http_port=0, admin_port=0, drain_seconds=60)
    async with running([Desk("rooms", told)], settings) as process, httpx.AsyncClient() as client:
        slow = asyncio.create_task(client.get(url(process, "http", "/rooms/slow")))
        await until(lambda: "slow request begins" in told)
        process.stop()
        process.force()
    await asyncio.wait([slow], timeout=5)

    assert slow.exception() is not None


async def test_a_taken_port_is_one_sentence_and_nothing_was_started() -> None:
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            await run([Desk("rooms", told)], Settings(http_port=port, admin_port=0))

    assert str(caught.value) == f"port {port} on 127.0.0.1 is taken; stop what uses it or set HTTP_PORT"
    assert told == []


async def test_a_part_that_cannot_start_ends_those_that_did() -> None:
    told: list[str] = []

    class Broken(Desk):
        async def start(self) -> None:
            raise ConnectionRefusedError("no database")

    with pytest.raises(ConnectionRefusedError, match="no database"):
        await run([Desk("rooms", told), Broken("edge", told)], FREE)

    assert told == ["rooms starts", "edge drains", "rooms drains"]


async def test_a_signal_during_start_ends_the_process() -> None:
    told: list[str] = []

    class Slow(Desk):
        async def start(self) -> None:
            await asyncio.Event().wait()

    process = Process([Desk("rooms", told), Slow("edge", told)], FREE)
    task = asyncio.create_task(process.run())
    await until(lambda: "rooms starts" in told)
    process.stop()
    await asyncio.wait_for(task, 5)

    assert told == ["rooms starts", "edge drains", "rooms drains"]


async def test_a_process_without_routes_has_only_the_admin_port() -> None:
    class Mute(Desk):
        @property
        def routers(self) -> Sequence[APIRouter]:
            return []

    async with running([Mute("mixer", [])]) as process:
        assert set(process.addresses) == {"admin"}


async def test_signals_in_one_second_are_one_wish_and_a_later_one_forces() -> None:
    told: list[str] = []
    settings = Settings(http_port=0, admin_port=0, drain_seconds=60)
    async with running([Desk("rooms", told)], settings) as process, httpx.AsyncClient() as client:
        slow = asyncio.create_task(client.get(url(process, "http", "/rooms/slow")))
        await until(lambda: "slow request begins" in told)
        process.signalled(now=100.0)
        process.signalled(now=100.9)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(slow), 0.2)
        process.signalled(now=101.0)
    await asyncio.wait([slow], timeout=5)

    assert slow.exception() is not None


def test_half_a_certificate_is_a_configuration_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="together or not at all"):
        Settings(tls_cert_file=tmp_path / "cert.pem")
