"""An export without people, made of a log that is whole: one that is not would look whole afterwards."""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeAlias

from libs.events.anonymous import Anonymiser
from libs.events.chain import Chains
from libs.events.envelope import Recorded, UnreadableEvent
from libs.events.log import LogTrouble
from libs.events.vocabulary import AnyEvent

Written: TypeAlias = Callable[[Recorded[AnyEvent]], bytes]
"""The line of a fact."""


class NotAnonymous(LogTrouble):
    """The log can't be given away: what it says is not known, or it is not the log that was written."""


def anonymous(seed: bytes) -> Written:
    """Lines with stand-ins that this seed makes. A line raises NotAnonymous."""
    anonymiser = Anonymiser(sha256(b"parlor log export --anonymise\n" + seed).digest())
    chains = Chains(partial=True)

    def line(fact: Recorded[AnyEvent]) -> bytes:
        chains.read(fact)
        if chains.faults:
            raise NotAnonymous(f"a log with a fault is not anonymised, it would seem whole: {chains.faults[0]}")
        try:
            return anonymiser.line(fact)
        except UnreadableEvent as fault:
            raise NotAnonymous(str(fault)) from fault

    return line
