"""The skill's endpoint as Alexa sees it: signed requests out, answers in that are refused when Alexa would."""

import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from parlor.echo.directives import Answer
from parlor.echo.legality import illegalities
from parlor.echo.signer import Signer

PATIENCE = 8.0


class BadAnswer(Exception):
    """The endpoint did not answer as Alexa needs it; the message says why."""


class Skill:
    """One endpoint. The gateway may be named by its origin or by the whole URL."""

    def __init__(self, gateway_url: str, trust: ssl.SSLContext, signer: Signer) -> None:
        self.url = gateway_url if urlsplit(gateway_url).path.strip("/") else gateway_url.rstrip("/") + "/alexa"
        self._signer = signer
        self._client = httpx.AsyncClient(verify=trust, timeout=PATIENCE, follow_redirects=False, trust_env=False)

    async def send(self, kind: str, body: bytes) -> Answer:
        """The answer to one request of this type. Raises BadAnswer."""
        if not self.url.startswith("https://"):
            raise BadAnswer(f"Alexa speaks https only, not {self.url}")
        try:
            response = await self._client.post(self.url, content=body, headers=self._signer.headers(body))
        except httpx.HTTPError as fault:
            raise BadAnswer(f"{self.url}: {type(fault).__name__}: {fault}") from fault
        if response.status_code != httpx.codes.OK:
            raise BadAnswer(f"{self.url} answered {kind} with {response.status_code}")
        try:
            plain: Any = msgspec.json.decode(response.content)
            faults = illegalities(kind, response.content, plain)
            if not faults:
                return msgspec.json.decode(response.content, type=Answer)
        except msgspec.DecodeError as fault:
            raise BadAnswer(f"the answer to {kind} can't be read: {fault}") from fault
        raise BadAnswer(f"Alexa would not take the answer to {kind}: {'; '.join(faults)}")

    async def close(self) -> None:
        """Give connections back."""
        await self._client.aclose()
