"""One stream as an Echo opens it: HEAD, a GET that it drops after the first bytes, then the GET that it plays.

What a real device refuses without saying why is refused here with the reason: no https, a certificate that does not
hold, a redirect, a wrong content type, ICY metadata, a bit rate outside 16 to 384 kbit/s, bytes that are no audio.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec

from parlor.echo.frames import KINDS, Frame, Frames

USER_AGENT = "Echo/1.0(APNG)"
SLOWEST, FASTEST = 16.0, 384.0
PROBED = 4_096
JUDGED_AFTER = 24
"""Frames after which the average rate is judged; about half a second."""
PATIENCE = httpx.Timeout(10.0, connect=5.0)


class CannotPlay(Exception):
    """What an Echo would answer with PlaybackFailed; `error` is Alexa's own type."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(why)
        self.error = error


class Opened(msgspec.Struct, frozen=True):
    """A stream that plays: its content type, its codec, and frames in pieces as they come."""

    content_type: str
    codec: str
    frames: AsyncIterator[list[Frame]]


class Streams:
    """Opens streams and trusts the authorities in one file."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        headers = {"User-Agent": USER_AGENT, "Icy-MetaData": "1", "Accept": "*/*", "Accept-Encoding": "identity"}
        self._client = httpx.AsyncClient(verify=trust, headers=headers, timeout=PATIENCE, trust_env=False)

    @asynccontextmanager
    async def open(self, url: str) -> AsyncIterator[Opened]:
        """The stream at this URL. Raises CannotPlay, also out of `frames`."""
        if not url.startswith("https://"):
            raise CannotPlay("MEDIA_ERROR_INVALID_REQUEST", f"the URL is not https: {url[:80]}")
        try:
            check(await self._client.head(url))
            async with self._client.stream("GET", url) as dropped:
                check(dropped)
                await anext(dropped.aiter_raw(PROBED), b"")
            async with self._client.stream("GET", url) as response:
                content_type = check(response)
                frames = Frames(content_type)
                yield Opened(content_type, frames.codec, pieces(response, frames))
        except httpx.HTTPError as fault:
            raise CannotPlay("MEDIA_ERROR_SERVICE_UNAVAILABLE", f"{type(fault).__name__}: {fault}") from fault

    async def close(self) -> None:
        """Give connections back."""
        await self._client.aclose()


def check(response: httpx.Response) -> str:
    """The content type of an answer that can be played; raises CannotPlay."""
    status = response.status_code
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise CannotPlay("MEDIA_ERROR_INTERNAL_SERVER_ERROR", f"{response.request.method} was answered {status}")
    if status != httpx.codes.OK:
        raise CannotPlay("MEDIA_ERROR_INVALID_REQUEST", f"{response.request.method} was answered {status}")
    content_type: str = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in KINDS:
        wanted = ", ".join(sorted(KINDS))
        raise CannotPlay("MEDIA_ERROR_INVALID_REQUEST", f"content type {content_type!r}, playable are {wanted}")
    if "icy-metaint" in response.headers:
        raise CannotPlay("MEDIA_ERROR_INVALID_REQUEST", "ICY metadata between the frames would be decoded as noise")
    return content_type


async def pieces(response: httpx.Response, frames: Frames) -> AsyncIterator[list[Frame]]:
    """Whole frames, as many as each read brought; raises CannotPlay once the rate is known to be impossible."""
    judged, size, seconds = 0, 0, 0.0
    async for piece in response.aiter_raw():
        found = list(frames.push(piece))
        for frame in found:
            size, seconds = size + len(frame.data), seconds + frame.samples / frame.hz
        judged += len(found)
        if judged >= JUDGED_AFTER and not SLOWEST <= (kbits := size * 8 / seconds / 1000) <= FASTEST:
            rate = f"{kbits:.0f} kbit/s, playable are {SLOWEST:.0f} to {FASTEST:.0f}"
            raise CannotPlay("MEDIA_ERROR_INVALID_REQUEST", rate)
        if found:
            yield found
