"""`parlor log export`"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.files import progress, sink
from parlor.commands.log.places import (
    CaOption,
    CredsOption,
    NatsOption,
    TokenFileOption,
    UrlOption,
    cluster,
    origin,
)

if TYPE_CHECKING:
    from parlor.log_anonymous import Written
    from parlor.log_range import Range
    from parlor.log_selection import Selection
    from parlor.log_source import Place


def export(  # noqa: PLR0913, PLR0917  # each argument is an option that a person may type
    room: Annotated[str, typer.Option(help="Only what happened in this room.")] = "",
    since: Annotated[str, typer.Option("--from", help="Only from this time on: RFC 3339, or how long ago (2h).")] = "",
    until: Annotated[str, typer.Option("--to", help="Only what happened before this time.")] = "",
    public: Annotated[bool, typer.Option("--public", help="Only what everybody may read.")] = False,
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="With stand-ins for people, devices and words.")
    ] = False,
    seed: Annotated[str, typer.Option(help="With --anonymise: the same stand-ins each time. Keep it secret.")] = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output if none.")] = None,
    nats: NatsOption = "",
    creds: CredsOption = None,
    url: UrlOption = "",
    token_file: TokenFileOption = None,
    ca: CaOption = None,
) -> None:
    """Write the log as JSON Lines: one CloudEvents envelope per line, byte for byte, in the order of the log."""
    from parlor.log_selection import Selection

    wanted = Selection(room=checked_room(room), within=time_range(since, until), public=public)
    written = lines_written(anonymise, seed)
    if bool(url) != (token_file is not None) or (url and nats):
        raise typer.BadParameter("say --nats, or --url with --token-file, or neither for the log of this installation")
    place = origin(url, token_file, ca, room) if token_file else cluster(nats, creds, ca)
    asyncio.run(_export(wanted, written, output, place))


async def _export(wanted: "Selection", written: "Written", output: Path | None, place: "Place") -> None:
    from parlor.log_source import source

    async with source(place) as log:
        with sink(output) as out, progress("export", await log.end()) as tell:
            async for batch in log.read_all(interest=wanted.interest):
                out.writelines(written(fact) + b"\n" for fact in batch if wanted.covers(fact))
                if output is not None or not sys.stdout.isatty():  # else the lines themselves show it
                    tell(batch[-1].position)


def lines_written(anonymise: bool, seed: str) -> "Written":
    """How a fact becomes a line. Raises BadParameter."""
    import secrets
    from operator import attrgetter

    from parlor.log_anonymous import anonymous

    if anonymise:
        return anonymous(seed.encode() or secrets.token_bytes(32))
    if seed:
        raise typer.BadParameter("there is nothing to repeat without --anonymise", param_hint="--seed")
    return attrgetter("line")


def checked_room(room: str) -> str:
    """A room's id, or nothing. Raises BadParameter."""
    from libs.events.ids import MalformedId, checked_id

    try:
        return checked_id(room) if room else ""
    except MalformedId as fault:
        raise typer.BadParameter(f"{fault}", param_hint="--room") from fault


def time_range(since: str, until: str) -> "Range":
    """The span that two options say. Raises BadParameter."""
    import time

    from libs.events.ids import Milliseconds
    from parlor.log_range import Range, moment

    now, said = Milliseconds(int(time.time() * 1000)), []
    for option, text in (("--from", since), ("--to", until)):
        try:
            said.append(moment(text, now) if text else None)
        except ValueError as fault:
            raise typer.BadParameter(f"{fault}", param_hint=option) from fault
    return Range(*said)
