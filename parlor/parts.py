"""How each service is put together from the environment: once for `parlor serve`, five times for `parlor up`.

A part is asked for by the name that a person types. What its `build` takes is opened here (NATS as its own user, the
log, the database), and closed in the opposite order. Settings are read first, so that all their mistakes are told
before anything is opened.
"""

import contextlib
import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

import msgspec

from libs.service.broker import Broker
from libs.service.config import Misconfigured, load
from libs.service.part import Part

Closers = contextlib.AsyncExitStack


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Where NATS is, and as whom; without a user, as the part itself."""

    nats_url: str
    nats_user: str | None = None
    nats_password: str | None = None
    nats_replicas: int = 1


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """Where the views are, and what is kept."""

    database_url: str
    database_connections: int = 4


class Kind(msgspec.Struct, frozen=True):
    """The NATS user that a part is, and `module:function` of what builds it from some of config, broker, log and
    database.
    """

    user: str
    build: str


PARTS: Mapping[str, Kind] = {
    "rooms": Kind("rooms", "services.rooms.main:build"),
    "presence": Kind("presence", "services.presence.main:build"),
    "mixer": Kind("media", "services.media.main:build_mixer"),
    "edge": Kind("media", "services.media.distribution.main:build_edge"),
    "alexa-gateway": Kind("alexa_gateway", "services.alexa_gateway.main:build"),
}


async def assemble(name: str, environ: Mapping[str, str], closers: Closers) -> Part:
    """One part, connected and built, not started. Raises CannotStart."""
    kind, build = PARTS[name], builder(name)
    takes = inspect.signature(build).parameters
    config, reach, *more = load_all(settings_of(name), environ)
    given: dict[str, Any] = {"config": config}
    given["broker"] = broker = await Broker.connect(
        reach.nats_url, name, reach.nats_user or kind.user, reach.nats_password
    )
    closers.push_async_callback(broker.drain)
    if "log" in takes:
        from libs.events.jetstream.log import JetStreamLog

        given["log"] = await JetStreamLog.open(broker.client, reach.nats_replicas)
    if "database" in takes:
        from libs.service.database import engine

        given["database"] = database = engine(more[0].database_url, more[0].database_connections, name)
        closers.push_async_callback(database.dispose)
    return build(**given)


def builder(name: str) -> Callable[..., Part]:
    """What builds a part; loads its code."""
    module, function = PARTS[name].build.split(":")
    build: Callable[..., Part] = getattr(importlib.import_module(module), function)
    return build


def settings_of(name: str) -> list[type[msgspec.Struct]]:
    """The classes of everything that a part reads from the environment: its own first, then where things are."""
    build = builder(name)
    needs_store = "database" in inspect.signature(build).parameters
    return [get_type_hints(build)["config"], Reach, *([Store] if needs_store else [])]


def load_all(classes: list[type[msgspec.Struct]], environ: Mapping[str, str]) -> list[Any]:
    """Several configurations from one environment. Raises Misconfigured with the mistakes of all."""
    mistakes: list[str] = []
    found: list[Any] = []
    for each in classes:
        try:
            found.append(load(each, environ))
        except Misconfigured as wrong:
            mistakes += wrong.mistakes
    if mistakes:
        raise Misconfigured(mistakes)
    return found
