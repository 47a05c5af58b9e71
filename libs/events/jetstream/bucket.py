"""A key-value bucket of NATS whose values are changed by compare-and-set: leases, and whatever else one of several
processes may hold. `$KV.<bucket>.<key>`, one value a key, kept for a day after it was last written.

Reads ask the stream's leader, so that what is compared is what is there; a write names the revision that it replaces.
"""

from typing import Self

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from ..subjects import EVENTS_STREAM
from .leader import NO_MESSAGE, GetAnswer
from .replies import ApiError

API = "$JS.API"
ANSWER_SECONDS = 2.0
NAME_IN_USE = 10058
WRONG_LAST_SEQUENCE = (10071, 10164)
DAY_NS = 86_400_000_000_000
MOST_BYTES = 64 << 20


class BucketSilent(Exception):
    """No answer, or none that decides; a write may have happened all the same."""


class Overtaken(Exception):
    """Somebody else wrote in between: read again."""


class Entry(msgspec.Struct, frozen=True):
    """A value, and the revision to name when it is to be replaced."""

    revision: int
    value: bytes


class _Config(msgspec.Struct, frozen=True):
    num_replicas: int = 1


class _Answer(msgspec.Struct, frozen=True):
    error: ApiError | None = None
    config: _Config = _Config()
    seq: int = 0


_answers = msgspec.json.Decoder(_Answer)
_gets = msgspec.json.Decoder(GetAnswer)


class Bucket:
    """Make sure of it with `open`. Every method may raise BucketSilent."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    async def open(cls, client: Client, name: str) -> Self:
        """The bucket of this server, made when missing, with as many replicas as the log has."""
        bucket = cls(client, name)
        await bucket._make()
        return bucket

    async def get(self, key: str) -> Entry | None:
        """The value of a key; None when there is none."""
        body = msgspec.json.encode({"last_by_subj": self._subject(key)})
        message = await self._ask(f"{API}.STREAM.MSG.GET.KV_{self._name}", body)
        answer = _gets.decode(message.data)
        if answer.message is not None:
            return Entry(answer.message.seq, answer.message.data)
        if answer.error is not None and answer.error.err_code == NO_MESSAGE:
            return None
        raise BucketSilent(f"{self._subject(key)}: {answer.error.description if answer.error else 'an empty answer'}")

    async def put(self, key: str, value: bytes, replacing: int) -> int:
        """Write over the revision `replacing` (0: no value yet); returns the new one. Raises Overtaken."""
        expected = {"Nats-Expected-Last-Subject-Sequence": str(replacing)}
        answer = _answers.decode((await self._ask(self._subject(key), value, expected)).data)
        if answer.error is None:
            return answer.seq
        if answer.error.err_code in WRONG_LAST_SEQUENCE:
            raise Overtaken(f"{self._subject(key)} is no longer at revision {replacing}")
        raise BucketSilent(f"{self._subject(key)}: {answer.error.description} ({answer.error.err_code})")

    def _subject(self, key: str) -> str:
        return f"$KV.{self._name}.{key}"

    async def _make(self) -> None:
        log = _answers.decode((await self._ask(f"{API}.STREAM.INFO.{EVENTS_STREAM}", b"")).data)
        stream = f"KV_{self._name}"
        config = {
            "name": stream,
            "subjects": [f"$KV.{self._name}.>"],
            "storage": "file",
            "retention": "limits",
            "discard": "new",
            "max_msgs_per_subject": 1,
            "max_bytes": MOST_BYTES,
            "max_age": DAY_NS,
            "num_replicas": log.config.num_replicas,
            "allow_direct": True,
            "allow_rollup_hdrs": True,
            "deny_delete": True,
        }
        made = _answers.decode((await self._ask(f"{API}.STREAM.CREATE.{stream}", msgspec.json.encode(config))).data)
        if made.error is not None and made.error.err_code != NAME_IN_USE:
            raise BucketSilent(f"bucket {self._name}: {made.error.description} ({made.error.err_code})")

    async def _ask(self, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> Msg:
        try:
            return await self._client.request(subject, payload, timeout=ANSWER_SECONDS, headers=headers)
        except (NatsError, TimeoutError) as fault:
            raise BucketSilent(f"{subject} does not answer: {str(fault) or type(fault).__name__}") from fault
