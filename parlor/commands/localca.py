"""`parlor local-ca` and `parlor cert-origin`: what stands for Amazon where there is no `parlor up`, as in a cluster."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from parlor.localca import LocalCa

Folder = Annotated[Path, typer.Argument(help="where the authority and its leaves lie")]
Host = Annotated[str, typer.Option(help="address to listen on")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="port to listen on; 0 takes a free one")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("local-ca")(local_ca)
    app.command("cert-origin")(cert_origin)


def local_ca(folder: Folder) -> None:
    """Make this installation's certificate authority and its leaves in a folder, or renew what is about to end."""
    from parlor.localca import ensure_in

    print(ensure_in(folder).ca_pem)


def cert_origin(folder: Folder, host: Host = "127.0.0.1", port: Port = 9443) -> None:
    """Serve the signing chain in the name of s3.amazonaws.com until SIGTERM, for ALEXA_CERT_ORIGIN."""
    from parlor.localca import LocalCa

    asyncio.run(_serve(LocalCa(folder), host, port))


async def _serve(local: "LocalCa", host: str, port: int) -> None:
    import signal

    from parlor.localca import CertOrigin

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    origin = CertOrigin(local)
    print(await origin.start(host, port), flush=True)
    await ended.wait()
    await origin.stop()
