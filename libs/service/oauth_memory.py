"""Grants without a database: for tests, and where a restart may end all links."""

from collections.abc import Sequence

import msgspec

from libs.service.oauth import Client, Code, Refresh


class MemoryGrants:
    """As libs.service.oauth.Grants."""

    def __init__(self, clients: Sequence[Client]) -> None:
        self._clients = {client.client: client for client in clients}
        self._codes: dict[bytes, Code] = {}
        self._refresh: dict[bytes, Refresh] = {}

    async def client(self, client: str) -> Client | None:
        """A registered client."""
        return self._clients.get(client)

    async def put_code(self, digest: bytes, code: Code) -> None:
        """Keep a code."""
        self._codes[digest] = code

    async def take_code(self, digest: bytes) -> Code | None:
        """Give a code out and forget it."""
        return self._codes.pop(digest, None)

    async def put_refresh(self, digest: bytes, refresh: Refresh) -> None:
        """Keep a refresh token."""
        self._refresh[digest] = refresh

    async def use_refresh(self, digest: bytes, now: int) -> Refresh | None:
        """The token as it was before this use."""
        before = self._refresh.get(digest)
        if before is not None and before.used is None:
            self._refresh[digest] = msgspec.structs.replace(before, used=now)
        return before

    async def revoke(self, family: str) -> None:
        """Forget every refresh token of a family."""
        self._refresh = {key: kept for key, kept in self._refresh.items() if kept.family != family}
