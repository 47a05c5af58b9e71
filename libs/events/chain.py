"""Is a log whole and unchanged? Each aggregate's revisions go 1, 2, 3…, each line names the hash of the one before and
has its own checksum, media time never goes back, and no id is there twice. Pure; one pass, whatever the order of
aggregates in it.

Nobody can change a byte without being found out, be it in the last line. Who changes a last line on purpose may put
its checksum right too, and whoever leaves out the last lines leaves no gap: for that there is `digest`, to be noted
where the log is not, and compared. Lines of before there were checksums must at least be written as we would.

A part of a log (an export of what everybody may read, or of one evening) has gaps: lines that are not there can't be
checked against. Whoever knows that says so, and gets the number of links that nobody can vouch for; all others are
checked as ever.
"""

from collections.abc import Iterator
from hashlib import sha256

import msgspec

from .envelope import Envelope, Recorded, checksum, encode
from .event import Unreadable
from .ids import EventId, Samples
from .subjects import Aggregate
from .vocabulary import AnyEvent

CHECKSUM_BYTES = len(b',"checksum":"01234567"}')


class Link(msgspec.Struct, frozen=True):
    """The end of one aggregate's chain, as far as it has been read. `mediatime` is that of the room `roomid`: a speaker
    that goes on to another room finds another clock there.
    """

    revision: int = 0
    digest: str | None = None
    mediatime: Samples = Samples(0)
    roomid: str | None = None
    checked: bool = True


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

    @property
    def unchecked_ends(self) -> int:
        """How many chains end in a line of before there were checksums: for its values nothing vouches but `digest`."""
        return sum(not end.checked for end in self._ends.values())

    @property
    def digest(self) -> str:
        """One SHA-256 over where every chain ends, whatever order the aggregates came in: names the whole log."""
        ends = [f"{about.owner} {about.name} {end.revision} {end.digest}\n" for about, end in self._ends.items()]
        return sha256("".join(sorted(ends)).encode()).hexdigest()

    def unreadable(self, reason: str) -> None:
        """Go on after what is no line of a log."""
        self.facts += 1
        self.faults.append(reason)

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
        before = end.mediatime if envelope.roomid == end.roomid else Samples(0)
        self._ends[about] = Link(
            envelope.revision or end.revision + 1,
            fact.digest,
            max(before, envelope.mediatime or Samples(0)),
            envelope.roomid,
            envelope.checksum is not None,
        )

    def _wrong(self, fact: Recorded[AnyEvent], end: Link) -> list[str]:
        envelope = fact.envelope
        if isinstance(fact.event, Unreadable):
            return [f"can't be read: {fact.event.reason}"]
        wrong = list(_changed(fact))
        same_clock = envelope.roomid == end.roomid
        if same_clock and envelope.mediatime is not None and envelope.mediatime < end.mediatime:
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


def _changed(fact: Recorded[AnyEvent]) -> Iterator[str]:
    """What shows in a line itself."""
    if fact.envelope.checksum is None:
        if encode(fact.envelope) != fact.line:
            yield "written anew it would have other bytes, and so another hash"
        return
    bare = fact.line[:-CHECKSUM_BYTES]
    right = checksum(bare + b"}")
    if fact.line != b'%b,"checksum":"%b"}' % (bare, right.encode()):
        yield f"its checksum is {fact.envelope.checksum[:8]!r}, of what is written it would be {right!r}"


def _after(envelope: Envelope, end: Link) -> str:
    return f"revision {envelope.revision} comes after {end.revision}"


def _short(digest: str | None) -> str:
    return "(none)" if digest is None else f"{digest[:12]}…"
