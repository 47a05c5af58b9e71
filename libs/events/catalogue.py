"""`docs/events.md`, made from the classes: what each fact says, who may read it, where it is, its fields. Pure."""

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from . import ids, sealed
from .envelope import Envelope
from .event import Event
from .subjects import event_name
from .text import Text
from .upcasts import UPCASTS, Upcast
from .vocabulary import CLASSES, OWNERS

HEAD = """# Events

Made from `libs/events/*.py` by `parlor log schema --write`; not edited by hand.

A fact is one line of CloudEvents 1.0 JSON: the attributes below, and `data` with the fields listed at each type. It is
stored once, in the JetStream stream `EVT`, under `evt.<owner>.<partition>.<scope>.<kind>-<id>.<EventName>`; the scope
is the room for all that happens in a room. Types and meanings never change: new fields have defaults, another meaning
is a new type. Unknown types and fields are passed over by readers.

**Versions**: where a meaning changed, the older type is here too, marked *superseded*. It is never written again; its
lines stay as they are, and Parlor reads each as what took its place. A program of yours that reads lines itself has to
know both.

**Audience**: *public* everybody · *stage* who has a seat · *staff* who runs the show · *internal* only the services.
"""


def document(upcasts: Sequence[Upcast[Any, Any]] = UPCASTS) -> str:
    """The whole file."""
    parts = [HEAD, "## The envelope\n", (inspect.getdoc(Envelope) or "") + "\n", _fields(Envelope)]
    for owner in OWNERS:
        module = sys.modules[f"{__package__}.{owner}"]
        parts.append(f"## {owner}\n\n{inspect.getdoc(module)}\n")
        parts += [_fact(fact) for fact in CLASSES if fact.tag.startswith(f"{owner}.")]
        parts += [_fact(each.old, each.new) for each in upcasts if each.old.tag.startswith(f"{owner}.")]
    parts.append("## Types\n")
    parts.append("\n".join(f"- **{name}** (`{_plain(kind)}`): {prose}" for name, kind, prose in named_types()) + "\n")
    return "\n".join(parts)


def _fact(fact: type[Event], newer: type[Event] | None = None) -> str:
    stored = f"`evt.{fact.tag.split('.')[0]}.….{event_name(fact.tag)}`"
    told = inspect.getdoc(fact) or ""
    superseded = "" if newer is None else f"*Superseded*: read as `{newer.tag}`, never written again.\n\n"
    read_by = f"Audience: *{fact.audience.value}* · stored as {stored}"
    return f"### `{fact.tag}`\n\n{superseded}{told}\n\n{read_by}\n\n{_fields(fact)}"


def _fields(struct: type[msgspec.Struct]) -> str:
    rows = ["| field | type | when not said |", "|---|---|---|"]
    rows += [
        f"| `{field.encode_name}` | {_kind(field.type)} | {_default(field)} |"
        for field in msgspec.structs.fields(struct)
    ]
    return "\n".join(rows) + "\n"


def _kind(kind: Any) -> str:
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(_kind(each) for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is tuple:
        return f"list of {_kind(get_args(kind)[0])}"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return " · ".join(f"`{each.value}`" for each in kind)
    return "object" if kind is msgspec.Raw else _plain(kind)


def _plain(kind: Any) -> str:
    said = [mark.value for mark in getattr(kind, "__metadata__", ()) if isinstance(mark, Text)]
    return f"str ({said[0]})" if said else getattr(kind, "__name__", str(kind))


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "always said"
    return "left out" if field.default in (None, msgspec.NODEFAULT, ()) else f"`{field.default}`"


def named_types() -> Iterator[tuple[str, type, str]]:
    """The NewTypes of ids.py and sealed.py, each with the string that stands below it."""
    for module in (ids, sealed):
        for statement, prose in pairwise(ast.parse(inspect.getsource(module)).body):
            if isinstance(statement, ast.Assign) and isinstance(prose, ast.Expr):
                [name] = [target.id for target in statement.targets if isinstance(target, ast.Name)]
                prose_line = inspect.cleandoc(ast.literal_eval(prose.value)).replace("\n", " ")
                yield name, _below(getattr(module, name)), prose_line.strip()


def _below(kind: Any) -> type:
    """What a NewType is made of, without what is demanded of it."""
    below: type = getattr(kind.__supertype__, "__origin__", kind.__supertype__)
    return below
