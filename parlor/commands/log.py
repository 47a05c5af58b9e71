"""`parlor log …`: the event log for engineers: take it out, put it back, see what it adds up to, check its hashes."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:  # loaded by the command that needs them, so that the command line starts fast
    from rich.console import Console

    from libs.events.envelope import Recorded
    from libs.events.vocabulary import AnyEvent
    from parlor.log_state import LogState

log_app = typer.Typer(
    help="Take the event log out, put it back, see what it adds up to, check that it is whole.",
    no_args_is_help=True,
    epilog="Example: `parlor log export > evening.jsonl` · `parlor log replay --dry evening.jsonl`",
)

LOG_FILE = typer.Argument(help="JSON Lines, as `parlor log export` writes them; - is standard input.")
SHOWN_FAULTS = 20


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(log_app, name="log")


@log_app.command(
    epilog="Examples: `parlor log export -o all.jsonl` · `parlor log export --room r2d2aaaaaaaaaaaa --public | head`"
)
def export(
    room: Annotated[str, typer.Option(help="Only what happened in this room.")] = "",
    public: Annotated[bool, typer.Option("--public", help="Only what everybody may read.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output if none.")] = None,
) -> None:
    """Write the log as JSON Lines: one CloudEvents envelope per line, byte for byte, in the order of the log."""
    _run(_export(room, public, output))


@log_app.command(epilog="Examples: `parlor log replay evening.jsonl` · `parlor log replay --dry evening.jsonl`")
def replay(
    file: Annotated[Path, LOG_FILE],
    dry: Annotated[bool, typer.Option("--dry", help="Write nothing; show what the facts add up to.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --dry: the state as JSON.")] = False,
) -> None:
    """Write a file's facts into this installation's log, which must be empty."""
    if dry:
        _show_state(file, as_json)
    else:
        _run(_replay(file))


@log_app.command(epilog="Examples: `parlor log verify` · `parlor log verify evening.jsonl`")
def verify(file: Annotated[Path | None, LOG_FILE] = None) -> None:
    """Check revisions, hash chains, media time and ids, of the log or of a file; exit 1 when something is wrong."""
    from libs.events.chain import Chains
    from libs.events.replay import read_lines

    chains = Chains()
    if file is None:
        _run(_read_all(chains.read))
    else:
        with _lines(file) as lines:
            for fact in read_lines(lines):
                chains.read(fact)
    console = _console()
    for fault in chains.faults[:SHOWN_FAULTS]:
        console.print(fault, style="red", markup=False)
    if len(chains.faults) > SHOWN_FAULTS:
        console.print(f"… and {len(chains.faults) - SHOWN_FAULTS} more", style="red")
    verdict = f"{len(chains.faults)} faults" if chains.faults else "whole and unchanged"
    console.print(f"{chains.facts} facts in {chains.aggregates} aggregates: {verdict}")
    if chains.faults:
        raise typer.Exit(1)


@log_app.command(epilog="Example: `parlor log rebuild`")
def rebuild() -> None:
    """Empty the views in PostgreSQL; services fill them anew from the log. What can't be rebuilt stays."""
    _run(_rebuild())


@log_app.command(epilog="Examples: `parlor log schema | jq keys` · `parlor log schema --write`")
def schema(
    write: Annotated[
        bool, typer.Option("--write", help="Renew docs/events.md and libs/events/schemas/ in this source tree.")
    ] = False,
) -> None:
    """Show the JSON Schema of every fact; or renew what is made from them, unless the change would break readers."""
    import msgspec

    from libs.events.schema import schemas
    from libs.events.vocabulary import OWNERS
    from parlor.log_schema import renew

    if write:
        for line in renew():
            _console().print(line)
    else:
        every = {tag: one for owner in OWNERS for tag, one in schemas(owner).items()}
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(every)) + b"\n")


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
        with _sink(output) as sink:
            async for batch in book.log.read_all(interest=interest):
                for fact in batch:
                    if not public or fact.event.audience is Audience.PUBLIC:
                        sink.write(fact.line + b"\n")


async def _replay(file: Path) -> None:
    from libs.events.replay import read_lines, replay
    from parlor.logbook import logbook

    written = 0
    async with logbook() as book:
        with _lines(file) as lines:
            async for count in replay(book.log, read_lines(lines)):
                written = count
    _console().print(f"{written} facts written")


async def _read_all(read: "Callable[[Recorded[AnyEvent]], None]") -> None:
    from parlor.logbook import logbook

    async with logbook() as book:
        async for batch in book.log.read_all():
            for fact in batch:
                read(fact)


async def _rebuild() -> None:
    from libs.service.database import clear_views, engine, migrate
    from parlor.logbook import logbook

    async with logbook() as book:
        await migrate(book.database_url)
        pool = engine(book.database_url, connections=1)
        await clear_views(pool)
        await pool.dispose()
    _console().print("the views are empty; running services fill them at the next fact, others when they start")


def _show_state(file: Path, as_json: bool) -> None:
    import msgspec

    from libs.events.replay import read_lines
    from parlor.log_state import fold

    with _lines(file) as lines:
        state = fold(read_lines(lines))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(state)) + b"\n")
    else:
        _print_state(_console(), state)


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


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


@contextmanager
def _lines(file: Path) -> Iterator[IO[bytes]]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}")
    with file.open("rb") as lines:
        yield lines


@contextmanager
def _sink(output: Path | None) -> Iterator[IO[bytes]]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with output.open("wb") as sink:
            yield sink
