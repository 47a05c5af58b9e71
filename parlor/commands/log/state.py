"""`parlor log state`"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.export import checked_room
from parlor.commands.log.files import LOG_FILE, console, lines_of, write_json
from parlor.commands.log.places import CaOption, CredsOption, NatsOption, cluster
from parlor.log_shown import show_room, show_state

if TYPE_CHECKING:
    from libs.events.logstate import LogState
    from parlor.log_when import Fact, When
    from parlor.logbook import Cluster


def state(  # noqa: PLR0913, PLR0917  # each argument is an option that a person may type
    file: Annotated[Path | None, LOG_FILE] = None,
    room: Annotated[str, typer.Option(help="Only of this room.")] = "",
    at: Annotated[str, typer.Option(help="2026-11-24T20:15:00Z, 20:15, 12m30s, 1:02:03, 604800samples or r17.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, as `replay --dry --json` writes it.")] = False,
    nats: NatsOption = "",
    creds: CredsOption = None,
    ca: CaOption = None,
) -> None:
    """Show what a log adds up to, now or at a moment: rooms, who sits and speaks, what is on air.

    The moment is a time (with its offset, or the last such time of day in the log), a media time of a room, or a
    revision of a room. Without a file it is the log of this installation, or with --nats of another broker.
    """
    room, moment = checked_room(room), _moment(at)
    facts = _of_file(file) if file is not None else asyncio.run(_of_log(cluster(nats, creds, ca), room))
    then = _then(facts, moment, room)
    if as_json:
        write_json(then)
    elif room:
        show_room(console(), room, then)
    else:
        show_state(console(), then)


def _moment(text: str) -> "When | None":
    from parlor.log_when import NoSuchMoment, moment_said

    try:
        return moment_said(text) if text else None
    except NoSuchMoment as fault:
        raise typer.BadParameter(f"{fault}", param_hint="--at") from fault


def _then(facts: "list[Fact]", moment: "When | None", room: str) -> "LogState":
    from libs.events.ids import RoomId
    from libs.events.logstate import fold
    from parlor.log_when import NoSuchMoment, rooms_of, told, until

    named = RoomId(room) if room else None
    of_room = [fact for fact in facts if not room or fact.envelope.aggregate.scope == room]
    if room and not of_room:
        raise typer.BadParameter(f"room {room} is not in this log; {told(rooms_of(facts))}", param_hint="--room")
    try:
        then = fold(of_room if moment is None else until(moment, of_room, named))
    except NoSuchMoment as fault:
        raise typer.BadParameter(f"{fault}", param_hint="--at") from fault
    if named is not None and named not in then.rooms:
        began = of_room[0].envelope.time
        raise typer.BadParameter(f"room {room} was not there then; its first fact is of {began}", param_hint="--at")
    return then


def _of_file(file: Path) -> "list[Fact]":
    from libs.events.replay import read_lines

    with lines_of(file) as lines:
        return list(read_lines(lines))


async def _of_log(place: "Cluster | None", room: str) -> "list[Fact]":
    """All of it, unless a room is asked for and there."""
    from libs.events.subjects import EVERYTHING, Interest
    from parlor.logbook import log_at

    async with log_at(place) as log:
        for interest in (Interest(scope=room), EVERYTHING):
            facts = [fact async for batch in log.read_all(interest=interest) for fact in batch]
            if facts:
                break
        return facts
