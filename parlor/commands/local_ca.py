"""`parlor local-ca …`: a stand-in for Amazon's certificate authority, for clusters that have no way to the real one."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="where its certificates and keys lie")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="A certificate authority for this installation alone.", no_args_is_help=True)
    group.command(epilog="Example: `parlor local-ca make /ca`")(make)
    group.command(epilog="Example: `parlor local-ca serve /ca --port 9443`")(serve)
    app.add_typer(group, name="local-ca")


def make(folder: Folder) -> None:
    """Make the authority and its leafs, or keep those that are there and still good."""
    from parlor.localca import ensure_in

    typer.echo(ensure_in(folder).ca_pem)


def serve(folder: Folder, port: Annotated[int, typer.Option(help="on loopback; 0 is any free one")] = 0) -> None:
    """Hand out the chain that signs requests, as s3.amazonaws.com would, until a signal."""
    asyncio.run(_serve(folder, port))


async def _serve(folder: Path, port: int) -> None:
    from parlor.localca import CertOrigin, LocalCa

    origin = CertOrigin(LocalCa(folder))
    typer.echo(await origin.start(port=port))
    await asyncio.Event().wait()
