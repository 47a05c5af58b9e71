"""The event log and the database of this installation, for commands: those that run, else started for the moment."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.parking import JetStreamParking
from libs.service.broker import Broker
from parlor.embedded.infra import attached
from parlor.embedded.permissions import OPERATOR
from parlor.settings import state_folder


class Logbook(msgspec.Struct, frozen=True):
    """What a command about the log works on."""

    parking: JetStreamParking
    log: JetStreamLog
    database_url: str


@asynccontextmanager
async def logbook() -> AsyncIterator[Logbook]:
    """Connect as the operator. Raises Fault, CannotStart or LogTrouble, each one sentence."""
    async with attached(state_folder()) as infra:
        settings = {**os.environ, **infra.environ(OPERATOR)}
        user, password = settings.get("NATS_USER"), settings.get("NATS_PASSWORD")
        broker = await Broker.connect(infra.nats_url, "parlor-log", user, password)
        try:
            log = await JetStreamLog.open(broker.client, int(settings.get("NATS_REPLICAS", "1")))
            yield Logbook(JetStreamParking(broker.client), log, infra.database_url)
        finally:
            await broker.drain()
