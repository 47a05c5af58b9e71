"""`parlor log export`"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from parlor.commands.log.files import sink


def export(
    room: Annotated[str, typer.Option(help="Only what happened in this room.")] = "",
    public: Annotated[bool, typer.Option("--public", help="Only what everybody may read.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output if none.")] = None,
) -> None:
    """Write the log as JSON Lines: one CloudEvents envelope per line, byte for byte, in the order of the log."""
    asyncio.run(_export(room, public, output))


async def _export(room: str, public: bool, output: Path | None) -> None:
    from libs.events.event import Audience
    from libs.events.ids import MalformedId, checked_id
    from libs.events.subjects import Interest
    from parlor.logbook import logbook

    try:
        interest = Interest(scope=checked_id(room)) if room else Interest()
    except MalformedId as fault:
        raise typer.BadParameter(f"{fault}", param_hint="--room") from fault
    async with logbook() as book:
        with sink(output) as out:
            async for batch in book.log.read_all(interest=interest):
                for fact in batch:
                    if not public or fact.event.audience is Audience.PUBLIC:
                        out.write(fact.line + b"\n")
