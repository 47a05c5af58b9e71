"""Would a change of what facts look like break a reader, or make old lines mean something else? Pure.

Breaking is, after buf's WIRE_JSON rules: a tag that goes, a field that comes without a default, a field that goes or
may be left out although old readers need it, a type that gets narrower or other, an enum's value that goes, a default
or an audience that changes; and whatever a field holds that becomes another thing, be it in the same JSON: milliseconds
that become samples, words that are no longer left out of an export without people. Not breaking: a new tag, a new field
with a default, an optional field that goes, a wider type, a description.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from .text import Text

Schema: TypeAlias = dict[str, Any]

WIDER = {("integer", "number")}
LEFT_OUT = ("title", "description", "deprecated", "$defs", "$ref", "properties")
MADE = "what is made anew each time"
"""The default of a field whose schema names none."""
LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
SAME_OR_FREE = ("pattern", "format", "multipleOf", "uniqueItems")
SAME = ("contentEncoding",)
LIMITS = (*LEAST, *MOST, *SAME_OR_FREE, *SAME)
HIDDEN = (Text.FREE.value, Text.HANDLE.value)
"""What an export without people replaces. Any text may become this, but none may cease to be."""
JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def breaking(before: Mapping[str, Schema], after: Mapping[str, Schema]) -> list[str]:
    """What of `after` would break a reader of `before`, or make old lines mean something else."""
    found = []
    for tag, old in before.items():
        new = after.get(tag)
        if new is None:
            found.append(f"{tag} is gone")
        else:
            found += [f"{tag}: {fault}" for fault in _changes(_resolved(old, old), _resolved(new, new))]
    return found


def _changes(old: Schema, new: Schema) -> Iterator[str]:
    """Between two objects, without references."""
    if old.get("audience") != new.get("audience"):
        yield f"its audience was {old.get('audience')}, now {new.get('audience')}"
    were, are = old.get("properties", {}), new.get("properties", {})
    needed, needs = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(needs - needed):
        yield f"{name} has no default, but lines without it exist"
    for name in sorted(needed - are.keys()):
        yield f"{name} is gone, and older readers need it"
    for name in sorted((needed & are.keys()) - needs):
        yield f"{name} may be left out, and older readers need it"
    for name in sorted(were.keys() & are.keys()):
        if name not in needed | needs:
            yield from _default(name, were[name], are[name])
        yield from _field(name, were[name], are[name])


def _default(name: str, old: Schema, new: Schema) -> Iterator[str]:
    was, now = old.get("default", MADE), new.get("default", MADE)
    if was != now:
        yield f"{name} was {was!r} when not said, now {now!r}"


def _field(name: str, old: Schema, new: Schema) -> Iterator[str]:
    if not (_admits(new, old) and _holds_the_same(new.get("holds"), old.get("holds"))):
        yield f"{name} was {_said(old)}, now {_said(new)}"


def _holds_the_same(new: str | None, old: str | None) -> bool:
    if new in HIDDEN and old in [text.value for text in Text]:
        return True
    return old in (None, new)


def _admits(new: Schema, old: Schema) -> bool:
    """True when every value that `old` allows is allowed by `new`."""
    if "anyOf" in old:
        return all(_admits(new, part) for part in old["anyOf"])
    if "anyOf" in new:
        return any(_admits(part, old) for part in new["anyOf"])
    if "enum" in new:
        return "enum" in old and set(old["enum"]) <= set(new["enum"])
    if not (_of_type(new, old) and _within(new, old)):
        return False
    if new.get("type") == "array":
        return _admits_items(new, old)
    return new.get("type") != "object" or _admits_object(new, old)


def _of_type(new: Schema, old: Schema) -> bool:
    now = new.get("type")
    was = {JSON_TYPES[type(value)] for value in old["enum"]} if "enum" in old else {old.get("type")}
    return now is None or all(each == now or (each, now) in WIDER for each in was)


def _within(new: Schema, old: Schema) -> bool:
    """True when no limit got tighter."""
    return (
        all(old.get(limit) is not None and old[limit] >= new[limit] for limit in LEAST if limit in new)
        and all(old.get(limit) is not None and old[limit] <= new[limit] for limit in MOST if limit in new)
        and all(old.get(limit) == new[limit] for limit in SAME_OR_FREE if limit in new)
        and all(old.get(limit) == new.get(limit) for limit in SAME)
    )


def _admits_items(new: Schema, old: Schema) -> bool:
    """Place by place, then the rest; `False` is a place where nothing may be."""
    firsts, were = new.get("prefixItems", []), old.get("prefixItems", [])
    rest, was_rest = new.get("items", {}), old.get("items", {})
    for place in range(max(len(firsts), len(were))):
        was = were[place] if place < len(were) else was_rest
        now = firsts[place] if place < len(firsts) else rest
        if not _admits_place(now, was):
            return False
    return _admits_place(rest, was_rest)


def _admits_object(new: Schema, old: Schema) -> bool:
    """A struct's fields, or a dict's keys and values."""
    if not _admits_place(new.get("additionalProperties", {}), old.get("additionalProperties", {})):
        return False
    return _admits(new.get("propertyNames", {}), old.get("propertyNames", {})) and not list(_changes(old, new))


def _admits_place(new: Any, old: Any) -> bool:
    if old is False or new is False:
        return old is False
    return _admits(new, old)


def _resolved(part: Any, whole: Schema, within: tuple[str, ...] = ()) -> Any:
    """The same without references and without prose; a field may well be called `title`. What contains itself is
    followed once.
    """
    if isinstance(part, list):
        return [_resolved(each, whole, within) for each in part]
    if not isinstance(part, dict):
        return part
    rest = {key: _resolved(each, whole, within) for key, each in part.items() if key not in LEFT_OUT}
    if "properties" in part:
        rest["properties"] = {name: _resolved(each, whole, within) for name, each in part["properties"].items()}
    name = part.get("$ref", "").rpartition("/")[2]
    if not name or name in within:
        return rest
    return _resolved(whole["$defs"][name], whole, (*within, name)) | rest


def _said(part: Schema) -> str:
    if "anyOf" in part:
        return " or ".join(_said(each) for each in part["anyOf"]) + _limits(part)
    if "enum" in part:
        return "one of " + " ".join(map(str, part["enum"]))
    if "properties" in part:
        fields = part["properties"].items()
        return "object of " + ", ".join(f"{name} {_said(each)}{_otherwise(each)}" for name, each in fields)
    within = [each for each in (*part.get("prefixItems", ()), part.get("items")) if each]
    if within:
        return "list of " + ", ".join(map(_said, within)) + _limits(part)
    return str(part.get("type", "anything")) + _limits(part)


def _limits(part: Schema) -> str:
    holds = [part["holds"]] if "holds" in part else []
    said = holds + [f"{limit} {part[limit]}" for limit in LIMITS if limit in part]
    return f" ({', '.join(said)})" if said else ""


def _otherwise(part: Schema) -> str:
    return f" = {part['default']!r}" if "default" in part else ""
