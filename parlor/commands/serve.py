"""`parlor serve SERVICE` and `parlor migrate`: what containers run. All settings come from the environment."""

import os
from enum import StrEnum
from typing import Annotated

import typer


class Service(StrEnum):
    """What can be served."""

    ROOMS = "rooms"
    PRESENCE = "presence"
    MIXER = "mixer"
    EDGE = "edge"
    ALEXA_GATEWAY = "alexa-gateway"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(epilog="Example: `NATS_URL=nats://nats:4222 parlor serve mixer`")(serve)
    app.command()(migrate)


def serve(service: Annotated[Service, typer.Argument(help="which one")]) -> None:
    """Run one service until SIGTERM; settings from the environment, logs as JSON on standard output."""
    from parlor.serving import run_alone

    run_alone(service.value, os.environ)


def migrate() -> None:
    """Bring the database of DATABASE_URL up to date; safe to run while services run, and again."""
    import asyncio

    from libs.service import database
    from libs.service.config import load
    from parlor.parts import Store

    asyncio.run(database.migrate(load(Store, os.environ).database_url))
