"""Stands for the rooms service where only its knowledge of source keys is needed."""

from collections.abc import Mapping

import msgspec

from libs.events.telemetry import SourceKeyRevoked
from libs.service.broker import Broker
from libs.service.source_keys import KeyHolder, SourceKeyAsked


class Office:
    """Knows whose key is whose, by hash."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.holders: dict[bytes, KeyHolder] = {}

    async def open(self) -> None:
        """Answer mixers."""
        await self.broker.serve("qry.rooms.SourceKey", self._whose)

    async def revoke(self, key: str) -> None:
        """The key with this id holds no longer."""
        self.holders = {digest: each for digest, each in self.holders.items() if each.id != key}
        await self.broker.tell(SourceKeyRevoked(key=key), key)

    async def _whose(self, question: bytes, _headers: Mapping[str, str]) -> bytes:
        asked = msgspec.json.decode(question, type=SourceKeyAsked)
        return msgspec.json.encode(self.holders.get(asked.digest))
