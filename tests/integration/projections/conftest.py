"""A log and a migrated database for each test."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.memory import MemoryLog
from libs.service.database import engine


@pytest.fixture
def log() -> MemoryLog:
    """An empty log; that it keeps its promises like the real one is shown in tests/integration/log."""
    return MemoryLog()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A pool on this test's own database."""
    pool = engine(database_url)
    yield pool
    await pool.dispose()
