"""`parlor log replay`"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.files import LOG_FILE, console, lines_of

if TYPE_CHECKING:
    from rich.console import Console

    from libs.events.logstate import LogState


def replay(
    file: Annotated[Path, LOG_FILE],
    dry: Annotated[bool, typer.Option("--dry", help="Write nothing; show what the facts add up to.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --dry: the state as JSON.")] = False,
) -> None:
    """Write a file's facts into this installation's log, which must be empty."""
    if dry:
        _show_state(file, as_json)
    else:
        asyncio.run(_replay(file))


async def _replay(file: Path) -> None:
    from libs.events.replay import read_lines, replay
    from parlor.logbook import logbook

    written = 0
    async with logbook() as book:
        with lines_of(file) as lines:
            async for count in replay(book.log, read_lines(lines)):
                written = count
    console().print(f"{written} facts written")


def _show_state(file: Path, as_json: bool) -> None:
    import msgspec

    from libs.events.logstate import fold
    from libs.events.replay import read_lines

    with lines_of(file) as lines:
        state = fold(read_lines(lines))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(state)) + b"\n")
    else:
        _print_state(console(), state)


def _print_state(console: "Console", state: "LogState") -> None:
    from rich.table import Table

    rooms = Table("room", "title", "status", "stage", "renditions", title=f"rooms: {len(state.rooms)}")
    for room, one in state.rooms.items():
        stage = ", ".join(f"{person} ({place.seat}{', muted' * place.muted})" for person, place in one.stage.items())
        rooms.add_row(room, one.title, one.status, stage, " ".join(one.renditions))
    types = Table("type", "times", title=f"facts: {state.facts}")
    for tag, times in state.types.items():
        types.add_row(tag, str(times))
    for table in (rooms, types):
        console.print(table)
