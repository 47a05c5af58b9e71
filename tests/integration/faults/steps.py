"""What goes wrong, one thing after the other, each when the writers have got on since the last one."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeAlias

from tests.integration.faults.proxy import Proxy
from tests.integration.faults.servers import Servers
from tests.integration.faults.writers import Progress

Step: TypeAlias = Callable[[], Awaitable[None]]

RECOVERY_SECONDS = 45.0
HOLD_SECONDS = (0.05, 0.5, 2.5)


class Steps:
    """Draws faults by chance; `told` says what was done, for whoever reads a failure."""

    def __init__(self, servers: Servers, progress: Progress, chance: Random, more: list[Step]) -> None:
        self.told: list[str] = []
        self._servers = servers
        self._progress = progress
        self._chance = chance
        self._kinds = [self._kill, self._pause, self._cut, self._stall, self._half_close, *more]
        if servers.count > 1:
            self._kinds += [self._isolate, self._kill, self._pause]

    async def run(self, seconds: float) -> None:
        """One fault after the other for so long; everything is healed at the end."""
        loop = asyncio.get_running_loop()
        over = loop.time() + seconds
        while loop.time() < over:
            acknowledged = self._chance.randint(5, 60)
            if not await self._progress.further(acknowledged, RECOVERY_SECONDS):
                raise AssertionError(f"no {acknowledged} appends in {RECOVERY_SECONDS} s after {self.told[-1:]}")
            await self._chance.choice(self._kinds)()

    async def _hold(self) -> None:
        """Leave it broken until somebody notices or, with several servers, until they have gone on without."""
        troubles, acknowledged = self._progress.troubles, self._progress.acknowledged
        on = self._chance.randint(5, 60) if self._servers.count > 1 else 1_000_000
        await self._progress.until(
            lambda: self._progress.troubles > troubles or self._progress.acknowledged >= acknowledged + on,
            self._chance.choice(HOLD_SECONDS),
        )

    def _tell(self, what: str) -> None:
        self.told.append(f"{self._progress.acknowledged}: {what}")

    async def _kill(self) -> None:
        number = self._chance.randrange(self._servers.count)
        self._tell(f"kill {number}")
        self._servers.kill(number)
        await self._hold()
        self._servers.revive(number)

    async def _pause(self) -> None:
        number = self._chance.randrange(self._servers.count)
        self._tell(f"pause {number}")
        self._servers.pause(number)
        await self._hold()
        self._servers.resume(number)

    async def _cut(self) -> None:
        self._tell("cut clients off")
        await self._broken(self._some_clients(), Proxy.cut)

    async def _stall(self) -> None:
        ways = self._some_clients()
        self._tell("black hole before clients")
        await self._broken(ways, Proxy.stall)
        if self._chance.random() < 0.5:
            for way in ways:
                way.reset()

    async def _half_close(self) -> None:
        side = self._chance.randrange(2)
        self._tell(f"half close, side {side}")
        for way in self._some_clients():
            way.half_close(side)

    async def _isolate(self) -> None:
        number = self._chance.randrange(self._servers.count)
        how = self._chance.choice([Proxy.cut, Proxy.stall])
        self._tell(f"{how.__name__} the routes of {number}")
        await self._broken(self._servers.around(number), how)

    def _some_clients(self) -> list[Proxy]:
        return [way for way in self._servers.clients if self._chance.random() < 0.6]

    async def _broken(self, ways: list[Proxy], how: Callable[[Proxy], None]) -> None:
        for way in ways:
            how(way)
        await self._hold()
        for way in ways:
            way.heal()
