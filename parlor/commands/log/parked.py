"""`parlor log parked`"""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.files import console

if TYPE_CHECKING:
    from libs.events.parked import Parked

PROJECTION = typer.Option(help="Only of this projection.")


def parked(
    projection: Annotated[str, PROJECTION] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the facts that views could not take in, with the reasons; `parlor log retry` applies them again."""
    found = asyncio.run(_parked(known(projection)))
    if as_json:
        for one in found:
            sys.stdout.buffer.write(_as_line(one))
    else:
        show(found)


def known(projection: str) -> str:
    """The projection's name, or nothing for all. Raises BadParameter."""
    from parlor.projections import PROJECTIONS

    if projection and projection not in PROJECTIONS:
        raise typer.BadParameter(f"there is no projection {projection!r}: {', '.join(PROJECTIONS)}")
    return projection


def show(found: "list[Parked]") -> None:
    """A table for people."""
    from rich.table import Table

    if not found:
        console().print("no fact is parked")
        return
    table = Table("projection", "position", "scope", "type", "since", "why", title=f"parked facts: {len(found)}")
    for one in found:
        since = f"{one.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(one.projection, str(one.position), one.scope, one.type, since, one.reason)
    console().print(table, markup=False)


async def _parked(projection: str) -> "list[Parked]":
    from libs.events.projection.parked_table import all_parked
    from libs.service.database import raw
    from parlor.projections import views

    async with views() as at, raw(at.database) as connection:
        return await all_parked(connection, projection)


def _as_line(parked: "Parked") -> bytes:
    r"""With the log's line as text: what is no UTF-8 in it is shown as `\xff`."""
    import msgspec

    shown = msgspec.structs.asdict(parked) | {"line": parked.line.decode(errors="backslashreplace")}
    return msgspec.json.encode(shown) + b"\n"
