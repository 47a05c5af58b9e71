"""`parlor nats-auth`: who may say what on NATS, for a server that Parlor does not start itself."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("nats-auth", epilog="Example: `parlor nats-auth secrets/ > auth.conf`, then `include auth.conf`")(
        nats_auth
    )


def nats_auth(
    folder: Annotated[Path, typer.Argument(help="holds one file per user, named like the user, with its password")],
) -> None:
    """Print the `authorization` block of a nats-server configuration: one user per service, least privilege."""
    from parlor.embedded.permissions import USERS, authorization

    missing = [user for user in USERS if not (folder / user).is_file()]
    if missing:
        raise typer.BadParameter(f"{folder} holds no file for {', '.join(missing)}; it needs one for each of {USERS}")
    typer.echo(authorization({user: (folder / user).read_text().strip() for user in USERS}))
