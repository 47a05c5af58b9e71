"""Real senders are other programs on other machines: here they are one process of their own.

    python -m parlor.demo.sender ORDERS      (as JSON)

Nothing that the rest of the demo, or of this machine, computes makes a packet late, as far as the kernel allows.
"""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from libs.events.embedded.child import LEASH
from parlor.demo.stage import DemoFailed
from parlor.rtp import send
from services.media.priority import first_in_line

TELLING_S = 20.0
LEAD = 0.1
"""Seconds at least from being ready to the first packet of all of them."""


class Order(msgspec.Struct, frozen=True):
    """Play this file to that place."""

    file: str
    host: str
    port: int
    ssrc: int
    payload_type: int


class Orders(msgspec.Struct, frozen=True):
    """All of them, from the same moment on: monotonic seconds, or as soon as can be after that."""

    begin: float
    each: tuple[Order, ...]


async def obey(orders: Orders) -> None:
    """Send; the moment of the first packets is printed."""
    begin = max(orders.begin, asyncio.get_running_loop().time() + LEAD)
    sys.stdout.write(f"{begin}\n")
    sys.stdout.flush()
    async with asyncio.TaskGroup() as group:
        for each in orders.each:
            group.create_task(send(Path(each.file), each.host, each.port, each.ssrc, each.payload_type, start_at=begin))


@contextlib.asynccontextmanager
async def sending(orders: Orders) -> AsyncIterator[float]:
    """The process, for as long as the block runs; gives the monotonic time of the first packets. From the main thread
    (see leash.py). Raises DemoFailed.
    """
    async with leashed("parlor.demo.sender", orders) as process:
        yield float(await told(process, "the senders ended before they began"))


@contextlib.asynccontextmanager
async def leashed(module: str, order: msgspec.Struct) -> AsyncIterator[Process]:
    """A module as a process of its own that knows its order and ends with the block, or with us."""
    leash = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(signal.SIGTERM)))
    program = (sys.executable, "-m", module, msgspec.json.encode(order).decode())
    pipe, environ = asyncio.subprocess.PIPE, {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = await asyncio.create_subprocess_exec(
        *leash, *program, env=environ, start_new_session=True, stdin=pipe, stdout=pipe
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def told(process: Process, otherwise: str) -> str:
    """The next line that it prints. Raises DemoFailed, saying `otherwise`, when there is none within TELLING_S."""
    line = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(TELLING_S):
            line = await process.stdout.readline() if process.stdout else b""
    if not line:
        raise DemoFailed(otherwise)
    return line.decode().strip()


if __name__ == "__main__":
    first_in_line()
    asyncio.run(obey(msgspec.json.decode(sys.argv[1], type=Orders)))
