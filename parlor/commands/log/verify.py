"""`parlor log verify`"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.files import LOG_FILE, console, lines_of

if TYPE_CHECKING:
    from libs.events.envelope import Recorded
    from libs.events.vocabulary import AnyEvent

SHOWN_FAULTS = 20


def verify(file: Annotated[Path | None, LOG_FILE] = None) -> None:
    """Check revisions, hash chains, media time and ids, of the log or of a file; exit 1 when something is wrong."""
    from libs.events.chain import Chains
    from libs.events.replay import read_lines

    chains = Chains()
    if file is None:
        asyncio.run(_read_all(chains.read))
    else:
        with lines_of(file) as lines:
            for fact in read_lines(lines):
                chains.read(fact)
    screen = console()
    for fault in chains.faults[:SHOWN_FAULTS]:
        screen.print(fault, style="red", markup=False)
    if len(chains.faults) > SHOWN_FAULTS:
        screen.print(f"… and {len(chains.faults) - SHOWN_FAULTS} more", style="red")
    verdict = f"{len(chains.faults)} faults" if chains.faults else "whole and unchanged"
    screen.print(f"{chains.facts} facts in {chains.aggregates} aggregates: {verdict}")
    if chains.faults:
        raise typer.Exit(1)


async def _read_all(read: "Callable[[Recorded[AnyEvent]], None]") -> None:
    from parlor.logbook import logbook

    async with logbook() as book:
        async for batch in book.log.read_all():
            for fact in batch:
                read(fact)
