"""The admin port of a process: `/health/live`, `/health/ready`, `/metrics`. A bare ASGI app; no framework is loaded.

`/health/ready` is 503 with the reasons, or 200 with what is missing but no reason to stay away (usually nothing: `{}`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from libs.service import metrics
from libs.service.part import Degradable, Part

Ask: TypeAlias = Callable[[], Any]

PATIENCE_S = 2.0


class Health:
    """Live means that the loop turns; ready means that every part says so and the process is not ending."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self.state = "starting"

    async def reasons(self) -> Mapping[str, str]:
        """Why the process is not ready; empty when it is."""
        if self.state != "running":
            return {"process": self.state}
        asked = await asyncio.gather(*(_reason(part) for part in self._parts))
        return {part.name: reason for part, reason in zip(self._parts, asked, strict=True) if reason is not None}

    def degraded(self) -> Mapping[str, str]:
        """What parts lack although they are ready."""
        asked = {part.name: part.degraded() for part in self._parts if isinstance(part, Degradable)}
        return {name: f"degraded: {lack}" for name, lack in asked.items() if lack is not None}

    async def __call__(self, scope: Mapping[str, Any], _receive: Ask, send: Callable[[Any], Any]) -> None:
        """The ASGI app."""
        status, kind, content = 404, "text/plain", b"/health/live /health/ready /metrics\n"
        if scope["path"] == "/health/live":
            status, content = 200, b"live\n"
        elif scope["path"] == "/health/ready":
            reasons = await self.reasons()
            status, kind = 503 if reasons else 200, "application/json"
            content = msgspec.json.encode(reasons or self.degraded())
        elif scope["path"] == "/metrics":
            status, kind, content = 200, metrics.PAGE_TYPE, metrics.page()
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})


async def _reason(part: Part) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await part.unready()
    except TimeoutError:
        return f"did not say within {PATIENCE_S:g} s"
