"""The stream `PARKED`: a copy of each fact that a projection could not apply, as it is in the log, with the reason.

The payload is the log's line; who, where and why are headers. There is one message per subject and the subject ends in
the position, so telling again replaces, at any time later, where a message id would be forgotten after two minutes.
What is applied after all is taken out (`sweep`); only the operator may do that.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg

from ..ids import Position
from ..log import LogUnavailable
from ..parked import Parked
from ..subjects import PARKED_STREAM, PARKED_SUBJECTS, parked_subject
from .replies import NAME_IN_USE, STREAM_NOT_FOUND, Replies, within
from .stream import API, StreamAnswer, UnfitBroker, make_beside

ANSWER_SECONDS = 5.0
MOST_BYTES = 256 * 1024 * 1024
NEEDED = ("subjects", "retention", "max_msgs_per_subject")

REASON = "Parlor-Reason"
PROJECTION = "Parlor-Projection"
POSITION = "Parlor-Position"
AT = "Parlor-Parked-At"


class JetStreamParking:
    """As libs.events.parked.Parking. Make sure of the stream with `make` first."""

    def __init__(self, client: Client) -> None:
        self._replies = Replies(client)
        self._listening = False

    async def make(self) -> None:
        """Make the stream when it is missing, with as many replicas as the log has. Raises UnfitBroker when it is there
        and can't serve, LogUnavailable when the broker does not answer.
        """
        if not self._listening:
            await self._replies.open()
            self._listening = True
        config = {
            "name": PARKED_STREAM,
            "subjects": [PARKED_SUBJECTS],
            "retention": "limits",
            "discard": "new",
            "discard_new_per_subject": False,
            "max_msgs_per_subject": 1,
            "max_bytes": MOST_BYTES,
        }
        made = await make_beside(self._request, config)
        if made.error is not None and made.error.err_code == NAME_IN_USE:
            made = await self._ask(f"{API}.INFO.{PARKED_STREAM}")
        _refuse(made, f"stream {PARKED_STREAM}")
        differ = [key for key in NEEDED if made.config.get(key) != config[key]]
        if differ:
            raise UnfitBroker(
                f"stream {PARKED_STREAM} is there but {' and '.join(differ)} are not as needed; it holds copies only: "
                f"remove it with `nats stream rm {PARKED_STREAM}` and start again"
            )

    async def tell(self, parked: Parked) -> None:
        """As Parking.tell."""
        subject = parked_subject(parked.projection, parked.scope, parked.position)
        headers = {
            PROJECTION: parked.projection,
            POSITION: str(parked.position),
            REASON: " ".join(parked.reason.split()),
            AT: parked.at.isoformat(),
        }
        _refuse(_read(await self._request(subject, parked.line, headers)), subject)

    async def sweep(self, is_parked: Callable[[], Any]) -> int:
        """Take out what is not parked any more; returns how many messages that were.

        `is_parked` is asked for all (projection, position) pairs after the stream was looked at: a fact is in the table
        before it is in the stream, so one that is in the stream alone is done with.
        """
        found = await self._ask(f"{API}.INFO.{PARKED_STREAM}", {"subjects_filter": PARKED_SUBJECTS})
        if found.error is not None and found.error.err_code == STREAM_NOT_FOUND:
            return 0
        _refuse(found, f"stream {PARKED_STREAM}")
        keep: Iterable[tuple[str, Position]] = await is_parked()
        kept = {(projection, int(position)) for projection, position in keep}
        done = [subject for subject in found.state.subjects or () if _place(subject) not in kept]
        for subject in done:
            wanted = {"filter": subject, "seq": found.state.last_seq + 1}
            _refuse(await self._ask(f"{API}.PURGE.{PARKED_STREAM}", wanted), subject)
        return len(done)

    async def _ask(self, subject: str, body: object = None) -> StreamAnswer:
        return _read(await self._request(subject, b"" if body is None else msgspec.json.encode(body)))

    async def _request(self, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> Msg:
        return await within(await self._replies.ask(subject, payload, headers), ANSWER_SECONDS, subject)


def _place(subject: str) -> tuple[str, int]:
    _, projection, _, _, position = subject.split(".")
    return projection, int(position)


def _read(message: Msg) -> StreamAnswer:
    return msgspec.json.decode(message.data, type=StreamAnswer)


def _refuse(answer: StreamAnswer, what: str) -> None:
    if answer.error is not None:
        raise LogUnavailable(f"{what}: {answer.error}")
