"""A log without people: every id, name, free text, handle and trace replaced by a stand-in, and the chain made anew.

The same person is the same stand-in all through, as actor, in the fact, as the thing that a fact is about, so the log
folds to the same state but for names; revisions, times, media times and numbers stay. What a fact of an unknown type
says is known to nobody, so every string in it is replaced. Fields that this program does not know are left out.
"""

from typing import Any

import msgspec

from .envelope import Envelope, Recorded, UnreadableEvent, as_written, checksummed, digest_of, encode, encode_data
from .event import Unknown, Unreadable
from .ids import ID, EventId
from .scrubbing import scrubbed
from .standins import StandIns
from .subjects import Aggregate
from .vocabulary import AnyEvent


class Anonymiser:
    """Takes one log's facts in its order. Whoever knows the secret can find out who is who; throw it away."""

    def __init__(self, secret: bytes) -> None:
        self.stand_ins = StandIns(secret)
        self._ends: dict[Aggregate, tuple[int, str]] = {}

    def line(self, fact: Recorded[AnyEvent]) -> bytes:
        """The line that stands for a fact. Raises UnreadableEvent when nobody can know what the fact says."""
        if isinstance(fact.event, Unreadable):
            raise UnreadableEvent(f"position {fact.position} can't be read, so nobody knows whom it names")
        about = fact.envelope.aggregate
        line = encode(checksummed(self._envelope(fact, about)))
        self._ends[about] = fact.envelope.revision, digest_of(line)
        return line

    def _envelope(self, fact: Recorded[AnyEvent], about: Aggregate) -> Envelope:
        was, stand = fact.envelope, self.stand_ins
        return Envelope(
            specversion=was.specversion,
            id=EventId(stand.reference(was.id)),
            source=f"/parlor/{about.owner}",
            type=was.type,
            subject=Aggregate(about.owner, stand.id(about.scope), about.kind, stand.id(about.id)).name,
            time=was.time,
            revision=was.revision,
            via=stand.term(was.via),
            correlationid=stand.reference(was.correlationid),
            causationid=stand.reference(was.causationid),
            data=self._data(fact),
            roomid=None if was.roomid is None else stand.id(was.roomid),
            mediatime=was.mediatime,
            heardat=was.heardat,
            actor=None if was.actor is None else stand.id(was.actor),
            role=None if was.role is None else stand.term(was.role),
            traceparent=None if was.traceparent is None else stand.trace(was.traceparent),
            prevhash=self._prevhash(was, about),
        )

    def _data(self, fact: Recorded[AnyEvent]) -> msgspec.Raw:
        if isinstance(fact.event, Unknown):
            return msgspec.Raw(msgspec.json.encode(self._blind(msgspec.json.decode(fact.envelope.data))))
        return encode_data(scrubbed(as_written(fact), self.stand_ins))

    def _blind(self, part: Any) -> Any:
        """The same shape of JSON with every string replaced."""
        match part:
            case str():
                return self._name(part, self.stand_ins.words)
            case list():
                return [self._blind(each) for each in part]
            case dict():
                return {self._name(key, str): self._blind(value) for key, value in part.items()}
            case _:
                return part

    def _name(self, text: str, otherwise: Any) -> Any:
        return self.stand_ins.id(text) if ID.fullmatch(text) else otherwise(text)

    def _prevhash(self, was: Envelope, about: Aggregate) -> str | None:
        """The hash of the line before as it is now; of one that is not there, a stand-in that nobody can check."""
        revision, digest = self._ends.get(about, (0, None))
        if was.revision == revision + 1:
            return digest
        return None if was.prevhash is None else self.stand_ins.digest(was.prevhash)
