"""The event log as everybody sees it. `MemoryLog` and `JetStreamLog` keep the same promises (tests/integration/log)."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Protocol, TypeAlias

import msgspec

from .envelope import Envelope, Recorded
from .ids import START, Position
from .subjects import EVERYTHING, Aggregate, Interest
from .vocabulary import AnyEvent

Batch: TypeAlias = list[Recorded[AnyEvent]]


class LogTrouble(Exception):
    """The log can't be used as things are; the message says why and is meant for people.

    LogTrouble
    ├── LogUnavailable     no answer in time
    ├── LogReplaced        it is another log now
    ├── UnfitBroker        the server or its stream can't keep the promises (jetstream/stream.py)
    └── ViewOfAnotherLog   the database was made from another log (projection/projector.py)
    """


class AppendedMeanwhile(Exception):
    """Somebody else's facts came after the expectation: fold them in and decide again."""


class LogUnavailable(LogTrouble):
    """The log did not answer in time; nothing is known to be lost, asking again is safe."""


class LogReplaced(LogTrouble):
    """Another log has taken this one's place, or an earlier state of it: what was read and what comes don't belong
    together.
    """


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What one decision writes: all of its facts or none, directly after `expected` (START: the aggregate is new)."""

    aggregate: Aggregate
    facts: Sequence[Envelope]
    expected: Position = START


Outcome: TypeAlias = Position | AppendedMeanwhile | LogUnavailable
"""What became of one decision among many: where its last fact is, or why it is not known to be there."""


class EventLog(Protocol):
    """Append with expectation, read one aggregate, read a scope, read all from a position, follow.

    A line that this program can't read (another envelope version, a field that was garbled, a value that a newer
    program knows) stops nobody who follows: `read_all` and `follow` give it as an `Unreadable`, in its place, with its
    bytes, its reason and the aggregate that it lies under. `read` and `read_scope` are for deciding, which needs every
    fact: they raise UnreadableEvent that names the position, so one bad line stops one aggregate's commands.
    """

    async def identity(self) -> str:
        """Names this log for as long as it exists; another log, or the same one made anew, has another name."""

    async def append(self, aggregate: Aggregate, facts: Sequence[Envelope], *, expected: Position) -> Position:
        """Write all facts or none, directly after `expected` (START: the aggregate is new).

        Returns the position of the last one, durable. The same facts again, line for line, are not written twice; no
        facts change nothing and return `expected`.
        Raises AppendedMeanwhile or LogUnavailable.
        """

    async def append_many(self, decisions: Iterable[Decision]) -> list[Outcome]:
        """Each as `append` does it, but none waits for another: for many aggregates at once.

        Returns the outcomes in the order of the decisions; one that is refused takes no other with it. When the log
        does not answer any more, what was not sent yet is not tried: its outcome is LogUnavailable too.
        """

    def append_in_order(self, decisions: Iterable[Decision], after: Position) -> AsyncGenerator[int, None]:
        """Write as the only writer, from the end of the log (`after`) on; yields how many facts are written so far.

        The order of the log is the order of the decisions, whatever gets lost on the way: none is written unless the
        one before it is. So `expected` is not looked at. Close it when you stop before its end. Raises
        LogUnavailable, or AppendedMeanwhile when somebody else wrote: that is always found out, but a thousand that
        were under way may stand after theirs. What was written stays.
        """

    async def read(self, aggregate: Aggregate, after: Position = START) -> Batch:
        """Every fact about one aggregate in order of revision. Raises UnreadableEvent."""

    async def read_scope(self, scope: str) -> Batch:
        """Every fact of all owners in one scope (for example a room) in the order of the log. Raises
        UnreadableEvent.
        """

    async def end(self) -> Position:
        """Position of the last fact of all; START when there is none."""

    def read_all(self, after: Position = START, interest: Interest = EVERYTHING) -> AsyncGenerator[Batch, None]:
        """What is there now after a position, in batches; ends at the end that the log had when it was called."""

    def follow(self, after: Position = START, interest: Interest = EVERYTHING) -> AsyncGenerator[Batch, None]:
        """What is there and what comes, in batches of whatever is queued; goes on over a server's restart.

        Close it (`contextlib.aclosing`) when you stop before its end. Raises LogReplaced.
        """
