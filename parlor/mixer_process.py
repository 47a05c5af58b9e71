"""The mixer as a child of `parlor up`: started on the leash, started again when it dies, drained with the rest."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from libs.events.embedded.child import LEASH
from libs.service.logs import logger
from parlor.home import open_log

if TYPE_CHECKING:  # as in libs.service.part
    from fastapi import APIRouter

READY_WITHIN_S = 10.0
LOOK_EVERY_S = 0.05
DRAIN_S = 8.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
STEADY_S = 30.0
FRUGAL = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
"""The mixer has one thread that counts; threads for others cost 15 MiB and win nothing."""

NAME = "home"
"""Started again, it goes on with its own rooms at once."""


class MixerProcess:
    """A part like the others, though it runs beside us. Its admin port is the one after ours."""

    name = "mixer"
    routers: "Sequence[APIRouter]" = ()

    def __init__(self, environ: Mapping[str, str], state: Path) -> None:
        self._port = int(environ["ADMIN_PORT"]) + 1
        self._environ = {**FRUGAL, "MIXER_NAME": NAME, **environ, "ADMIN_PORT": str(self._port)}
        self._state = state
        self._log = logger("up")
        self._process: Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def launch(self) -> None:
        """Begin to start it, and keep it running from now on. From the main thread (see leash.py)."""
        await self._spawn()
        self._keeping = asyncio.create_task(self._keep(), name="mixer keeper")

    async def start(self) -> None:
        """Wait until it is ready, at most 10 s: the rest works without, and readiness says so."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S):
                while await self.unready() is not None:  # noqa: ASYNC110  (another process cannot set our event)
                    await asyncio.sleep(LOOK_EVERY_S)

    async def unready(self) -> str | None:
        """What its own health says, or that it is not there."""
        if self._process is None or self._process.returncode is not None:
            return "the mixer is being started again"
        return await _health(self._port)

    async def drain(self) -> None:
        """End it in order."""
        await self.stop()

    async def stop(self) -> None:
        """The same; a second time does nothing."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(DRAIN_S):
                await process.wait()
        except TimeoutError:
            self._log.error("the mixer did not drain in time", seconds=DRAIN_S)
            process.kill()
            await process.wait()

    async def _keep(self) -> None:
        pause, loop = FIRST_PAUSE_S, asyncio.get_running_loop()
        while self._process is not None:
            began = loop.time()
            status = await self._process.wait()
            pause = FIRST_PAUSE_S if loop.time() - began > STEADY_S else min(2 * pause, LONGEST_PAUSE_S)
            self._log.error("the mixer ended, starting it again", status=status, after_seconds=pause)
            await asyncio.sleep(pause)
            await self._spawn()

    async def _spawn(self) -> None:
        leash = ("-I", "-S", str(LEASH), str(os.getpid()), str(int(signal.SIGTERM)))
        with open_log(self._state, "mixer").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *leash,
                *(sys.executable, "-m", "parlor", "serve", "mixer"),
                env=self._environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


async def _health(port: int) -> str | None:
    """None when the admin port on loopback says 200."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return "the mixer does not answer yet"
    try:
        writer.write(b"GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n")
        status = await reader.readline()
    except OSError:
        return "the mixer does not answer"
    finally:
        writer.close()
    return None if b" 200 " in status else "the mixer is not ready"
