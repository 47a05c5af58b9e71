"""Facts whose meaning changed: what was written under an old tag, and how it is read today. Pure.

A meaning never changes under its tag. The new one gets a tag of its own (`….v2`), the class of the old one stays in
its owner's file as `<Name>V1`, out of the union, and here stands one step from old to new:

    Upcast(RoomOpenedV1, RoomOpened, lambda old: RoomOpened(room=old.room, …))

Whoever reads a log then meets the newest class only, over as many steps as it takes; the line and the envelope's type
stay what was written. A step never refuses, and knows nothing but the old fact (tests/house/test_upcasts.py).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from .event import Event

O = TypeVar("O", bound=Event)  # noqa: E741 - the old one
N = TypeVar("N", bound=Event)

Reader: TypeAlias = Callable[[msgspec.Raw], Any]
"""The fact that is in the `data` of an envelope. Raises msgspec.DecodeError."""


class Upcast(msgspec.Struct, Generic[O, N], frozen=True):
    """One step from a superseded fact to one that says as much today."""

    old: type[O]
    new: type[N]
    step: Callable[[O], N]


UPCASTS: tuple[Upcast[Any, Any], ...] = ()
"""Every step there is, oldest first."""


def readers(current: Iterable[type[Event]], upcasts: Iterable[Upcast[Any, Any]]) -> dict[str, Reader]:
    """How the `data` of each tag that was ever shipped is read. Raises TypeError when one leads to no current fact."""
    found: dict[str, Reader] = {fact.tag: msgspec.json.Decoder(fact).decode for fact in current}
    steps = {upcast.old.tag: upcast for upcast in upcasts}
    old = {tag: list(_way(tag, steps)) for tag in steps}
    for tag, way in old.items():
        if tag in found or way[-1].new.tag not in found:
            raise TypeError(f"{tag} leads to {way[-1].new.tag}: upcasts lead from superseded facts to a current one")
    return found | {tag: _over(way) for tag, way in old.items()}


def _way(tag: str, steps: Mapping[str, Upcast[Any, Any]]) -> Iterator[Upcast[Any, Any]]:
    left = dict(steps)
    while tag in left:
        upcast = left.pop(tag)
        yield upcast
        tag = upcast.new.tag


def _over(way: list[Upcast[Any, Any]]) -> Reader:
    read = msgspec.json.Decoder(way[0].old).decode
    steps = [upcast.step for upcast in way]

    def newest(data: msgspec.Raw) -> Event:
        fact: Event = read(data)
        for step in steps:
            fact = step(fact)
        return fact

    return newest
