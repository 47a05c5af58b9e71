"""Real senders are other programs on other machines: here they are one process of their own.

    python -m parlor.demo.sender ORDER      (a list of orders as JSON)

Nothing that the rest of the demo, or of this machine, computes makes a packet late, as far as the kernel allows.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from libs.events.embedded.child import LEASH
from parlor.demo.stage import DemoFailed
from parlor.rtp import send
from services.media.priority import first_in_line

LEAD = 0.1
"""Seconds from being ready to the first packet of all of them."""


class Order(msgspec.Struct, frozen=True):
    """Play this file to that place."""

    file: str
    host: str
    port: int
    ssrc: int
    payload_type: int


async def obey(orders: Sequence[Order]) -> None:
    """All of them, from the same moment on, which is printed: monotonic seconds."""
    begin = asyncio.get_running_loop().time() + LEAD
    sys.stdout.write(f"{begin}\n")
    sys.stdout.flush()
    async with asyncio.TaskGroup() as group:
        for each in orders:
            group.create_task(send(Path(each.file), each.host, each.port, each.ssrc, each.payload_type, start_at=begin))


@contextlib.asynccontextmanager
async def sending(orders: Sequence[Order]) -> AsyncIterator[float]:
    """The process, for as long as the block runs; gives the monotonic time of the first packets. From the main thread
    (see leash.py). Raises DemoFailed.
    """
    leash = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(signal.SIGTERM)))
    program = (sys.executable, "-m", "parlor.demo.sender", msgspec.json.encode(orders).decode())
    here = str(Path(__file__).parents[2])
    process = await asyncio.create_subprocess_exec(
        *leash, *program, env={**os.environ, "PYTHONPATH": here}, start_new_session=True, stdout=asyncio.subprocess.PIPE
    )
    try:
        told = await process.stdout.readline() if process.stdout else b""
        if not told:
            raise DemoFailed("the senders ended before they began")
        yield float(told)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


if __name__ == "__main__":
    first_in_line()
    asyncio.run(obey(msgspec.json.decode(sys.argv[1], type=list[Order])))
