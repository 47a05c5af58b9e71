"""The stream `AIR`: sealed segments on NATS JetStream, kept for the window in which listeners may go back.

One replica and no promise beyond the window: what is lost here was heard already. A segment's message id is its
room, rendition and number, so that two mixers that both sealed a cell store it once. Each write names the segment
that it follows, so that a mixer that has lost the room, and does not know it yet, stores nothing after its successor.
"""

from asyncio import Lock
from typing import Any, Self

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from ..air import AirSegment, segment_codec, segment_id, segment_subject
from ..ids import Milliseconds, RoomId, Samples
from ..subjects import AIR_STREAM, AIR_SUBJECTS
from .replies import NAME_IN_USE, WRONG_LAST_SEQUENCE, ApiError

API = "$JS.API"
DIRECT_GET = f"{API}.DIRECT.GET.{AIR_STREAM}"
ANSWER_SECONDS = 2.0
SECOND = 1_000_000_000
DUPLICATES = 120 * SECOND
TRIES = 3


class AirUnavailable(Exception):
    """The stream did not do what was asked; the message says why."""


class LowerEpoch(AirUnavailable):
    """A mixer of a higher epoch has stored already: this one does not own the room any more."""


class _Answer(msgspec.Struct, frozen=True):
    error: ApiError | None = None
    config: dict[str, Any] = {}
    seq: int = 0


class _Last:
    """The last segment on a subject, as far as this process knows; one write at a time."""

    def __init__(self) -> None:
        self.place: int | None = None
        self.turn = Lock()


class Stored(msgspec.Struct, frozen=True):
    """A segment and its place in the stream."""

    place: int
    segment: AirSegment


class AirStore:
    """Writes and finds segments. Make sure of the stream with `open` or `make` first."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lasts: dict[str, _Last] = {}

    @classmethod
    async def open(cls, client: Client, window: Milliseconds, max_bytes: int) -> Self:
        """The store of this server, its stream made as by `make`."""
        store = cls(client)
        await store.make(window, max_bytes)
        return store

    async def make(self, window: Milliseconds, max_bytes: int) -> None:
        """Make the stream when it is missing, change it when window or size differ. Raises AirUnavailable."""
        age = window * 1_000_000
        config = {
            "name": AIR_STREAM,
            "subjects": [AIR_SUBJECTS],
            "storage": "file",
            "retention": "limits",
            "discard": "old",
            "num_replicas": 1,
            "max_age": age,
            "max_bytes": max_bytes,
            "duplicate_window": min(DUPLICATES, age),
            "allow_direct": True,
        }
        made = await self._api("STREAM.CREATE", config)
        if made.error is not None and made.error.err_code == NAME_IN_USE:
            made = await self._api("STREAM.UPDATE", config)
        if made.error is not None:
            raise AirUnavailable(f"stream {AIR_STREAM}: {made.error}")

    async def store(self, room: RoomId, rendition: str, segment: AirSegment) -> None:
        """Keep one cell; returns when it is stored (or was before). Raises LowerEpoch, or AirUnavailable; again is
        safe.
        """
        known = self._lasts.setdefault(segment_subject(room, rendition), _Last())
        async with known.turn:
            for _ in range(TRIES):
                if known.place is None:
                    known.place = await self._followed(room, rendition, segment)
                place, known.place = known.place, None
                answer = await self._store(room, rendition, segment, place)
                if answer.error is None:
                    known.place = max(place, answer.seq)
                    return
                if answer.error.err_code not in WRONG_LAST_SEQUENCE:
                    raise AirUnavailable(f"stream {AIR_STREAM}: {answer.error}")
        raise AirUnavailable(f"stream {AIR_STREAM}: others store {rendition} of {room} too")

    def forget(self, room: RoomId) -> None:
        """The room is over."""
        for subject in [subject for subject in self._lasts if subject.split(".")[1] == room]:
            del self._lasts[subject]

    async def last(self, room: RoomId, rendition: str) -> Stored | None:
        """The newest segment of a rendition; None when none is kept. Raises AirUnavailable."""
        return _stored(await self._ask(f"{DIRECT_GET}.{segment_subject(room, rendition)}", b""))

    async def end(self, room: RoomId) -> Samples:
        """Where the newest segment of any rendition of a room ends, 0 when none is kept: a mixer that takes over
        begins no earlier.
        """
        lasts = [await self.last(room, rendition) for rendition in ("aac", "mp3")]
        return Samples(
            max((stored.segment.mediatime + stored.segment.duration for stored in lasts if stored), default=0)
        )

    async def following(self, room: RoomId, rendition: str, place: int) -> Stored | None:
        """The first segment of a rendition after a place (0: the oldest kept). Raises AirUnavailable."""
        wanted = {"seq": place + 1, "next_by_subj": segment_subject(room, rendition)}
        return _stored(await self._ask(DIRECT_GET, msgspec.json.encode(wanted)))

    async def holding(self, room: RoomId, rendition: str, mediatime: Samples) -> Stored | None:
        """The first segment that ends after a media time: the one that holds it, or the next that is kept.

        None when all end before. Some twenty small questions at most, however long the window. Raises AirUnavailable.
        """
        last = await self.last(room, rendition)
        if last is None or _end(last) <= mediatime:
            return None
        found = await self.following(room, rendition, 0)
        if found is None or _end(found) > mediatime:
            return found
        low, high, found = found.place, last.place - 1, last
        while low < high:
            middle = (low + high) // 2
            candidate = await self.following(room, rendition, middle)
            if candidate is None or _end(candidate) > mediatime:
                high, found = middle, candidate or found
            else:
                low = candidate.place
        return found

    async def _followed(self, room: RoomId, rendition: str, segment: AirSegment) -> int:
        """The place that a segment is to follow. Raises LowerEpoch."""
        last = await self.last(room, rendition)
        if last is not None and last.segment.epoch > segment.epoch:
            raise LowerEpoch(f"{rendition} of {room} is stored in epoch {last.segment.epoch}, not {segment.epoch}")
        return last.place if last else 0

    async def _store(self, room: RoomId, rendition: str, segment: AirSegment, place: int) -> _Answer:
        headers = {
            "Nats-Msg-Id": segment_id(room, rendition, segment.msn),
            "Nats-Expected-Last-Subject-Sequence": str(place),
        }
        message = await self._ask(segment_subject(room, rendition), msgspec.msgpack.encode(segment), headers)
        return msgspec.json.decode(message.data, type=_Answer)

    async def _api(self, verb: str, config: dict[str, Any]) -> _Answer:
        message = await self._ask(f"{API}.{verb}.{AIR_STREAM}", msgspec.json.encode(config))
        return msgspec.json.decode(message.data, type=_Answer)

    async def _ask(self, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> Msg:
        try:
            return await self._client.request(subject, payload, timeout=ANSWER_SECONDS, headers=headers)
        except (NatsError, TimeoutError) as fault:
            why = str(fault) or type(fault).__name__
            raise AirUnavailable(f"stream {AIR_STREAM} does not answer: {why}") from fault


def _end(stored: Stored) -> int:
    return stored.segment.mediatime + stored.segment.duration


def _stored(message: Msg) -> Stored | None:
    """A direct get's answer (ADR-31): the message itself with its place in a header, or a status."""
    headers = message.headers or {}
    place = headers.get("Nats-Sequence")
    if place is None:
        if headers.get("Status") == "404":
            return None
        raise AirUnavailable(f"stream {AIR_STREAM}: {headers.get('Description') or 'an answer without a place'}")
    try:
        return Stored(int(place), segment_codec.decode(message.data))
    except (ValueError, msgspec.DecodeError) as fault:
        raise AirUnavailable(f"stream {AIR_STREAM}, message {place}: not a segment: {fault}") from fault
