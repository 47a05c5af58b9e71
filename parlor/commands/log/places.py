"""The options that say which log a command works on, and what they make together."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from parlor.logbook import Cluster

NATS = typer.Option(help="A broker somewhere else, such as tls://nats.example:4222; nothing here is started or read.")
CREDS = typer.Option(help="With --nats: the NATS credentials file of a user there.")
CA = typer.Option(help="The roots to trust (PEM), instead of the system's.")

NatsOption = Annotated[str, NATS]
CredsOption = Annotated[Path | None, CREDS]
CaOption = Annotated[Path | None, CA]


def cluster(nats: str, creds: Path | None, ca: Path | None) -> "Cluster | None":
    """The broker somewhere else; None is this installation. Raises BadParameter."""
    from parlor.logbook import Cluster

    if nats:
        return Cluster(nats, creds, ca)
    if creds is not None or ca is not None:
        raise typer.BadParameter("--creds and --ca say how to come to a broker: name it with --nats")
    return None
