"""`parlor log rebuild`"""

import asyncio

from parlor.commands.log.files import console


def rebuild() -> None:
    """Empty the views in PostgreSQL; services fill them anew from the log. What can't be rebuilt stays."""
    asyncio.run(_rebuild())


async def _rebuild() -> None:
    from libs.service.database import clear_views, engine, migrate
    from parlor.logbook import logbook

    async with logbook() as book:
        await migrate(book.database_url)
        pool = engine(book.database_url, connections=1)
        await clear_views(pool)
        await pool.dispose()
    console().print("the views are empty; running services fill them at the next fact, others when they start")
