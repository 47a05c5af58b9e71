"""`parlor log replay`"""

import asyncio
import sys
from math import inf
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.files import LOG_FILE, console, lines_of, progress, rewindable, write_json
from parlor.commands.log.places import CaOption, CredsOption, NatsOption, cluster
from parlor.log_shown import show_state

if TYPE_CHECKING:
    from libs.events.chain import Chains
    from parlor.logbook import Cluster


def replay(  # noqa: PLR0913, PLR0917  # each argument is an option that a person may type
    file: Annotated[Path, LOG_FILE],
    dry: Annotated[bool, typer.Option("--dry", help="Write nothing; show what the facts add up to.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --dry: the state as JSON.")] = False,
    speed: Annotated[str, typer.Option(help="1: as far apart as it happened; 20: 20 times as fast; max.")] = "max",
    yes: Annotated[bool, typer.Option("--yes", help="Erase what the log there has, without asking.")] = False,
    nats: NatsOption = "",
    creds: CredsOption = None,
    ca: CaOption = None,
) -> None:
    """Write a file's facts into a log: this installation's, or with --nats that of another broker.

    All of the file is checked before anything is written: a line that is wrong is named, and nothing has changed. A log
    that has facts is never added to; you are asked whether it may be erased.
    """
    from libs.events.replay import check, read_lines

    if dry:
        _show_state(file, as_json)
        return
    times, place = checked_speed(speed), cluster(nats, creds, ca)
    with rewindable(file) as lines:
        facts = check(read_lines(lines))
        lines.seek(0)
        asyncio.run(_replay(lines, facts, times, place, erase=yes or may_erase(place)))
    console().print(f"{facts} facts written")


def checked_speed(text: str) -> float:
    """As parlor.log_pace.speed. Raises BadParameter."""
    from parlor.log_pace import speed

    try:
        return speed(text)
    except ValueError as fault:
        raise typer.BadParameter(f"{fault}", param_hint="--speed") from fault


def may_erase(place: "Cluster | None") -> bool:
    """Whether somebody at a terminal says so; False when nobody is there to be asked, or there is nothing to erase."""
    from libs.events.subjects import EVENTS_STREAM
    from parlor.log_target import looked_at

    if not sys.stdin.isatty():
        return False
    there = asyncio.run(looked_at(place))
    if not there.facts:
        return False
    console(stderr=True).print(
        f"The log there has {there.facts} facts and was begun at {there.created}. A replay never adds to it; it can "
        "be erased with all that is in it; services that follow it then stop, and `parlor log rebuild` empties views.",
        markup=False,
    )
    said: str = typer.prompt(f"Type {EVENTS_STREAM} to erase it, anything else to leave it as it is", err=True)
    return said.strip() == EVENTS_STREAM


async def _replay(lines: IO[bytes], facts: int, times: float, place: "Cluster | None", *, erase: bool) -> None:
    from libs.events.replay import read_lines, replay
    from parlor.log_pace import Pace
    from parlor.log_target import empty_log

    wait = None if times == inf else Pace(times).wait
    async with empty_log(place, erase=erase) as log:
        with progress("replay", facts) as tell:
            async for written in replay(log, read_lines(lines), wait):
                tell(written)


def _show_state(file: Path, as_json: bool) -> None:
    from libs.events.chain import Chains
    from libs.events.logstate import fold
    from libs.events.replay import checked, read_lines

    chains = Chains(place="line", partial=True)
    with lines_of(file) as lines:
        state = fold(checked(read_lines(lines), chains))
    if as_json:
        write_json(state)
    else:
        show_state(console(), state)
    _print_gaps(chains)


def _print_gaps(chains: "Chains") -> None:
    if chains.gaps:
        told = f"part of a log: {len(chains.gaps)} links can't be checked, the first at {chains.gaps[0]}"
        console(stderr=True).print(told, markup=False)
