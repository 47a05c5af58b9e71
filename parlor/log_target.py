"""The log that a replay writes into: it is empty, or is made so."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from libs.events.ids import START
from libs.events.jetstream.existing import There, look
from libs.events.jetstream.existing import erase as erase_log
from libs.events.jetstream.log import JetStreamLog
from libs.events.replay import NotEmpty
from parlor.logbook import Cluster, broker_at


async def looked_at(place: Cluster | None) -> There:
    """What is there now."""
    async with broker_at(place) as broker:
        return await look(broker.client)


@asynccontextmanager
async def empty_log(place: Cluster | None, *, erase: bool) -> AsyncIterator[JetStreamLog]:
    """A log without facts, made when there is none. Raises NotEmpty when it has some and must not be erased."""
    async with broker_at(place) as broker:
        there = await look(broker.client)
        replicas = there.replicas or int(os.environ.get("NATS_REPLICAS", "1"))
        log = await JetStreamLog.open(broker.client, replicas)
        if await log.end() != START:
            if not erase:
                raise NotEmpty(
                    f"the broker's log has facts in it already ({there.facts}, begun {there.created}): replay into an "
                    "empty one, use --dry, or let it be erased first with --yes"
                )
            await erase_log(broker.client)
            log = await JetStreamLog.open(broker.client, replicas)
        yield log
