"""A room's log over HTTP, for whoever holds the token of its host: `GET /api/rooms/{id}/log` of any Parlor."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from libs.events.ids import START, Position
from libs.events.log import Batch, LogTrouble
from libs.events.replay import read_lines
from libs.events.subjects import Interest
from libs.service.cannotstart import CannotStart
from parlor.credentials_file import UnusableFile, contents
from parlor.logbook import trusting

SECONDS = 30.0
BATCH = 500


class NotGiven(LogTrouble):
    """The server does not give the log out, or not all of it; the message says why."""


class UnusableUrl(CannotStart):
    """An address that a token is not sent to."""


class Origin(msgspec.Struct, frozen=True):
    """Where a Parlor is, who asks (`token_file`), and the roots to trust instead of the system's."""

    url: str
    token_file: Path
    ca: Path | None = None


class HttpLog:
    """Rooms' logs as one server gives them out: what is there now, from the beginning."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")

    async def end(self) -> Position:
        """Not known before."""
        return START

    async def read_all(self, *, interest: Interest) -> AsyncGenerator[Batch, None]:
        """The room that the interest names. Raises NotGiven, also when the answer breaks off, or NotReplayable."""
        path = f"{self._url}/api/rooms/{interest.scope}/log"
        try:
            async with self._client.stream("GET", path) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise NotGiven(f"{path}: {refusal(answer.status_code, await answer.aread())}")
                number = 0
                async for lines in batches(answer.aiter_bytes()):
                    yield list(read_lines(lines, number))
                    number += len(lines)
        except httpx.HTTPError as fault:
            raise NotGiven(f"{path}: {fault or type(fault).__name__}") from fault


@asynccontextmanager
async def log_of(origin: Origin) -> AsyncIterator[HttpLog]:
    """A connection to it. Raises CannotStart, one sentence."""
    require_private(origin.url)
    roots: ssl.SSLContext | bool = True if origin.ca is None else trusting(origin.ca)
    headers = {"Authorization": f"Bearer {token(origin.token_file)}", "Accept-Encoding": "identity"}
    async with httpx.AsyncClient(headers=headers, verify=roots, timeout=SECONDS) as client:
        yield HttpLog(client, origin.url)


def token(file: Path) -> str:
    """What `parlor token` printed into a file. Raises UnusableFile."""
    text = contents(file).strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise UnusableFile(f"{file} holds no access token: it is one line, as `parlor token NAME` prints it")
    return text


def require_private(url: str) -> None:
    """Refuse to show a token to whoever is on the way."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or not parts.hostname or not is_loopback(parts.hostname):
        raise UnusableUrl(f"{url} is no https://… address, and a token is not sent in the clear but on this machine")


def is_loopback(host: str) -> bool:
    """True for this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def refusal(status: int, body: bytes) -> str:
    """What a problem document says (RFC 9457), or the status."""
    try:
        said: Any = msgspec.json.decode(body)["detail"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return f"the server answers {status}"
    return f"{said} ({status})"


async def batches(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Lines with their newlines, as many as have come; the last may lack its own."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield [line + b"\n" for line in lines]
    if rest:
        yield [rest]
