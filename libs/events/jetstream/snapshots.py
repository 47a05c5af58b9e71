"""Snapshots on NATS: one key-value bucket for each service, `snapshots_<service>`, made when it is first written to.

It is a cache: it may be thrown away at any time (`nats kv rm snapshots_rooms`), and when it is full the oldest go. A
write compares first and is then tied to what it compared with, so that no process that is behind puts an older
snapshot in the place of a newer one.
"""

import asyncio
from functools import partial

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from ..snapshot import replaces
from ..subjects import Aggregate, snapshot_subject, snapshots_stream, snapshots_subjects
from .stream import make_beside

API = "$JS.API"
FIND_SECONDS = 0.5
"""The log itself is read when this is over."""
PATIENCE_SECONDS = 10.0
"""A store that did not answer, or whose answers we may not have, is not asked again for so long."""
KEEP_SECONDS = 5.0
MOST_BYTES = 256 * 1024 * 1024
SEQUENCE = "Nats-Sequence"


class JetStreamSnapshots:
    """As libs.events.snapshot.Snapshots, in the bucket of this service."""

    def __init__(self, client: Client, service: str) -> None:
        self._client = client
        self._service = service
        self._silent_until = 0.0

    async def find(self, aggregate: Aggregate) -> bytes | None:
        now = asyncio.get_running_loop().time()
        if now < self._silent_until:
            return None
        try:
            found = await self._get(aggregate)
        except TimeoutError:
            self._silent_until = now + PATIENCE_SECONDS
            return None
        except NatsError:
            return None
        return found.data if SEQUENCE in (found.headers or {}) else None

    async def keep(self, aggregate: Aggregate, snapshot: bytes) -> None:
        try:
            await self._keep(aggregate, snapshot)
        except NoRespondersError:
            await self._make_and_keep(aggregate, snapshot)
        except (NatsError, TimeoutError):
            return

    async def _make_and_keep(self, aggregate: Aggregate, snapshot: bytes) -> None:
        try:
            await self._make()
            await self._keep(aggregate, snapshot)
        except (NatsError, TimeoutError):
            return

    async def _get(self, aggregate: Aggregate) -> Msg:
        """The last one, or a message without a sequence. Raises NoRespondersError when there is no bucket."""
        stream, key = snapshots_stream(self._service), snapshot_subject(self._service, aggregate)
        return await self._client.request(f"{API}.DIRECT.GET.{stream}.{key}", timeout=FIND_SECONDS)

    async def _keep(self, aggregate: Aggregate, snapshot: bytes) -> None:
        found = await self._get(aggregate)
        sequence = (found.headers or {}).get(SEQUENCE)
        if sequence is None or replaces(snapshot, found.data):
            expected = {"Nats-Expected-Last-Subject-Sequence": sequence or "0"}
            key = snapshot_subject(self._service, aggregate)
            await self._client.request(key, snapshot, timeout=KEEP_SECONDS, headers=expected)

    async def _make(self) -> None:
        """With as many replicas as the log has. Another one is left as it is: whatever it does, it holds copies."""
        config = {
            "name": snapshots_stream(self._service),
            "subjects": [snapshots_subjects(self._service)],
            "discard": "old",
            "max_bytes": MOST_BYTES,
            "allow_direct": True,
            "allow_rollup_hdrs": True,
            "deny_delete": True,
        }
        await make_beside(partial(self._client.request, timeout=KEEP_SECONDS), config)
