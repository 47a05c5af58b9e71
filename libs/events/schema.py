"""What every fact looks like, as JSON Schema; and whether a change of that would break a reader. Pure.

The dump in `libs/events/schemas/` is committed, so that a change of storage format is seen in review. Breaking is,
after buf's WIRE_JSON rules: a tag that goes, a field that comes without a default or goes although old readers need it,
a type that gets narrower or other, an enum's value that goes, a default or an audience that changes. Not breaking: a
new tag, a new field with a default, a description.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from .event import Event
from .vocabulary import CLASSES, OWNERS

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WIDER = {("integer", "number")}
TOLD = ("title", "description")


def schema(fact: type[Event]) -> Schema:
    """One fact's schema, whole in itself, with its audience."""
    (root,), parts = msgspec.json.schema_components([fact], ref_template="#/$defs/{name}")
    name = root["$ref"].rpartition("/")[2]
    rest = {other: part for other, part in parts.items() if other != name}
    whole = {"$schema": DIALECT, "audience": fact.audience.value, **parts[name], **({"$defs": rest} if rest else {})}
    return msgspec.json.decode(msgspec.json.encode(whole), type=Schema)


def schemas(owner: str) -> dict[str, Schema]:
    """Every fact of one owner by its tag."""
    return {fact.tag: schema(fact) for fact in CLASSES if fact.tag.startswith(f"{owner}.")}


def dump(owner: str) -> bytes:
    """The file `libs/events/schemas/<owner>.json`."""
    return msgspec.json.format(msgspec.json.encode(schemas(owner))) + b"\n"


def dumps() -> dict[str, bytes]:
    """All files by owner."""
    return {owner: dump(owner) for owner in OWNERS}


def breaking(before: Mapping[str, Schema], after: Mapping[str, Schema]) -> list[str]:
    """What of `after` would break a reader of `before`, or make old lines mean something else."""
    found = []
    for tag, old in before.items():
        new = after.get(tag)
        if new is None:
            found.append(f"{tag} is gone")
        else:
            found += [f"{tag}: {fault}" for fault in _changes(old, new)]
    return found


def _changes(old: Schema, new: Schema) -> Iterator[str]:
    if old.get("audience") != new.get("audience"):
        yield f"its audience was {old.get('audience')}, now {new.get('audience')}"
    were, are = old.get("properties", {}), new.get("properties", {})
    needed, needs = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(needs - needed):
        yield f"{name} has no default, but lines without it exist"
    for name in sorted(needed - are.keys()):
        yield f"{name} is gone, and older readers need it"
    for name in sorted(were.keys() & are.keys()):
        yield from _field(name, _resolved(were[name], old), _resolved(are[name], new))


def _field(name: str, old: Schema, new: Schema) -> Iterator[str]:
    if "default" in old and "default" in new and old["default"] != new["default"]:
        yield f"{name} was {old['default']!r} when not said, now {new['default']!r}"
    if not _admits(new, old):
        yield f"{name} was {_said(old)}, now {_said(new)}"


def _admits(new: Schema, old: Schema) -> bool:
    """True when every value that `old` allows is allowed by `new`."""
    if "anyOf" in old:
        return all(_admits(new, part) for part in old["anyOf"])
    if "anyOf" in new:
        return any(_admits(part, old) for part in new["anyOf"])
    if "enum" in new:
        return set(old.get("enum", ("?",))) <= set(new["enum"])
    was, now = "string" if "enum" in old else old.get("type"), new.get("type")
    if was != now:
        return (was, now) in WIDER
    if old.get("type") == "object":
        return not list(_changes(old, new))
    return "items" not in old or _admits(new["items"], old["items"])


def _resolved(part: Any, whole: Schema) -> Any:
    """The same without references and without prose."""
    if isinstance(part, list):
        return [_resolved(each, whole) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(whole["$defs"][part["$ref"].rpartition("/")[2]], whole)
    return {key: _resolved(each, whole) for key, each in part.items() if key not in TOLD}


def _said(part: Schema) -> str:
    if "enum" in part:
        return "one of " + " ".join(map(str, part["enum"]))
    if "anyOf" in part:
        return " or ".join(_said(each) for each in part["anyOf"])
    return str(part.get("type", part))
