"""What writers were told against what the log has. Pure: give it decisions and facts, it names what can't be.

An acknowledged decision is there once and whole, one that was refused is not there, one of which nothing is known is
there whole or not at all, and nothing is there that nobody decided. That no two writers won the same revision follows
from the chains: each aggregate's revisions go 1, 2, 3… and each line names the hash of the one before.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from libs.events.chain import Chains
from libs.events.command import Accepted
from libs.events.log import Batch
from libs.events.subjects import Aggregate


class Outcome(StrEnum):
    """What a writer knows about what it decided."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that leads to `facts` facts with the cause as their `causationid`."""

    cause: str
    about: Aggregate
    facts: int
    outcome: Outcome
    answer: Accepted | None = None


def wrong_in(decisions: Sequence[Decision], log: Batch) -> list[str]:
    """Every contradiction between the two, as a sentence; the log is all of it, in its order."""
    chains = Chains()
    for fact in log:
        chains.read(fact)
    by_cause: dict[str, Batch] = defaultdict(list)
    for fact in log:
        by_cause[fact.envelope.causationid].append(fact)
    wrong = list(chains.faults)
    for decision in decisions:
        found = by_cause.pop(decision.cause, [])
        wrong += [f"{decision.outcome} {decision.cause}: {what}" for what in _wrong(decision, found)]
    wrong += [f"{cause}: nobody decided it" for cause in by_cause]
    return wrong + _won_twice(decisions)


def _wrong(decision: Decision, found: Batch) -> Iterable[str]:
    if not found:
        return ["is not there"] if decision.outcome is Outcome.ACKNOWLEDGED else []
    if decision.outcome is Outcome.REFUSED:
        return [f"is there, at {found[0].position}"]
    return [*_out_of_place(decision, found), *_other_than_told(decision.answer, found)]


def _out_of_place(decision: Decision, found: Batch) -> Iterable[str]:
    """One decision's facts are all there, about one thing, directly after each other."""
    first = found[0]
    if len(found) != decision.facts:
        yield f"has {len(found)} of {decision.facts} facts"
    if any(fact.envelope.aggregate != decision.about for fact in found):
        yield "is about something else"
    if [fact.position - first.position for fact in found] != list(range(len(found))):
        yield f"does not stand together: {[fact.position for fact in found]}"
    if [fact.envelope.revision - first.envelope.revision for fact in found] != list(range(len(found))):
        yield f"has the revisions {[fact.envelope.revision for fact in found]}"


def _other_than_told(answer: Accepted | None, found: Batch) -> Iterable[str]:
    if answer is None:
        return
    last = found[-1]
    if (answer.position, answer.revision) != (last.position, last.envelope.revision):
        yield f"was said to end at {answer.position}, revision {answer.revision}, and ends at {last.position}"
    if [event.id for event in answer.events] != [fact.envelope.id for fact in found]:
        yield "has other ids than its answer"


def _won_twice(decisions: Sequence[Decision]) -> list[str]:
    winners: dict[tuple[Aggregate, int], str] = {}
    wrong = []
    for decision in decisions:
        if decision.answer is None:
            continue
        won = decision.about, decision.answer.revision
        if won in winners:
            wrong.append(f"{winners[won]} and {decision.cause} both won revision {won[1]} of {won[0].name}")
        winners[won] = decision.cause
    return wrong


def differs(seen: Batch, log: Batch) -> list[str]:
    """Where a follower that saw `seen` saw something else than the log; one sentence at most."""
    for n, (one, other) in enumerate(zip(seen, log, strict=False)):
        if (one.position, one.line) != (other.position, other.line):
            return [f"number {n + 1} was seen at {one.position} and is at {other.position}"]
    return [] if len(seen) == len(log) else [f"{len(seen)} were seen of {len(log)}"]
