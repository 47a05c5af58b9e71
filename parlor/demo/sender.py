"""Real senders are other programs on other machines: here they are one process of their own.

    python -m parlor.demo.sender ORDER      (a list of orders as JSON)

Nothing that the rest of the demo computes makes a packet late.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from parlor.embedded.child import LEASH
from parlor.rtp import send

LEAD = 1.2
"""Seconds that the process may take to start."""


class Order(msgspec.Struct, frozen=True):
    """Play this file to that place. `at` is the monotonic time of the first packet."""

    file: str
    host: str
    port: int
    ssrc: int
    payload_type: int
    at: float


async def obey(orders: Sequence[Order]) -> None:
    """All of them, each on its own clock."""
    async with asyncio.TaskGroup() as group:
        for each in orders:
            group.create_task(
                send(Path(each.file), each.host, each.port, each.ssrc, each.payload_type, start_at=each.at)
            )


@contextlib.asynccontextmanager
async def sending(orders: Sequence[Order]) -> AsyncIterator[None]:
    """The process, for as long as the block runs. From the main thread (see leash.py)."""
    leash = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(signal.SIGTERM)))
    program = (sys.executable, "-m", "parlor.demo.sender", msgspec.json.encode(orders).decode())
    here = str(Path(__file__).parents[2])
    process = await asyncio.create_subprocess_exec(
        *leash, *program, env={**os.environ, "PYTHONPATH": here}, start_new_session=True
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(obey(msgspec.json.decode(sys.argv[1], type=list[Order])))
