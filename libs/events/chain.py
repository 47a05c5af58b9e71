"""Is a log whole and unchanged? Each aggregate's revisions go 1, 2, 3…, each line names the hash of the one before,
media time never goes back, and no id is there twice. Pure; one pass, whatever the order of aggregates in it.

A part of a log (an export of what everybody may read, or of one evening) has gaps: lines that are not there can't be
checked against. Whoever knows that says so, and gets the number of links that nobody can vouch for; all others are
checked as ever.
"""

from collections.abc import Iterator

import msgspec

from .envelope import Envelope, Recorded
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
    """Reads facts and remembers what it found wrong.

    `place` is what a fact's position is called in what is said: `line` for files. With `partial`, revisions may be
    left out, and `gaps` lists where, each a link that can't be checked; without, each gap is a fault.
    """

    def __init__(self, *, place: str = "position", partial: bool = False) -> None:
        self.facts = 0
        self.faults: list[str] = []
        self.gaps: list[str] = []
        self._place = place
        self._partial = partial
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
        where = f"{self._place} {fact.position}, {about.owner} {about.name}"
        if self._partial and envelope.revision > end.revision + 1:
            self.gaps.append(f"{where}: {_after(envelope, end)}")
        else:
            self.faults += [f"{where}: {wrong}" for wrong in _broken(envelope, end)]
        self.faults += [f"{where}: {wrong}" for wrong in self._wrong(fact, end)]
        self._ids.add(envelope.id)
        mediatime = max(end.mediatime, envelope.mediatime or Samples(0))
        self._ends[about] = Link(envelope.revision or end.revision + 1, fact.digest, mediatime)

    def _wrong(self, fact: Recorded[AnyEvent], end: Link) -> list[str]:
        envelope = fact.envelope
        if isinstance(fact.event, Unreadable):
            return [f"can't be read: {fact.event.reason}"]
        wrong = []
        if envelope.mediatime is not None and envelope.mediatime < end.mediatime:
            wrong.append(f"media time {envelope.mediatime} comes after {end.mediatime}")
        if envelope.id in self._ids:
            wrong.append(f"id {envelope.id} was there before")
        return wrong


def _broken(envelope: Envelope, end: Link) -> Iterator[str]:
    """What is wrong between a line and the one before it."""
    if envelope.revision != end.revision + 1:
        yield _after(envelope, end)
    if envelope.prevhash != end.digest:
        yield f"prevhash {_short(envelope.prevhash)} is not the hash of the line before, {_short(end.digest)}"


def _after(envelope: Envelope, end: Link) -> str:
    return f"revision {envelope.revision} comes after {end.revision}"


def _short(digest: str | None) -> str:
    return "(none)" if digest is None else f"{digest[:12]}…"
