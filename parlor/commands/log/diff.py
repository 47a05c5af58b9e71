"""`parlor log diff`"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parlor.commands.log.files import LOG_FILE, console, lines_of
from parlor.commands.log.places import CaOption, CredsOption, NatsOption, cluster

if TYPE_CHECKING:
    from libs.events.logstate import LogState
    from parlor.log_diff import AggregateDiff, Difference, LogDiff, Read
    from parlor.logbook import Cluster

SHOWN = 10
OTHER = typer.Argument(help="Another file; left out it is the log of this installation, or with --nats of a broker.")
FOLD = typer.Option(
    "--fold", help="Compare what the file adds up to with a state, as `parlor log state --json` writes."
)
STYLES = {"-": "red", "+": "green", "~": "yellow"}


def diff(  # noqa: PLR0913, PLR0917  # each argument is an option that a person may type
    first: Annotated[Path, LOG_FILE],
    second: Annotated[Path | None, OTHER] = None,
    state: Annotated[Path | None, FOLD] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All differences as JSON.")] = False,
    nats: NatsOption = "",
    creds: CredsOption = None,
    ca: CaOption = None,
) -> None:
    """Show how two logs differ, or a log and a state: in which facts, and in what they add up to. Exit 1 if they do.

    - is only in the first, + only in the second, ~ changed from the first to the second.
    """
    import msgspec

    from parlor.log_diff import LogDiff, between, difference

    if state is not None and second is not None:
        raise typer.BadParameter("a log is compared with another log or with a state, not with both: leave one out")
    one = _of_file(first)
    if state is not None:
        found = LogDiff((one.facts, 0), [], between(one.state, _state(state)))
    elif second is not None:
        found = difference(one, _of_file(second))
    else:
        found = difference(one, asyncio.run(_of_log(cluster(nats, creds, ca))))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    else:
        _show(found, "state" if state is not None else "log")
    if not found.same:
        raise typer.Exit(1)


def _of_file(file: Path) -> "Read":
    from libs.events.replay import read_lines
    from parlor.log_diff import Read

    with lines_of(file) as lines:
        return Read(read_lines(lines))


async def _of_log(place: "Cluster | None") -> "Read":
    from parlor.log_diff import Read
    from parlor.logbook import log_at

    read = Read()
    async with log_at(place) as log:
        async for batch in log.read_all():
            for fact in batch:
                read.add(fact)
    return read


def _state(file: Path) -> "LogState":
    """Raises BadParameter."""
    import msgspec

    from libs.events.logstate import LogState

    with lines_of(file) as lines:
        try:
            return msgspec.json.decode(lines.read(), type=LogState)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise typer.BadParameter(f"{file} is no state of a log: {fault}", param_hint="--fold") from fault


def _show(found: "LogDiff", what: str) -> None:
    screen = console()
    for one in found.aggregates:
        screen.print(f"{one.aggregate} differs from r{one.revision} on", style="bold", markup=False)
        _print_some(list(_facts(one)))
    if found.state:
        screen.print("they add up to", style="bold")
        _print_some([("~", _change(each)) for each in found.state])
    first, second = found.facts
    if found.same:
        screen.print(f"the same {what}: {first} facts")
    elif what == "state":
        screen.print(f"{first} facts add up to another state: {len(found.state)} differences")
    else:
        screen.print(f"{first} facts and {second}: {len(found.aggregates)} aggregates differ")


def _print_some(lines: list[tuple[str, str]]) -> None:
    screen = console()
    for sign, text in lines[:SHOWN]:
        screen.print(f"  {sign} {text}", style=STYLES[sign], markup=False)
    if len(lines) > SHOWN:
        screen.print(f"    and {len(lines) - SHOWN} more", style="dim")


def _facts(one: "AggregateDiff") -> Iterator[tuple[str, str]]:
    """Each with its sign, in the order of revisions."""
    told = [(missing.revision, "-", missing.type) for missing in one.only_first]
    told += [(missing.revision, "+", missing.type) for missing in one.only_second]
    told += [(each.revision, "~", f"{each.type} {', '.join(map(_change, each.fields))}") for each in one.changed]
    for revision, sign, text in sorted(told):
        yield sign, f"r{revision} {text}"


def _change(each: "Difference") -> str:
    return f"{each.place}: {_said(each.first)} → {_said(each.second)}"


def _said(value: Any) -> str:
    import msgspec

    return "nothing" if value is None else msgspec.json.encode(value).decode()
