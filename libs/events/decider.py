"""The contract of every aggregate: three things, all pure."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

S = TypeVar("S")
E = TypeVar("E")
C = TypeVar("C")


class Decider(msgspec.Struct, Generic[C, S, E], frozen=True):
    """`decide` lists the refusals and then the facts, `evolve` never refuses, `initial` is before any fact."""

    decide: Callable[[C, S], list[E]]
    evolve: Callable[[S, E], S]
    initial: S
