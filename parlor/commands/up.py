"""`parlor up`: everything on this machine."""

import os

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: `HTTP_PORT=8090 PARLOR_STATE=/srv/parlor parlor up`")(up)


def up() -> None:
    """Run all of Parlor on this machine: servers, services, a mixer, a house programme. Ctrl-C drains and ends."""
    from parlor.up import run_up

    run_up(os.environ)
