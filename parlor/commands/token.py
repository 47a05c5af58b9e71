"""`parlor token NAME`: a local access token."""

import os
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog='Example: `curl -H "Authorization: Bearer $(parlor token Ana)" …/api/rooms`')(token)


def token(name: Annotated[str, typer.Argument(help="the name to sign in by, as on the page")]) -> None:
    """Sign in to the Parlor that runs here and print an access token (10 minutes), to speak to its API as NAME."""
    from parlor.signing_in import access_token

    print(access_token(name, os.environ))
