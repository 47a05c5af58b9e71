"""PostgreSQL's last words may come well before its hang-up; a view outlasts that too."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import START, Milliseconds
from libs.events.memory import MemoryLog
from libs.events.projection.postgres import passes
from libs.events.projection.projector import Projector
from libs.service.database import engine, raw
from tests.integration.log.facts import Chain
from tests.integration.projections.views import MAKE, Seen

SOCKET = ".s.PGSQL.5432"
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'live'"


async def relay(source: asyncio.StreamReader, sink: asyncio.StreamWriter, said: asyncio.Event) -> None:
    """Pass on what is said, and never that it is over."""
    with suppress(OSError):
        while words := await source.read(65_536):
            sink.write(words)
            if b"57P01" in words:  # admin_shutdown: terminating connection due to administrator command
                said.set()


@pytest.fixture
def said() -> asyncio.Event:
    """Set when the client was told that its connection is being terminated."""
    return asyncio.Event()


@pytest.fixture
async def live(database_url: str, said: asyncio.Event) -> AsyncIterator[AsyncEngine]:
    """A pool whose connections outlive the server's end of them."""
    place = Path(parse_qs(urlsplit(database_url).query)["host"][0]) / SOCKET
    tasks: list[asyncio.Task[None]] = []
    sinks: list[asyncio.StreamWriter] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, thither = await asyncio.open_unix_connection(place)
        sinks.extend([writer, thither])
        tasks.append(asyncio.create_task(relay(reader, thither, said)))
        tasks.append(asyncio.create_task(relay(there, writer, said)))

    with TemporaryDirectory() as folder:
        async with await asyncio.start_unix_server(accept, Path(folder) / SOCKET):
            pool = engine(database_url.replace(str(place.parent), folder), name="live")
            yield pool
            for sink in sinks:
                sink.transport.abort()
            await asyncio.gather(*tasks)
            await pool.dispose()


async def test_a_view_goes_on_when_the_last_words_come_before_the_hang_up(
    live: AsyncEngine, database: AsyncEngine, log: MemoryLog, said: asyncio.Event
) -> None:
    async with raw(database) as connection:
        await connection.execute(MAKE)
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    projector = Projector(live, log, Seen())
    await projector.start()
    await projector.reached(first, Milliseconds(5_000))

    async with raw(database) as connection:
        await connection.execute(TERMINATE)
    await asyncio.wait_for(said.wait(), 5)
    last = await log.append(chain.about, chain.muted(), expected=first)
    await projector.reached(last, Milliseconds(5_000))
    await projector.stop()


async def test_a_connection_in_the_middle_of_something_is_given_up_and_the_next_one_is_a_new_one(
    database: AsyncEngine,
) -> None:
    """So asyncpg finds a connection whose server was cut off, when the transaction is to be rolled back on it."""
    with pytest.raises(asyncpg.InterfaceError, match="another operation") as fault:  # noqa: PT012  # one block is the case
        async with raw(database) as connection:
            before = connection.get_server_pid()
            sleeping = asyncio.create_task(connection.execute("SELECT pg_sleep(60)"))
            await asyncio.sleep(0)
            await connection.execute("SELECT 1")
    assert passes(fault.value)
    sleeping.cancel()
    async with raw(database) as connection:
        assert connection.get_server_pid() != before
        assert await connection.fetchval("SELECT 1") == 1
    await asyncio.wait([sleeping])
