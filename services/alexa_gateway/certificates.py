"""Certificate chains by path: fetched once, kept a day at most, and never more often than a forger may make us.

A chain is kept only after a path to a root was found, so forged requests can't push the real one out; a path that
failed is not asked again for some seconds, and only a few fetches run at once.
"""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.verification import Store

from services.alexa_gateway.signature import CHAIN_HOST, Chain, Unverified, read_chain, trusted_key

KEPT_CHAINS = 8
KEPT_FOR = timedelta(hours=24)
REMEMBERED_FAILURES = 64
FAILED_FOR = timedelta(seconds=5)
FETCHES_AT_ONCE = 4
WAITING_AT_MOST = 32
FETCH_SECONDS = 2.5
LARGEST_CHAIN = 65_536


class Fetch(Protocol):
    """Gives the PEM text at a normalised path; raises Unverified."""

    async def __call__(self, path: str) -> bytes: ...


class ChainFetch:
    """Asks `https://s3.amazonaws.com`, or the origin that stands for it, under that name (SNI, Host, certificate)."""

    def __init__(self, trust: ssl.SSLContext, origin: str = CHAIN_HOST) -> None:
        self._client = httpx.AsyncClient(verify=trust, follow_redirects=False, trust_env=False, timeout=FETCH_SECONDS)
        self._origin = origin

    async def __call__(self, path: str) -> bytes:
        request = self._client.build_request(
            "GET",
            f"https://{self._origin}{path}",
            headers={"Host": CHAIN_HOST, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": CHAIN_HOST},
        )
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._read(request)
        except (httpx.HTTPError, TimeoutError) as fault:
            raise Unverified("chain-fetch-failed") from fault

    async def _read(self, request: httpx.Request) -> bytes:
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code != httpx.codes.OK:
                raise Unverified("chain-not-there")
            pem = bytearray()
            async for piece in response.aiter_raw():
                pem += piece
                if len(pem) > LARGEST_CHAIN:
                    raise Unverified("chain-too-large")
            return bytes(pem)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()


class Kept(msgspec.Struct, frozen=True):
    """A chain and until when it may be used without asking again."""

    chain: Chain
    until: datetime


class Certificates:
    """The key behind a chain path, for as long as that chain holds."""

    def __init__(self, fetch: Fetch, roots: Store, clock: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._roots = roots
        self._clock = clock
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._failed: OrderedDict[str, tuple[datetime, Unverified]] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[Chain]] = {}
        self._slots = asyncio.Semaphore(FETCHES_AT_ONCE)

    async def key(self, path: str) -> rsa.RSAPublicKey:
        """The leaf's key; raises Unverified. Many that ask for one path at once cause one fetch."""
        kept = self._kept.get(path)
        if kept is not None and self._clock() < kept.until:
            self._kept.move_to_end(path)
            return trusted_key(kept.chain, self._roots, self._clock())
        self._kept.pop(path, None)
        self._refuse_what_just_failed(path)
        chain = await asyncio.shield(self._under_way.get(path) or self._begin(path))
        return trusted_key(chain, self._roots, self._clock())

    def _begin(self, path: str) -> asyncio.Task[Chain]:
        if len(self._under_way) >= WAITING_AT_MOST:
            raise Unverified("chain-fetches-busy")
        task = asyncio.create_task(self._obtain(path))
        self._under_way[path] = task
        task.add_done_callback(lambda done: self._end(path, done))
        return task

    def _end(self, path: str, done: asyncio.Task[Chain]) -> None:
        del self._under_way[path]
        if not done.cancelled():
            done.exception()  # looked at, also when whoever asked is gone

    async def _obtain(self, path: str) -> Chain:
        try:
            async with self._slots:
                chain = read_chain(await self._fetch(path))
            now = self._clock()
            trusted_key(chain, self._roots, now)
        except Unverified as fault:
            self._failed[path] = (self._clock() + FAILED_FOR, fault)
            if len(self._failed) > REMEMBERED_FAILURES:
                self._failed.popitem(last=False)
            raise
        self._kept[path] = Kept(chain, min(now + KEPT_FOR, chain.leaf.not_valid_after_utc))
        if len(self._kept) > KEPT_CHAINS:
            self._kept.popitem(last=False)
        return chain

    def _refuse_what_just_failed(self, path: str) -> None:
        until, fault = self._failed.get(path, (None, None))
        if until is None or fault is None:
            return
        if self._clock() < until:
            raise Unverified(str(fault))
        del self._failed[path]
