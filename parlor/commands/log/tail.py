"""`parlor log tail`"""

import asyncio
import signal
import sys
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.export import checked_room, time_range
from parlor.commands.log.files import console
from parlor.commands.log.places import CaOption, CredsOption, NatsOption, cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from parlor.log_tail import Watch
    from parlor.log_when import Fact
    from parlor.logbook import Cluster

AGAIN_S = 1.0


def tail(  # noqa: PLR0913, PLR0917  # each argument is an option that a person may type
    room: Annotated[str, typer.Option(help="Only what happens in this room.")] = "",
    owner: Annotated[str, typer.Option(help="Only facts of rooms, presence, media or playback.")] = "",
    kind: Annotated[str, typer.Option("--type", help="Only these: rooms.*, *speak*, SpeakerMuted.")] = "",
    public: Annotated[bool, typer.Option("--public", help="Only what everybody may read.")] = False,
    since: Annotated[str, typer.Option(help="First what has happened since: RFC 3339, or how long ago (15m).")] = "",
    count: Annotated[int, typer.Option(min=1, help="End after so many.")] = sys.maxsize,
    as_json: Annotated[bool, typer.Option("--json", help="The log's own lines.")] = False,
    nats: NatsOption = "",
    creds: CredsOption = None,
    ca: CaOption = None,
) -> None:
    """Show facts as they happen, one a line: when, where, who, what. Ctrl-C ends it; a broker's restart does not."""
    from parlor.log_tail import Watch

    within = time_range(since, "")
    wanted = Watch(room=checked_room(room), owner=checked_owner(owner), kind=kind, public=public, within=within)
    write = _write_line if as_json else _writer()
    asyncio.run(_interruptible(_tail(wanted, write, count, cluster(nats, creds, ca))))


def checked_owner(owner: str) -> str:
    """An owner, or nothing for all. Raises BadParameter."""
    from libs.events.vocabulary import OWNERS

    if owner and owner not in OWNERS:
        raise typer.BadParameter(f"there is no owner {owner!r}: {', '.join(OWNERS)}", param_hint="--owner")
    return owner


async def _interruptible(work: "Coroutine[None, None, None]") -> None:
    """Do it until Ctrl-C, which is repeated every second: `asyncio.wait_for` of Python 3.11 may swallow one."""
    task, loop = asyncio.create_task(work), asyncio.get_running_loop()

    def interrupt() -> None:
        if task.cancel():
            loop.call_later(AGAIN_S, interrupt)

    with suppress(RuntimeError):  # only a main thread has signals
        loop.add_signal_handler(signal.SIGINT, interrupt)
    with suppress(asyncio.CancelledError):
        await task


async def _tail(wanted: "Watch", write: "Callable[[Fact], None]", count: int, place: "Cluster | None") -> None:
    from libs.events.ids import START
    from parlor.logbook import log_at

    async with log_at(place) as log:
        after = START if wanted.looks_back else await log.end()
        async with aclosing(log.follow(after, wanted.interest)) as batches:
            async for batch in batches:
                for fact in filter(wanted.covers, batch):
                    write(fact)
                    count -= 1
                    if not count:
                        return


def _write_line(fact: "Fact") -> None:
    sys.stdout.buffer.write(fact.line + b"\n")
    sys.stdout.buffer.flush()


def _writer() -> "Callable[[Fact], None]":
    from parlor.log_tail import shown

    screen = console()
    return lambda fact: screen.print(shown(fact))
