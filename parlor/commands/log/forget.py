"""`parlor log forget`"""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.files import console

if TYPE_CHECKING:
    from libs.events.ids import PersonId
    from parlor.forgetting import Goings


def forget(
    person: Annotated[str, typer.Argument(help="The person's id, as cards and the log have it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Forget a person for good: name, key and credentials go, and nobody can open what they wrote any more.

    The log keeps their id and that they were forgotten. Running services notice at once. Backups keep what they have.
    """
    from libs.events.ids import MalformedId, PersonId, checked_id

    try:
        who = PersonId(checked_id(person))
    except MalformedId as fault:
        raise typer.BadParameter(f"{fault}", param_hint="PERSON") from fault
    left = asyncio.run(_forget(who, sure=yes))
    console().print(f"{who} is forgotten, and what they wrote can't be opened any more")
    if left is not None:
        said = "the database's write-ahead log was not overwritten and keeps old rows until its files are used again"
        console(stderr=True).print(f"{said}: {left}", markup=False)


async def _forget(person: "PersonId", *, sure: bool) -> str | None:
    from parlor.forgetting import forgetting

    async with forgetting(person) as at:
        goings = await at.look()
        if not sure and not asked(person, goings):
            console(stderr=True).print("nothing was changed")
            raise typer.Exit(1)
        return await at.do()


def asked(person: "PersonId", goings: "Goings") -> bool:
    """Whether somebody at a terminal says so; False when nobody is there to be asked."""
    told = [f"{person} will be forgotten. This can't be undone."]
    told += [f"The room {room} that they host will end." for room in goings.hosts]
    told += [f"They will leave the stage of {room}." for room in goings.sits]
    screen = console(stderr=True)
    for line in told:
        screen.print(line, markup=False)
    if not sys.stdin.isatty():
        screen.print("Say --yes where nobody can be asked.")
        return False
    said: str = typer.prompt("Type the id again to go on, anything else to leave all as it is", err=True)
    return said.strip() == person
