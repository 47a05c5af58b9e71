"""What every fact looks like, as JSON Schema. Pure.

The dump in `libs/events/schemas/` is committed, so that a change of storage format is seen in review, and whether it
breaks a reader (breaking.py). Beside what JSON Schema knows, `audience` says who may read a fact, and `holds` what a
field is about: whose id, which unit, which kind of text. Superseded facts stay, as `deprecated`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

import msgspec

from .breaking import Schema
from .event import Event
from .text import Text
from .upcasts import UPCASTS, Upcast
from .vocabulary import CLASSES, OWNERS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(fact: type[Event]) -> Schema:
    """One fact's schema, whole in itself, with its audience."""
    (root,), made = msgspec.json.schema_components([fact], ref_template="#/$defs/{name}")
    parts = msgspec.json.decode(msgspec.json.encode(made), type=dict[str, Schema])
    for struct in _structs(fact):
        _say_what_is_held(parts[struct.__name__], struct)
    name = root["$ref"].rpartition("/")[2]
    rest = {other: part for other, part in parts.items() if other != name}
    return {"$schema": DIALECT, "audience": fact.audience.value, **parts[name], **({"$defs": rest} if rest else {})}


def schemas(owner: str, upcasts: Sequence[Upcast[Any, Any]] = UPCASTS) -> dict[str, Schema]:
    """Every fact of one owner by its tag, those that are only read any more as well."""
    today = {fact.tag: schema(fact) for fact in CLASSES if fact.tag.startswith(f"{owner}.")}
    olden = [upcast.old for upcast in upcasts if upcast.old.tag.startswith(f"{owner}.")]
    return today | {fact.tag: schema(fact) | {"deprecated": True} for fact in olden}


def dump(owner: str) -> bytes:
    """The file `libs/events/schemas/<owner>.json`."""
    return msgspec.json.format(msgspec.json.encode(schemas(owner))) + b"\n"


def dumps() -> dict[str, bytes]:
    """All files by owner."""
    return {owner: dump(owner) for owner in OWNERS}


def _say_what_is_held(part: Schema, struct: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(struct):
        held = list(dict.fromkeys(_held(field.type)))
        if held and "properties" in part:
            part["properties"][field.encode_name]["holds"] = ", ".join(held)


def _held(kind: Any) -> Iterator[str]:
    """The names of what is in a field of this type: ids, units, kinds of text."""
    texts = [mark.value for mark in getattr(kind, "__metadata__", ()) if isinstance(mark, Text)]
    if texts or hasattr(kind, "__supertype__"):
        yield from texts or [kind.__name__]
        return
    for part in (*get_args(kind), getattr(kind, "__origin__", None)):
        if part is not None and part is not kind:
            yield from _held(part)


def _structs(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """A struct, and all that is in its fields."""
    found: list[type[msgspec.Struct]] = []
    left = [kind]
    while left:
        one = left.pop()
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and one not in found:
            found.append(one)
            left += [field.type for field in msgspec.structs.fields(one)]
        left += get_args(one)
    return iter(found)
