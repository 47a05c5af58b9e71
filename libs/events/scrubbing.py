"""From the types of a fact's fields: what to do with each when people are left out. Pure."""

from collections.abc import Callable
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin

import msgspec

from . import ids
from .sealed import Sealed
from .standins import StandIns
from .text import Text

S = TypeVar("S", bound=msgspec.Struct)
Scrub: TypeAlias = Callable[[StandIns, Any], Any]

BY_TEXT: dict[Text, Scrub] = {
    Text.FREE: StandIns.words,
    Text.TERM: StandIns.term,
    Text.LANGUAGE: StandIns.language,
    Text.HANDLE: StandIns.handle,
    Text.ROUTE: StandIns.route,
}
BY_NAME: dict[Any, Scrub] = {
    ids.PersonId: StandIns.id,
    ids.DeviceId: StandIns.id,
    ids.RoomId: StandIns.id,
    ids.ProgrammeId: StandIns.id,
    ids.SourceId: StandIns.id,
    ids.EvidenceId: StandIns.id,
    ids.EventId: StandIns.reference,
    ids.CommandId: StandIns.reference,
    Sealed: StandIns.sealed,
}
"""A room and a programme have public pages that name people, so their ids lead to them as well."""


class Unclassified(TypeError):
    """A field's type does not say whether it holds something personal."""


def scrubbed(event: S, stand_ins: StandIns) -> S:
    """The same fact about nobody."""
    return _replaced(event, stand_ins, fields(type(event)))


@cache
def fields(struct: type[msgspec.Struct]) -> tuple[tuple[str, Scrub], ...]:
    """The fields with something to replace. Raises Unclassified that names the field."""
    found = []
    for field in msgspec.structs.fields(struct):
        try:
            scrub = _scrub(field.type)
        except Unclassified as fault:
            raise Unclassified(f"{struct.__name__}.{field.name}: {fault}") from None
        if scrub is not None:
            found.append((field.name, scrub))
    return tuple(found)


def _replaced(struct: S, stand_ins: StandIns, scrubs: tuple[tuple[str, Scrub], ...]) -> S:
    changes = {name: scrub(stand_ins, getattr(struct, name)) for name, scrub in scrubs}
    return msgspec.structs.replace(struct, **changes) if changes else struct


def _scrub(kind: Any) -> Scrub | None:
    """What to do with values of a type; None when there is nothing personal in them."""
    origin, within = get_origin(kind), get_args(kind)
    if kind in BY_NAME:
        return BY_NAME[kind]
    if origin is Annotated:
        marks = [mark for mark in kind.__metadata__ if isinstance(mark, Text)]
        return BY_TEXT[marks[0]] if marks else _scrub(kind.__origin__)
    if origin in (Union, UnionType):
        return _perhaps([_scrub(part) for part in within if part is not NoneType])
    if origin is tuple:
        return _each(_scrub(within[0]))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        scrubs = fields(kind)
        return (lambda stand_ins, value: _replaced(value, stand_ins, scrubs)) if scrubs else None
    if _says_nothing_of_people(getattr(kind, "__supertype__", kind)):
        return None
    raise Unclassified(f"{kind} does not say what it holds; use a type of ids.py or text.py")


def _says_nothing_of_people(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, int | float | Enum)


def _perhaps(scrubs: list[Scrub | None]) -> Scrub | None:
    if len(scrubs) != 1:
        raise Unclassified("a union of several kinds; what it holds can't be told")
    [scrub] = scrubs
    return None if scrub is None else lambda stand_ins, value: None if value is None else scrub(stand_ins, value)


def _each(scrub: Scrub | None) -> Scrub | None:
    return None if scrub is None else lambda stand_ins, values: tuple(scrub(stand_ins, value) for value in values)
