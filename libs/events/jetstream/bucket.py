"""A key-value bucket of NATS whose values are changed by compare-and-set: leases, and whatever else one of several
processes may hold. `$KV.<bucket>.<key>`, one value a key, kept for a day after it was last written.

Reads ask the stream's leader, so that what is compared is what is there; a write names the revision that it replaces.
"""

from typing import Self

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from .leader import GetAnswer
from .replies import NAME_IN_USE, NO_MESSAGE, WRONG_LAST_SEQUENCE, ApiError
from .stream import API, make_beside

ANSWER_SECONDS = 2.0
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


class _Answer(msgspec.Struct, frozen=True):
    error: ApiError | None = None
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
        message = await self._ask(f"{API}.MSG.GET.KV_{self._name}", body)
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
        raise BucketSilent(f"{self._subject(key)}: {answer.error}")

    def _subject(self, key: str) -> str:
        return f"$KV.{self._name}.{key}"

    async def _make(self) -> None:
        config = {
            "name": f"KV_{self._name}",
            "subjects": [f"$KV.{self._name}.>"],
            "discard": "new",
            "max_bytes": MOST_BYTES,
            "max_age": DAY_NS,
            "allow_direct": True,
            "allow_rollup_hdrs": True,
            "deny_delete": True,
        }
        made = await make_beside(self._ask, config)
        if made.error is not None and made.error.err_code != NAME_IN_USE:
            raise BucketSilent(f"bucket {self._name}: {made.error}")

    async def _ask(self, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> Msg:
        try:
            return await self._client.request(subject, payload, timeout=ANSWER_SECONDS, headers=headers)
        except (NatsError, TimeoutError) as fault:
            raise BucketSilent(f"{subject} does not answer: {str(fault) or type(fault).__name__}") from fault
