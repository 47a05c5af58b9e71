"""A log and a migrated database for each test."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.memory import MemoryLog
from libs.service.database import engine, raw
from tests.integration.projections.views import MAKE


@pytest.fixture
def log() -> MemoryLog:
    """An empty log; that it keeps its promises like the real one is shown in tests/integration/log."""
    return MemoryLog()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A pool on this test's own database, which has the table of the views of the tests."""
    pool = engine(database_url)
    async with raw(pool) as connection:
        await connection.execute(MAKE)
    yield pool
    await pool.dispose()
