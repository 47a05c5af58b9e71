"""Is a log whole and unchanged? Each aggregate's revisions go 1, 2, 3…, each line names the hash of the one before,
media time never goes back, and no id is there twice. Pure; one pass, whatever the order of aggregates in it.
"""

import msgspec

from .envelope import Recorded
from .event import Unreadable
from .ids import EventId, Samples
from .subjects import Aggregate
from .vocabulary import AnyEvent


class Link(msgspec.Struct, frozen=True):
    """The end of one aggregate's chain, as far as it has been read."""

    revision: int = 0
    digest: str | None = None
    mediatime: Samples = Samples(0)


class Chains:
    """Reads facts and remembers what it found wrong."""

    def __init__(self) -> None:
        self.facts = 0
        self.faults: list[str] = []
        self._ends: dict[Aggregate, Link] = {}
        self._ids: set[EventId] = set()

    @property
    def aggregates(self) -> int:
        """How many chains there are."""
        return len(self._ends)

    def read(self, fact: Recorded[AnyEvent]) -> None:
        """Go on with one line."""
        envelope = fact.envelope
        about = envelope.aggregate
        end = self._ends.get(about, Link())
        self.facts += 1
        for wrong in self._wrong(fact, end):
            self.faults.append(f"position {fact.position}, {about.owner} {about.name}: {wrong}")
        self._ids.add(envelope.id)
        mediatime = max(end.mediatime, envelope.mediatime or Samples(0))
        self._ends[about] = Link(envelope.revision or end.revision + 1, fact.digest, mediatime)

    def _wrong(self, fact: Recorded[AnyEvent], end: Link) -> list[str]:
        envelope = fact.envelope
        if isinstance(fact.event, Unreadable):
            return [f"can't be read: {fact.event.reason}"]
        wrong = []
        if envelope.revision != end.revision + 1:
            wrong.append(f"revision {envelope.revision} comes after {end.revision}")
        if envelope.prevhash != end.digest:
            wrong.append(
                f"prevhash {_short(envelope.prevhash)} is not the hash of the line before, {_short(end.digest)}"
            )
        if envelope.mediatime is not None and envelope.mediatime < end.mediatime:
            wrong.append(f"media time {envelope.mediatime} comes after {end.mediatime}")
        if envelope.id in self._ids:
            wrong.append(f"id {envelope.id} was there before")
        return wrong


def _short(digest: str | None) -> str:
    return "(none)" if digest is None else f"{digest[:12]}…"
