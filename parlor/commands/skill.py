"""`parlor skill …`: the skill package for Amazon."""

from pathlib import Path
from typing import Annotated

import typer

Url = Annotated[str, typer.Argument(help="where Alexa reaches this installation: https, port 443")]
Out = Annotated[Path, typer.Option(help="the folder to write to")]

group = typer.Typer(help="The skill package: check it, fill in the public URL.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="skill")


@group.command(epilog="Example: `parlor skill render https://radio.example.org`, then `ask deploy` in that folder")
def render(url: Url, out: Out = Path("out/skill")) -> None:
    """Write the project for `ask deploy` with the public URL filled in."""
    from rich.console import Console

    from parlor.skillpackage import render as write

    try:
        files = write(url, out)
    except ValueError as fault:
        Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(f"parlor skill: {fault}")
        raise typer.Exit(1) from fault
    print(f"{len(files)} files in {out}; go there and run: ask deploy")


@group.command()
def lint() -> None:
    """Hold the package against Amazon's rules that can be checked without Amazon; exit 1 when one is broken."""
    from parlor.skilllint import lint_package

    faults = lint_package()
    print(*faults or ["the skill package keeps the rules"], sep="\n")
    if faults:
        raise typer.Exit(1)
