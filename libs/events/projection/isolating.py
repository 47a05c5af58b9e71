"""Apply all of a batch that can be applied, and say why not of the rest.

A batch that fails is halved inside savepoints until the facts that can't be applied stand alone: one bad fact among a
thousand costs twenty small attempts. From then on its scope waits: a later fact of the same scope would meet a view
that lacks the one before. The unit is the scope, not the aggregate, because a view folds what belongs together: the
streams of a room are facts of another aggregate, and mean nothing to a row that was never opened.
"""

from collections.abc import Mapping, Sequence

from ..envelope import Recorded
from ..event import Unreadable
from ..ids import Position
from ..log import Batch
from ..vocabulary import AnyEvent
from .parked_table import Reason
from .postgres import ANOTHER_SCHEMA, Connection, passes
from .projection import Projection

LONGEST = 500


class CannotApply(Exception):
    """At least one fact of a batch can't be applied."""


async def apply_at_once(connection: Connection, projection: Projection, facts: Batch) -> None:
    """All facts, without a savepoint. Raises CannotApply when a fact is to blame, else what the server said."""
    try:
        await projection.apply(connection, facts)
    except Exception as fault:
        if not is_a_facts_fault(fault):
            raise
        raise CannotApply from fault


async def apply_what_can_be(
    connection: Connection, projection: Projection, facts: Batch, waiting: Mapping[str, Position]
) -> Sequence[Reason]:
    """What is left over and why. `waiting` are the scopes that have a parked fact already, and which."""
    applying = _Applying(connection, projection, dict(waiting))
    await applying.apply(facts)
    return applying.left


def all_readable(facts: Batch) -> bool:
    """True when no line among them is one that this program can't read."""
    return not any(isinstance(fact.event, Unreadable) for fact in facts)


def is_a_facts_fault(fault: Exception) -> bool:
    """True for what would fail again with the same fact and not with others: neither a lost connection nor a missing
    table.
    """
    return not passes(fault) and not isinstance(fault, ANOTHER_SCHEMA)


class _Applying:
    def __init__(self, connection: Connection, projection: Projection, waiting: dict[str, Position]) -> None:
        self.left: list[Reason] = []
        self._connection = connection
        self._projection = projection
        self._waiting = waiting

    async def apply(self, facts: Sequence[Recorded[AnyEvent]]) -> None:
        free = [fact for fact in facts if self._is_free(fact)]
        if not free:
            return
        why = await self._attempt(free)
        if why is None:
            return
        if len(free) == 1:
            self._leave(free[0], why)
            return
        middle = len(free) // 2
        await self.apply(free[:middle])
        await self.apply(free[middle:])

    def _is_free(self, fact: Recorded[AnyEvent]) -> bool:
        first = self._waiting.get(fact.envelope.scope)
        if first is not None:
            self._leave(fact, f"waits for position {first} of the same scope")
        elif isinstance(fact.event, Unreadable) and not self._projection.takes_unreadable:
            self._leave(fact, fact.event.reason)
        else:
            return True
        return False

    def _leave(self, fact: Recorded[AnyEvent], why: str) -> None:
        self.left.append(Reason(fact, why[:LONGEST]))
        self._waiting.setdefault(fact.envelope.scope, fact.position)

    async def _attempt(self, facts: Batch) -> str | None:
        try:
            async with self._connection.transaction():
                await self._projection.apply(self._connection, facts)
        except Exception as fault:
            if not is_a_facts_fault(fault):
                raise
            return f"{type(fault).__name__}: {fault}"
        return None
