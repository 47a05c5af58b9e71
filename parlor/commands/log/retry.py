"""`parlor log retry`"""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.files import console
from parlor.commands.log.parked import PROJECTION, known, show

if TYPE_CHECKING:
    from libs.events.parked import Parked


def retry(projection: Annotated[str, PROJECTION] = "") -> None:
    """Apply parked facts again, in order; exit 1 when some still can't be. Services may run meanwhile."""
    left = asyncio.run(_retry(known(projection)))
    if left:
        show(left)
        raise typer.Exit(1)


async def _retry(projection: str) -> "list[Parked]":
    from libs.events.projection.parked_table import tell_untold
    from libs.events.projection.retrying import retry
    from parlor.projections import PROJECTIONS, sweep, views

    left = []
    async with views() as at:
        for name, view in PROJECTIONS.items():
            if projection in ("", name):
                done = await retry(at.database, view)
                left += done.left
                console().print(f"{name}: {done.applied} applied, {len(done.left)} still parked")
                await tell_untold(at.database, name, at.parking)
        await sweep(at)
    return left
