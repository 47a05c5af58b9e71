"""What is storage format stays: tags, and who may read what."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from libs.events.event import Audience, Event
from libs.events.refusal import Refusal
from libs.events.vocabulary import AnyEvent  # noqa: F401  (imports every owner's file, so that all facts are known)
from tests.house.every import every_refusal_module

SHIPPED = Path(__file__).with_name("tags.txt")
OWNERS = ("rooms", "presence", "media", "playback")


def family(root: type[object]) -> Iterator[type[object]]:
    """All subclasses, near and far, that are ours and no test's."""
    for child in root.__subclasses__():
        if child.__module__.startswith(("libs.", "services.")):
            yield child
        yield from family(child)


def facts() -> Sequence[type[Event]]:
    """Every class of fact."""
    return [each for each in family(Event) if issubclass(each, Event) and each.tag != "unknown"]


def mistaken(facts: Sequence[type[Event]]) -> list[str]:
    """Facts whose tag is not `<owner>.<name-in-kebab>.v<n>`, or that do not say themselves who may read them. A class
    `<Name>V<n>` is superseded: it has the n in its tag too.
    """
    found = []
    for fact in facts:
        name, version = re.fullmatch(r"(\w+?)(?:V([1-9][0-9]*))?", fact.__name__).groups()  # type: ignore[union-attr]  # any name matches
        kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
        owner = fact.__module__.rsplit(".", 1)[-1]
        if not re.fullmatch(rf"{owner}\.{kebab}\.v{version or '[1-9][0-9]*'}", fact.tag):
            found.append(f"{fact.__name__} has the tag {fact.tag}, not {owner}.{kebab}.v{version or 1}")
        if not isinstance(fact.__dict__.get("audience"), Audience):
            found.append(f"{fact.__name__} does not say its audience")
    return found


def lost(shipped: Sequence[str], known: Sequence[str]) -> list[str]:
    """Tags that were ever shipped and are no longer understood."""
    return sorted(set(shipped) - set(known))


def test_every_fact_has_its_tag_and_its_audience() -> None:
    assert mistaken(facts()) == []
    assert {fact.tag.split(".")[0] for fact in facts()} == set(OWNERS)


def test_no_tag_stands_for_two_facts() -> None:
    tags = [fact.tag for fact in facts()]
    assert sorted(tags) == sorted(set(tags))


def test_a_tag_once_shipped_is_understood_for_ever() -> None:
    assert lost(SHIPPED.read_text().split(), [fact.tag for fact in facts()]) == []


def test_every_tag_is_noted_as_shipped() -> None:
    assert lost([fact.tag for fact in facts()], SHIPPED.read_text().split()) == [], f"add them to {SHIPPED.name}"


def test_a_wrong_tag_and_a_missing_audience_are_found() -> None:
    class RoomPainted(Event, frozen=True, kw_only=True):
        tag: ClassVar[str] = "rooms.painted.v1"

    class RoomPaintedV2(RoomPainted, frozen=True, kw_only=True):
        tag: ClassVar[str] = "test_facts.room-painted.v1"
        audience: ClassVar[Audience] = Audience.STAFF

    assert mistaken([RoomPainted, RoomPaintedV2]) == [
        "RoomPainted has the tag rooms.painted.v1, not test_facts.room-painted.v1",
        "RoomPainted does not say its audience",
        "RoomPaintedV2 has the tag test_facts.room-painted.v1, not test_facts.room-painted.v2",
    ]


def test_a_tag_that_was_dropped_is_found() -> None:
    assert lost(["rooms.room-opened.v1", "rooms.old.v1"], ["rooms.room-opened.v1"]) == ["rooms.old.v1"]


def unteachable(refusals: Sequence[type[Refusal]]) -> list[str]:
    """Refusals (the leaves) without a slug of their own in their service, or without an HTTP status for an error.

    Two services may turn the same thing down in the same word.
    """
    found, seen = [], set[tuple[str, str]]()
    for refusal in refusals:
        if refusal.__subclasses__():
            continue
        place = refusal.__module__.rpartition(".")[0]
        slug, status = getattr(refusal, "slug", ""), getattr(refusal, "status", 0)
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) or (place, slug) in seen:
            found.append(f"{refusal.__name__} has no slug of its own")
        if not 400 <= status < 600:
            found.append(f"{refusal.__name__} has no HTTP status")
        seen.add((place, slug))
    return found


def test_every_refusal_has_its_own_slug_and_a_status() -> None:
    every_refusal_module()
    assert unteachable([each for each in family(Refusal) if issubclass(each, Refusal)]) == []


def test_a_refusal_that_teaches_nothing_is_found() -> None:
    class RoomHaunted(Refusal):
        slug: ClassVar[str] = "Haunted!"

    assert unteachable([RoomHaunted]) == ["RoomHaunted has no slug of its own", "RoomHaunted has no HTTP status"]
