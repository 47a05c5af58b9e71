"""The event log that a command works on: this installation's (of servers that run, else started for the moment), or
that of a broker somewhere else, where nothing here is touched.
"""

import os
import ssl
from collections import UserString
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from libs.events.jetstream.existing import open_existing
from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from parlor.credentials_file import UnusableFile, contents, credentials
from parlor.embedded.infra import attached
from parlor.embedded.permissions import OPERATOR
from parlor.settings import state_folder

CLIENT = "parlor-log"
ANY_INBOX = "_INBOX"
"""Where answers come when a credentials file says who we are: what such users may listen on unless told otherwise."""


class Logbook(msgspec.Struct, frozen=True):
    """What a command about the log works on."""

    log: JetStreamLog
    database_url: str
    broker: Broker


class Cluster(msgspec.Struct, frozen=True):
    """A broker somewhere else. `creds` is a NATS credentials file, `ca` the roots to trust instead of the system's."""

    url: str
    creds: Path | None = None
    ca: Path | None = None


@asynccontextmanager
async def logbook() -> AsyncIterator[Logbook]:
    """Connect as the operator. Raises Fault, CannotStart or LogTrouble, each one sentence."""
    async with attached(state_folder()) as infra:
        settings = {**os.environ, **infra.environ(OPERATOR)}
        user, password = settings.get("NATS_USER"), settings.get("NATS_PASSWORD")
        broker = await Broker.connect(infra.nats_url, CLIENT, user, password)
        try:
            log = await JetStreamLog.open(broker.client, int(settings.get("NATS_REPLICAS", "1")))
            yield Logbook(log, infra.database_url, broker)
        finally:
            await broker.drain()


@asynccontextmanager
async def broker_of(cluster: Cluster) -> AsyncIterator[Broker]:
    """A connection to it. Raises CannotStart, one sentence."""
    options: dict[str, Any] = {}
    if cluster.creds is not None:
        options |= {"user_credentials": UserString(credentials(cluster.creds)), "inbox": ANY_INBOX}
    if cluster.ca is not None:
        options["tls"] = trusting(cluster.ca)
    broker = await Broker.connect(cluster.url, CLIENT, **options)
    try:
        yield broker
    finally:
        await broker.drain()


@asynccontextmanager
async def broker_at(place: Cluster | None) -> AsyncIterator[Broker]:
    """The cluster's broker, or this installation's."""
    if place is None:
        async with logbook() as book:
            yield book.broker
    else:
        async with broker_of(place) as broker:
            yield broker


@asynccontextmanager
async def log_at(place: Cluster | None) -> AsyncIterator[JetStreamLog]:
    """A log to read: the cluster's, which must be there, or this installation's."""
    if place is None:
        async with logbook() as book:
            yield book.log
    else:
        async with broker_of(place) as broker:
            yield await open_existing(broker.client)


def trusting(ca: Path) -> ssl.SSLContext:
    """TLS that trusts these roots and no others. Raises UnusableFile."""
    try:
        return ssl.create_default_context(cadata=contents(ca))
    except (ssl.SSLError, ValueError) as fault:
        raise UnusableFile(f"{ca} has no certificates in PEM form") from fault
