"""Whether a change of a fact breaks readers of lines that exist: a planted change for every rule."""

from enum import IntEnum, StrEnum
from typing import Annotated, Any, ClassVar, Literal, cast

import msgspec
import pytest

from libs.events.breaking import breaking
from libs.events.event import Audience, Event
from libs.events.ids import Milliseconds, PersonId, RoomId, Samples
from libs.events.schema import schema
from libs.events.sealed import Sealed
from libs.events.text import FreeText, Handle, Term
from libs.events.vocabulary import CLASSES


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Brush(msgspec.Struct, frozen=True):
    """Something in a fact."""

    hairs: int
    soft: bool = False


class Painted(Event, frozen=True, kw_only=True):
    """The fact that the faults below are planted in."""

    tag: ClassVar[str] = "rooms.painted.v1"
    audience: ClassVar[Audience] = Audience.STAFF

    room: str
    colour: Colour
    coats: int = 1
    by: str | None = None


def faults(after: type[Event], before: type[Event] = Painted) -> list[str]:
    found = breaking({Painted.tag: schema(before)}, {Painted.tag: schema(after)})
    return [fault.removeprefix(f"{Painted.tag}: ") for fault in found]


def painted(**fields: tuple[object, object]) -> type[Event]:
    """`Painted` with other fields: `...` as default is none, `None` as type leaves the field out."""
    now = {"room": (str, ...), "colour": (Colour, ...), "coats": (int, 1), "by": (str | None, None)} | fields
    spec = [(name, kind) if default is ... else (name, kind, default) for name, (kind, default) in now.items() if kind]
    namespace = {"tag": Painted.tag, "audience": Audience.STAFF}
    made_up = msgspec.defstruct("Painted", spec, bases=(Event,), namespace=namespace, frozen=True, kw_only=True)
    return cast("type[Event]", made_up)


def with_field(kind: object, default: object = ...) -> type[Event]:
    """`Painted` with one field more."""
    return painted(of=(kind, default))


def struct(**fields: object) -> type[msgspec.Struct]:
    """`Brush` with other fields; a tuple is a type and its default."""
    spec: list[Any] = [(name, *kind) if isinstance(kind, tuple) else (name, kind) for name, kind in fields.items()]
    return msgspec.defstruct("Brush", spec, frozen=True, kw_only=True)


def many(kind: object) -> object:
    return tuple.__class_getitem__((kind, ...))


def test_a_fact_that_did_not_change_breaks_nothing() -> None:
    assert faults(Painted) == []
    assert faults(painted()) == []


@pytest.mark.parametrize("fact", CLASSES, ids=lambda fact: fact.tag)
def test_no_fact_of_ours_breaks_with_itself(fact: type[Event]) -> None:
    assert breaking({fact.tag: schema(fact)}, {fact.tag: schema(fact)}) == []


@pytest.mark.parametrize(
    "after",
    [
        painted(gloss=(bool, False)),
        painted(coats=(float, 1)),
        painted(by=(str | int | None, None)),
        painted(colour=(StrEnum("Colour", {"RED": "red", "BLUE": "blue", "GREEN": "green"}), ...)),
        painted(colour=(str, ...)),
        painted(coats=(None, ...)),
    ],
    ids=["new field with default", "wider number", "wider union", "new value", "any text", "optional gone"],
)
def test_a_fact_may_get_wider(after: type[Event]) -> None:
    assert faults(after) == []


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (painted(gloss=(bool, ...)), "gloss has no default, but lines without it exist"),
        (painted(room=(None, ...)), "room is gone, and older readers need it"),
        (painted(room=(str, "")), "room may be left out, and older readers need it"),
        (painted(room=(int, ...)), "room was string, now integer"),
        (painted(coats=(str, "1")), "coats was integer, now string"),
        (painted(by=(str, ...)), "by has no default, but lines without it exist"),
        (painted(by=(str, "")), "by was None when not said, now ''"),
        (painted(by=(str, "")), "by was string or null, now string"),
        (painted(coats=(int, 2)), "coats was 1 when not said, now 2"),
        (
            painted(coats=(int, msgspec.field(default_factory=int))),
            "coats was 1 when not said, now 'what is made anew each time'",
        ),
        (painted(colour=(StrEnum("Colour", {"RED": "red"}), ...)), "colour was one of blue red, now one of red"),
    ],
)
def test_a_fact_that_would_break_readers_is_found(after: type[Event], fault: str) -> None:
    assert fault in faults(after)


FEW, SHORT, ODD = (Annotated[int, msgspec.Meta(le=n)] for n in (9, 5, 7))
NAMED = Annotated[str, msgspec.Meta(pattern="^[a-z]+$", min_length=2, max_length=9)]
SHOUTED = Annotated[str, msgspec.Meta(pattern="^[A-Z]+$", min_length=2, max_length=9)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (struct(title=str), struct(title=str, soft=(bool, False))),
        (Brush, struct(hairs=int, soft=(bool, False), handle=(str, ""))),
        (Brush, struct(hairs=float)),
        (Brush, Brush | None),
        (tuple[Brush, ...], many(struct(hairs=float))),
        (tuple[Colour, ...], tuple[str, ...]),
        (tuple[int, str], tuple[float, str]),
        (tuple[int, int], tuple[int, ...]),
        (dict[str, int], dict[str, float]),
        (dict[str, int], dict[str, Any]),
        (SHORT, FEW),
        (NAMED, str),
        (Literal[1], int),
        (IntEnum("One", {"A": 1}), int | str),
        (int, Any),
        (Term, FreeText),
        (FreeText, Handle),
        (int, Milliseconds),
        (str, PersonId),
    ],
    ids=str,
)
def test_a_field_may_get_wider(before: object, after: object) -> None:
    assert faults(with_field(after), before=with_field(before)) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Brush, struct(hairs=int, soft=(bool, True)), "object of hairs integer, soft boolean = True"),
        (Brush, struct(hairs=int, soft=(bool, False), handle=str), "handle string"),
        (Brush, struct(soft=(bool, False)), "object of soft boolean = False"),
        (Brush, struct(hairs=str, soft=(bool, False)), "object of hairs string"),
        (Brush | None, Brush, "object of hairs integer, soft boolean = False"),
        (tuple[Brush, ...], many(struct(hairs=str)), "list of object of hairs string"),
        (Brush | int, struct(hairs=str) | int, "hairs string"),
        (tuple[str, ...], tuple[Colour, ...], "list of one of blue red"),
        (tuple[int, ...], tuple[int, int], "list of integer, integer (minItems 2, maxItems 2)"),
        (tuple[int, str], tuple[str, str], "list of string, string"),
        (tuple[int, str], tuple[int, str, str], "list of integer, string, string"),
        (tuple[int, ...], int, "integer"),
        (list, list[int], "list of integer"),
        (dict[str, int], dict[str, str], "object"),
        (dict[str, int], dict[NAMED, int], "object"),
        (dict[str, int], Brush, "object of hairs integer"),
        (FEW, SHORT, "integer (maximum 5)"),
        (int, FEW, "integer (maximum 9)"),
        (str, NAMED, "string (minLength 2, maxLength 9, pattern ^[a-z]+$)"),
        (NAMED, SHOUTED, "pattern ^[A-Z]+$"),
        (str, bytes, "string (contentEncoding base64)"),
        (bytes, str, "string"),
        (float, int, "integer"),
        (int, Literal[1, 2], "one of 1 2"),
        (Literal["a", "b"], Literal["a"], "one of a"),
        (Any, int, "integer"),
        (FreeText, Sealed, "pattern ^sealed"),
        (Sealed, FreeText, "string (free text)"),
        (FreeText, Term, "string (term)"),
        (Handle, str, "string"),
        (Milliseconds, Samples, "integer (Samples)"),
        (Milliseconds | None, Samples | None, "integer or null (Samples)"),
        (PersonId, RoomId, "string (RoomId)"),
        (tuple[PersonId, ...], tuple[RoomId, ...], "list of string (RoomId)"),
        (struct(title=str), struct(title=int), "object of title integer"),
        (struct(by=PersonId), struct(by=RoomId), "object of by string (RoomId)"),
    ],
    ids=str,
)
def test_a_field_that_gets_narrower_or_other_is_found(before: object, after: object, said: str) -> None:
    [fault] = faults(with_field(after), before=with_field(before))

    assert fault.startswith("of was ")
    assert said in fault.partition(", now ")[2]


class Node(msgspec.Struct, frozen=True):
    """Something that may be in itself."""

    name: str
    below: "tuple[Node, ...]" = ()


def test_what_contains_itself_is_compared_as_well() -> None:
    assert faults(with_field(Node), before=with_field(Node)) == []
    assert faults(with_field(struct(name=int)), before=with_field(Node)) != []


def test_a_fact_that_is_gone_renamed_or_told_to_others_is_found() -> None:
    before = {Painted.tag: schema(Painted)}

    assert breaking(before, {}) == ["rooms.painted.v1 is gone"]
    assert breaking(before, {"rooms.painted.v2": schema(Painted)}) == ["rooms.painted.v1 is gone"]
    told = {Painted.tag: schema(Painted) | {"audience": "public"}}
    assert breaking(before, told) == ["rooms.painted.v1: its audience was staff, now public"]


def test_a_fact_that_is_only_read_any_more_breaks_nothing() -> None:
    assert breaking({Painted.tag: schema(Painted)}, {Painted.tag: schema(Painted) | {"deprecated": True}}) == []
