"""`parlor demo`: the main job without hands."""

from pathlib import Path
from typing import Annotated

import typer

OUT = Annotated[Path, typer.Option("--out", "-o", help="Where the result is written.")]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: `parlor demo --out /tmp/demo` · then open index.html there")(demo)


def demo(out: OUT = Path("out/demo")) -> None:
    """Two speakers, a muted one and a simulated Echo; exit 0 only if every check in report.json holds."""
    from parlor.demo.main import run_demo

    if not run_demo(out.absolute()):
        raise typer.Exit(1)
