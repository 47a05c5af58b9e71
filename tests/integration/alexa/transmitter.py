"""Stands where the media edge stands: a tone as endless MP3 or AAC in real time, and every fault an edge can have."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import cache

import msgspec
import numpy as np
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from libs.events.ids import RoomId, Samples
from libs.events.telemetry import ListenerJoined
from libs.service.listen_tokens import check_listen_token
from services.media.distribution.encoders import ENCODERS
from services.media.distribution.formats import FORMATS

RATE = 48_000
BURST = 1.0
"""Seconds of sound at once when somebody joins."""
JOINED_AT = Samples(1_000 * 48)


class Faults(msgspec.Struct):
    """What is wrong with the stream, by default nothing. Renditions in `broken` answer 503."""

    content_type: str = ""
    status: int = 200
    stall_after: float = 0.0
    stall_for: float = 0.0
    ends_after: float = 0.0
    icy: bool = False
    noise: bool = False
    thin: bool = False
    broken: tuple[str, ...] = ()


class Came(msgspec.Struct, frozen=True):
    """One request that came."""

    method: str
    path: str
    token: str
    start: str
    icy: str


@cache
def tone(rendition: str) -> tuple[bytes, ...]:
    """Two seconds of 440 Hz at a third of full scale, frame by frame; the first two frames are priming."""
    encoder = ENCODERS[rendition]()
    samples = FORMATS[rendition].frame
    wave = (np.sin(np.arange(RATE * 2) * 2 * np.pi * 440 / RATE) * 10_900).astype(np.int16).reshape(-1, 1)
    blocks = [wave[at : at + samples] for at in range(0, len(wave) - samples, samples)]
    frames = [frame for block in blocks for frame in encoder.encode(block)]
    return tuple(frames[2:])


class Transmitter:
    """A part like the edge's."""

    name = "transmitter"

    def __init__(self, secret: bytes, joined: Callable[[ListenerJoined], Awaitable[None]]) -> None:
        self.faults = Faults()
        self.requests: list[Came] = []
        self._secret = secret
        self._joined = joined
        router = APIRouter()
        router.add_api_route("/live/{file}", self._live, methods=["GET", "HEAD"])
        self.routers: Sequence[APIRouter] = (router,)

    async def start(self) -> None:
        tone("mp3")
        tone("aac")

    async def unready(self) -> str | None:
        return None

    async def drain(self) -> None:
        return None

    async def _live(self, file: str, request: Request) -> Response:
        room, _, rendition = file.partition(".")
        query = request.query_params
        icy = request.headers.get("icy-metadata", "")
        self.requests.append(Came(request.method, file, query.get("t", ""), query.get("from", ""), icy))
        listener = check_listen_token(self._secret, RoomId(room), query.get("t", ""), int(time.time()))
        if listener is None:
            return Response(status_code=403)
        if rendition in self.faults.broken:
            return Response(status_code=503)
        headers = {"icy-metaint": "16000"} if self.faults.icy else {}
        kind = self.faults.content_type or FORMATS[rendition].content_type
        if request.method == "HEAD" or self.faults.status != 200:
            return Response(status_code=self.faults.status, media_type=kind, headers=headers)
        joined = ListenerJoined(room=RoomId(room), token=query["t"], rendition=rendition, mediatime=JOINED_AT)
        await self._joined(joined)
        return StreamingResponse(self._send(rendition), media_type=kind, headers=headers)

    async def _send(self, rendition: str) -> AsyncIterator[bytes]:
        frames, step = tone(rendition), FORMATS[rendition].frame / RATE
        faults, begun, number = self.faults, time.monotonic(), 0
        while not (faults.ends_after and number * step >= faults.ends_after):
            sent = number * step
            if faults.stall_for and sent >= faults.stall_after:
                await asyncio.sleep(faults.stall_for)
                begun, faults.stall_for = begun + faults.stall_for, 0.0
            await asyncio.sleep(max(0.0, begun + sent - BURST - time.monotonic()))
            frame = frames[number % len(frames)]
            yield b"\x00" * len(frame) if faults.noise else silent(frame) if faults.thin else frame
            number += 1


def silent(frame: bytes) -> bytes:
    """An ADTS header that says "nine bytes", and two bytes: a rate that no player takes."""
    head = bytearray(frame[:7])
    head[3] = head[3] & 0xFC
    head[4], head[5] = 9 >> 3, (9 & 7) << 5 | 0x1F
    return bytes(head) + b"\x00\x00"
