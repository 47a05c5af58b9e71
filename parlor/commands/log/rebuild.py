"""`parlor log rebuild`"""

import asyncio

from parlor.commands.log.files import console


def rebuild() -> None:
    """Empty the views in PostgreSQL; services fill them anew from the log. What can't be rebuilt stays."""
    asyncio.run(_rebuild())


async def _rebuild() -> None:
    from libs.service.database import clear_views
    from parlor.projections import sweep, views

    async with views() as at:
        await clear_views(at.database)
        await sweep(at)
    console().print("the views are empty; running services fill them at the next fact, others when they start")
