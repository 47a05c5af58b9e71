"""All that runs while things go wrong: writers, followers, projections, each on connections of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from random import Random
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import Milliseconds, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Batch, LogUnavailable
from libs.events.projection.archive import Archive
from libs.events.projection.postgres import raw
from libs.events.projection.projector import Projector
from libs.events.refusal import NotYetCaughtUp
from libs.events.subjects import EVERYTHING
from libs.service.database import clear_views, engine
from tests.integration.faults.servers import Servers
from tests.integration.faults.steps import Steps
from tests.integration.faults.writers import Contender, Crowd, Loner, Progress
from tests.integration.log.clients import connected
from tests.integration.projections.views import MAKE, Seen

CONTENDERS = 4
LONERS = 2
FOLLOWERS = 2
FORMATION_SECONDS = 40
CAUGHT_UP = Milliseconds(30_000)
HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'live'"

Writer: TypeAlias = Contender | Loner | Crowd
Views: TypeAlias = dict[str, list[tuple[object, ...]]]


class Follower:
    """Keeps everything that a follower is handed."""

    def __init__(self, log: JetStreamLog) -> None:
        self.seen: Batch = []
        self._log = log
        self._grown = asyncio.Event()

    async def run(self) -> None:
        """Follow for ever."""
        async with aclosing(self._log.follow()) as batches:
            async for batch in batches:
                self.seen += batch
                self._grown.set()

    async def reached(self, end: Position) -> None:
        """Return once everything up to `end` was seen."""
        async with asyncio.timeout(CAUGHT_UP / 1000):
            while not self.seen or self.seen[-1].position < end:
                self._grown.clear()
                await self._grown.wait()


class Scene:
    """Made new for each run; `stack` ends what it began."""

    def __init__(self, servers: Servers, database_url: str) -> None:
        self.progress = Progress()
        self.followers: list[Follower] = []
        self.told: list[str] = []
        self.stack = AsyncExitStack()
        self.servers = servers
        self._url = database_url
        self._database = self._pool("test")

    async def log(self) -> JetStreamLog:
        """A log on a connection of its own, which notices within seconds when nothing comes back."""
        client = await connected(await self.servers.urls(), ping_interval=1)
        self.stack.push_async_callback(client.close)
        async with asyncio.timeout(FORMATION_SECONDS):
            while True:
                try:
                    return await JetStreamLog.open(client, self.servers.count)
                except LogUnavailable:
                    await asyncio.sleep(0.1)

    async def play(self, seed: int, seconds: float) -> None:
        """Faults for so long. Returns when all is healed, every writer was answered and all readers came after."""
        await self._prepare()
        stopped = asyncio.Event()
        writers = await self._writers(seed)
        self.followers += [Follower(await self.log()) for _ in range(FOLLOWERS)]
        live = self._pool("live")
        chance = Random(seed)  # noqa: S311  # drawing the same faults again is the point
        steps = Steps(self.servers, self.progress, chance, [self._hang_up])
        self.told = steps.told
        async with projected(live, await self.log()) as projectors, asyncio.TaskGroup() as group:
            following = [group.create_task(follower.run()) for follower in self.followers]
            writing = [group.create_task(keep_on(writer.write, stopped)) for writer in writers]
            await steps.run(seconds)
            stopped.set()
            _, stuck = await asyncio.wait(writing, timeout=CAUGHT_UP / 1000)
            assert not stuck, "writers without an answer"
            for writer in writers:
                await writer.write()
            end = await (await self.log()).end()
            for follower in self.followers:
                await follower.reached(end)
            for projector in projectors:
                await caught_up(projector, end)
            for task in following:
                task.cancel()

    async def _prepare(self) -> None:
        async with raw(self._database) as connection:
            await connection.execute(MAKE)

    async def _writers(self, seed: int) -> list[Writer]:
        writers: list[Writer] = []
        for n, kind in enumerate([Contender] * CONTENDERS + [Loner] * LONERS + [Crowd]):
            chance = Random(f"{seed} {n}")  # noqa: S311  # as above
            writers.append(kind(await self.log(), self.progress, chance))
        return writers

    async def views(self) -> Views:
        """What both views have."""
        async with raw(self._database) as connection:
            seen = await connection.fetch("SELECT position, id FROM view.seen ORDER BY position, id")
            lines = await connection.fetch("SELECT position, line FROM view.archive ORDER BY position")
        return {"seen": [tuple(row) for row in seen], "archive": [tuple(row) for row in lines]}

    async def rebuilt(self) -> Views:
        """Both views made anew, from zero."""
        log = await self.log()
        await clear_views(self._database)
        async with raw(self._database) as connection:
            await connection.execute("DELETE FROM view.archive")
        async with projected(self._database, log) as projectors:
            for projector in projectors:
                await caught_up(projector, await log.end())
        return await self.views()

    async def _hang_up(self) -> None:
        """End the projections' connections to the database."""
        self.told.append("hang up the database")
        async with raw(self._database) as connection:
            await connection.execute(HANG_UP)

    def _pool(self, name: str) -> AsyncEngine:
        pool = engine(self._url, name=name)
        self.stack.push_async_callback(pool.dispose)
        return pool


@asynccontextmanager
async def projected(pool: AsyncEngine, log: JetStreamLog) -> AsyncIterator[list[Projector]]:
    """Two views of everything, running."""
    projectors = [Projector(pool, log, view) for view in (Seen(EVERYTHING), Archive())]
    for projector in projectors:
        await projector.start()
    try:
        yield projectors
    finally:
        for projector in projectors:
            await projector.stop()


async def caught_up(projector: Projector, end: Position) -> None:
    """The projector is there in time; else say what ended it, if something did."""
    try:
        await projector.reached(end, CAUGHT_UP)
    except NotYetCaughtUp as late:
        raise AssertionError(projector.unready() or str(late)) from None


async def keep_on(write: Callable[[], Awaitable[None]], stopped: asyncio.Event) -> None:
    """Write until it is over, and finish what was begun."""
    while not stopped.is_set():
        await write()
