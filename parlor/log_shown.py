"""A log's state for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from libs.events.logstate import LogState, RoomState


def show_state(console: "Console", state: "LogState") -> None:
    """All rooms in a table, and what types of facts there were."""
    from rich.table import Table

    rooms = Table("room", "title", "status", "stage", "renditions", title=f"rooms: {len(state.rooms)}")
    for room, one in state.rooms.items():
        rooms.add_row(room, one.title, one.status, ", ".join(_stage(one)), " ".join(one.renditions))
    for table in (rooms, _types(state)):
        console.print(table, markup=False)


def show_room(console: "Console", room: str, state: "LogState") -> None:
    """One room with all that is known of it."""
    from rich.table import Table

    one = state.rooms[room]  # type: ignore[index]  # the caller has checked that it is one
    table = Table(title=f"{one.title} ({room})", show_header=False)
    for name, value in _rows(one):
        table.add_row(name, value)
    for shown in (table, _types(state)):
        console.print(shown, markup=False)


def _rows(room: "RoomState") -> Iterator[tuple[str, str]]:
    from parlor.log_when import clock

    yield "status", f"{room.status}, r{room.revision}, {room.kind}"
    yield "media time", clock(room.mediatime)
    yield "host", room.host
    yield "stage", "\n".join(_stage(room))
    yield "invited", ", ".join(room.invited)
    yield "hands", ", ".join(room.hands)
    yield "speaking", ", ".join(room.speaking)
    yield "listeners", str(room.listeners)
    yield "mix", f"epoch {room.epoch}, {'on' if room.mixing else 'off'}{', dead air' * room.dead_air}"
    yield "renditions", " ".join(room.renditions)
    yield "track", room.track
    yield (
        "sources",
        "\n".join(
            f"{source} {one.name} of {one.person} by {one.transport}{'' if one.connected else ', not connected'}"
            for source, one in room.senders.items()
        ),
    )


def _stage(room: "RoomState") -> Iterator[str]:
    for person, place in room.stage.items():
        yield f"{person} ({place.seat}{', muted' * place.muted}{', here' * place.present})"


def _types(state: "LogState") -> "Table":
    from rich.table import Table

    types = Table("type", "times", title=f"facts: {state.facts}")
    for tag, times in state.types.items():
        types.add_row(tag, str(times))
    return types
