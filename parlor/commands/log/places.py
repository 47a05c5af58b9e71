"""The options that say which log a command works on, and what they make together."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from parlor.log_source import Place
    from parlor.logbook import Cluster

NATS = typer.Option(help="A broker somewhere else, such as tls://nats.example:4222; nothing here is started or read.")
CREDS = typer.Option(help="With --nats: the NATS credentials file of a user there.")
CA = typer.Option(help="The roots to trust (PEM), instead of the system's.")

URL = typer.Option(help="A Parlor somewhere else, such as https://radio.example; gives one --room to who hosts it.")
TOKEN_FILE = typer.Option(help="With --url: a file with the access token that `parlor token` or the server gave.")

NatsOption = Annotated[str, NATS]
CredsOption = Annotated[Path | None, CREDS]
CaOption = Annotated[Path | None, CA]
UrlOption = Annotated[str, URL]
TokenFileOption = Annotated[Path | None, TOKEN_FILE]


def cluster(nats: str, creds: Path | None, ca: Path | None) -> "Cluster | None":
    """The broker somewhere else; None is this installation. Raises BadParameter."""
    from parlor.logbook import Cluster

    if nats:
        return Cluster(nats, creds, ca)
    if creds is not None or ca is not None:
        raise typer.BadParameter("--creds and --ca say how to come to a broker: name it with --nats")
    return None


def origin(url: str, token_file: Path, ca: Path | None, room: str) -> "Place":
    """The Parlor somewhere else. Raises BadParameter."""
    from parlor.log_http import Origin

    if not room:
        raise typer.BadParameter("over HTTP there is one room at a time: name it with --room")
    return Origin(url, token_file, ca)
