"""A verifier behind a real HTTP route, with a chain server that is a table and a clock that stands still."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
import msgspec
from cryptography.x509.verification import Store
from fastapi import FastAPI

from libs.events.ids import Milliseconds, Samples
from libs.events.memory import MemoryLog
from parlor.echo.signer import Signer
from services.alexa_gateway.api import routes
from services.alexa_gateway.certificates import Certificates
from services.alexa_gateway.follow import Follower
from services.alexa_gateway.heard import Heard
from services.alexa_gateway.notebook import Notebook
from services.alexa_gateway.signature import Unverified
from services.alexa_gateway.streams import Streams
from services.alexa_gateway.tools import Tools
from services.alexa_gateway.verifier import Verifier
from tests.unit.alexa_gateway.authority import NOW, Issuer, pem, rsa_key

SKILL = "amzn1.ask.skill.local-parlor"
CHAIN = "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem"
PATH = "/echo.api/echo-api-cert-12.pem"

ROOT = Issuer("Root")
BETWEEN = Issuer("Between", ROOT)
KEY = rsa_key("signer")
GOOD_CHAIN = pem(BETWEEN.leaf(KEY), BETWEEN.certificate)


class ChainTable:
    """Chains by path; counts how often each was fetched."""

    def __init__(self, chains: Mapping[str, bytes]) -> None:
        self.chains = dict(chains)
        self.fetched: list[str] = []

    async def __call__(self, path: str) -> bytes:
        self.fetched.append(path)
        if path not in self.chains:
            raise Unverified("chain-not-there")
        return self.chains[path]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class Door:
    """The skill endpoint as somebody outside sees it."""

    def __init__(self, client: httpx.AsyncClient, chains: ChainTable, clock: Clock) -> None:
        self.client = client
        self.chains = chains
        self.clock = clock

    async def knock(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status; a 400 must have no body."""
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        answer = await self.client.post("/alexa", content=body, headers=raw)
        assert answer.status_code == 200 or answer.content == b""
        return answer.status_code

    async def send(self, body: bytes | None = None, chain: str = CHAIN) -> int:
        """The status of a properly signed request."""
        sent = body if body is not None else request(self.clock.now)
        return await self.knock(sent, Signer(KEY, chain).headers(sent))


@asynccontextmanager
async def door(chain: bytes = GOOD_CHAIN) -> AsyncIterator[Door]:
    """An endpoint that trusts ROOT and finds this chain at CHAIN."""
    clock, chains = Clock(), ChainTable({PATH: chain})
    verifier = Verifier(Certificates(chains, Store([ROOT.certificate]), clock), SKILL)
    log = MemoryLog()
    tools = Tools(
        follower=Follower(log, lambda: 0.0),
        notebook=Notebook(log),
        heard=Heard(),
        streams=Streams("https://localhost:8443", lambda room, listener, _: f"{listener}-{room}"),
        secret="s",
        clock=lambda: Milliseconds(int(clock.now.timestamp() * 1000)),
        reach=Samples(0),
    )
    app = FastAPI()
    app.include_router(routes(verifier, tools, clock))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost:8443") as client:
        yield Door(client, chains, clock)


def request(at: datetime, kind: str = "LaunchRequest", skill: str = SKILL, request_id: str = "r1") -> bytes:
    """A minimal request of this type."""
    system = {"application": {"applicationId": skill}, "user": {"userId": "u"}, "device": {"deviceId": "d"}}
    asked = {"type": kind, "requestId": request_id, "timestamp": at.isoformat().replace("+00:00", "Z")}
    return msgspec.json.encode({"version": "1.0", "context": {"System": system}, "request": asked})
