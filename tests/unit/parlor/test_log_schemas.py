"""Schemas and AsyncAPI as others read them: accepted by validators that are not ours, and true of every kept line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema
import msgspec
import pytest
from jsonschema.protocols import Validator

from libs.events.memory import MemoryLog
from libs.events.schema import schemas
from libs.events.vocabulary import CLASSES, OWNERS
from libs.service.mediaclock import MediaClock
from parlor.log_asyncapi import COMMANDS, document, dump
from services.media.call_asked import CALLS
from services.media.evidence_asked import FreezeEvidence
from services.media.monitor_asked import MONITORING
from services.media.registration import COMMAND
from services.rooms.handle import Handlers

TESTS = Path(__file__).parents[2]
SCHEMAS = {tag: schema for owner in OWNERS for tag, schema in schemas(owner).items()}
LINES = [
    (f"{file.stem}:{number}", msgspec.json.decode(line))
    for file in sorted((TESTS / "replay").glob("*.jsonl"))
    for number, line in enumerate(file.read_bytes().splitlines(), start=1)
]
DOCUMENT: dict[str, Any] = msgspec.json.decode(dump())
ASYNCAPI = jsonschema.Draft7Validator(
    msgspec.json.decode((TESTS / "fixtures" / "asyncapi" / "3.0.0.json").read_bytes())
)
"""What the AsyncAPI Initiative says a document is."""


@pytest.mark.parametrize("tag", SCHEMAS)
def test_the_schema_of_a_fact_is_a_schema(tag: str) -> None:
    assert SCHEMAS[tag]["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[tag])


def test_every_kept_line_is_as_its_schema_says() -> None:
    wrong = [
        f"{place}: {fault.message}"
        for place, line in LINES
        for fault in jsonschema.Draft202012Validator(SCHEMAS[line["type"]]).iter_errors(line["data"])
    ]

    assert LINES
    assert wrong == []


def test_data_that_is_no_such_fact_is_found() -> None:
    schema = jsonschema.Draft202012Validator(SCHEMAS["rooms.speaker-admitted.v1"])
    seated = {"room": "jazzinterview234", "person": "ben2222222222222", "seat": "speaker", "by": "ana2222222222222"}

    assert list(schema.iter_errors(seated)) == []
    assert list(schema.iter_errors(seated | {"seat": "bench"}))
    assert list(schema.iter_errors({name: seated[name] for name in seated if name != "by"}))


def test_the_document_is_asyncapi() -> None:
    assert [f"{fault.json_path}: {fault.message}" for fault in ASYNCAPI.iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole.pop("info"),
        lambda whole: whole.update(topics={}),
        lambda whole: whole["channels"]["rooms-RoomOpened"].update(address=7),
        lambda whole: whole["operations"]["rooms-appends-RoomOpened"].update(action="publish"),
        lambda whole: whole["components"]["schemas"]["RoomOpened"].update(type="record"),
    ],
    ids=["no title", "another word", "no address", "an action of version 2", "no type of JSON Schema"],
)
def test_a_document_that_is_no_asyncapi_is_found(spoil: Any) -> None:
    whole = msgspec.json.decode(dump())
    spoil(whole)

    assert list(ASYNCAPI.iter_errors(whole))


def references(part: Any) -> Iterator[str]:
    """Every `$ref` in it."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def at(reference: str) -> Any:
    """What a reference is to. Raises KeyError."""
    part: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def test_every_reference_is_to_something() -> None:
    for reference in references(DOCUMENT):
        assert at(reference)


def test_the_parameters_of_a_subject_are_those_that_are_described() -> None:
    for channel in DOCUMENT["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"] or "")) == set(channel.get("parameters", ()))


def test_every_fact_has_a_channel_an_owner_who_appends_it_and_readers() -> None:
    for fact in CLASSES:
        owner, event = fact.tag.partition(".")[0], fact.__name__
        channel = DOCUMENT["channels"][f"{owner}-{event}"]
        assert fact.tag in channel["messages"]
        assert channel["address"].startswith(f"evt.{owner}.")
        assert channel["address"].endswith(f".{event}")
        acts = [
            one["action"]
            for one in DOCUMENT["operations"].values()
            if one["channel"]["$ref"].endswith(f"/{owner}-{event}")
        ]
        assert sorted(acts) == ["receive", "send"]


def test_every_kept_line_is_as_its_message_says() -> None:
    wrong = []
    for place, line in LINES:
        payload = DOCUMENT["components"]["messages"][line["type"]]["payload"]
        whole = cast("Validator", jsonschema.Draft7Validator(payload | {"components": DOCUMENT["components"]}))
        wrong += [f"{place}: {fault.message}" for fault in whole.iter_errors(line)]

    assert wrong == []


def test_the_commands_are_those_that_services_take() -> None:
    takes = {
        "rooms": set(Handlers(MemoryLog(), MediaClock()).by_name()),
        "media": {COMMAND, FreezeEvidence.__name__, *(verb.__name__ for verb in (*CALLS, *MONITORING))},
    }

    assert {service: {verb.__name__ for verb in verbs} for service, verbs in COMMANDS.items()} == takes


def test_making_the_document_twice_makes_the_same() -> None:
    assert document() == document()
