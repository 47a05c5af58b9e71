"""`parlor log diff` as a person types it: which facts differ, and in what two logs add up to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from libs.events.envelope import Envelope, checksummed, digest_of, encode
from tests.integration.replay.typed import Typed

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
LINES = INTERVIEW.read_bytes().splitlines()
ROOM = "rooms jazzinterview234/room-jazzinterview234"


def told_otherwise(change: Callable[[Envelope], Envelope | None]) -> bytes:
    """The interview with facts that are others, or not there: written as if it had happened so."""
    ends: dict[Any, tuple[int, str]] = {}
    lines = []
    for envelope in map(msgspec.json.Decoder(Envelope).decode, LINES):
        other = change(envelope)
        if other is None:
            continue
        revision, digest = ends.get(other.aggregate, (0, None))
        line = encode(checksummed(msgspec.structs.replace(other, revision=revision + 1, prevhash=digest)))
        ends[other.aggregate] = revision + 1, digest_of(line)
        lines.append(line + b"\n")
    return b"".join(lines)


def kept(file: Path, change: Callable[[Envelope], Envelope | None] = lambda fact: fact) -> Path:
    file.write_bytes(told_otherwise(change))
    return file


def without_the_mute(envelope: Envelope) -> Envelope | None:
    return None if envelope.type == "rooms.speaker-muted.v1" else envelope


def with_another_muted(envelope: Envelope) -> Envelope:
    if envelope.type != "rooms.speaker-muted.v1":
        return envelope
    data = bytes(envelope.data).replace(b'"person":"cyz', b'"person":"ben')
    return msgspec.structs.replace(envelope, data=msgspec.Raw(data))


async def test_a_log_and_its_export_are_the_same(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)
    compared = await parlor_log("diff", INTERVIEW)

    assert (compared.status, compared.stdout) == (0, b"the same log: 51 facts\n")
    assert (await parlor_log("diff", INTERVIEW, INTERVIEW)).stdout == compared.stdout


async def test_a_fact_that_is_missing_is_told_and_what_follows_from_it_is_not(
    parlor_log: Typed, tmp_path: Path
) -> None:
    evening, other = kept(tmp_path / "evening.jsonl"), kept(tmp_path / "other.jsonl", without_the_mute)
    compared = await parlor_log("diff", evening, other)

    said = compared.stdout.decode().splitlines()
    assert compared.status == 1
    assert said[:2] == [f"{ROOM} differs from r7 on", "  - r7 rooms.speaker-muted.v1"]
    assert said[-1] == "51 facts and 50: 1 aggregates differ"
    assert "\x1b[" not in compared.stdout.decode()
    assert f"{ROOM} differs from r7 on\n  + r7 " in (await parlor_log("diff", other, evening)).stdout.decode()


async def test_a_fact_that_was_changed_is_told_by_its_fields_and_so_is_the_state(
    parlor_log: Typed, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_bytes(b"".join(line + b"\n" for line in told_otherwise(lambda fact: fact).splitlines()[:30]))
    second.write_bytes(b"".join(line + b"\n" for line in told_otherwise(with_another_muted).splitlines()[:30]))
    compared = await parlor_log("diff", first, second)

    said = compared.stdout.decode()
    assert compared.status == 1
    assert '  ~ r7 rooms.speaker-muted.v1 data.person: "cyz2222222222222" → "ben2222222222222"' in said
    assert "  ~ rooms.jazzinterview234.stage.ben2222222222222.muted: nothing → true\n" in said
    assert "  ~ rooms.jazzinterview234.stage.cyz2222222222222.muted: true → nothing\n" in said


async def test_programs_get_every_difference(parlor_log: Typed, tmp_path: Path) -> None:
    evening, other = kept(tmp_path / "evening.jsonl"), kept(tmp_path / "other.jsonl", without_the_mute)
    compared = await parlor_log("diff", "--json", evening, other)

    found = msgspec.json.decode(compared.stdout)
    [room] = found["aggregates"]
    assert compared.status == 1
    assert found["facts"] == [51, 50]
    assert (room["aggregate"], room["revision"], room["changed"], room["only_second"]) == (ROOM, 7, [], [])
    assert [one["type"] for one in room["only_first"]] == ["rooms.speaker-muted.v1"]
    assert {"place": "types.rooms.speaker-muted.v1", "first": 1} in found["state"]


async def test_only_a_hash_that_differs_is_told_too(parlor_log: Typed, tmp_path: Path) -> None:
    compared = await parlor_log("diff", INTERVIEW, kept(tmp_path / "other.jsonl"))

    assert compared.status == 1
    assert b"checksum: nothing" in compared.stdout


async def test_a_log_is_compared_with_a_state(parlor_log: Typed, tmp_path: Path) -> None:
    state, other = tmp_path / "state.json", kept(tmp_path / "other.jsonl", without_the_mute)
    state.write_bytes((await parlor_log("state", "--json", INTERVIEW)).stdout)

    same = await parlor_log("diff", INTERVIEW, "--fold", state)
    assert (same.status, same.stdout) == (0, b"the same state: 51 facts\n")
    differs = await parlor_log("diff", other, "--fold", state)
    assert differs.status == 1
    assert b"  ~ facts: 50 \xe2\x86\x92 51\n" in differs.stdout


@pytest.mark.parametrize(
    ("words", "taught"),
    [
        ((INTERVIEW, INTERVIEW, "--fold", INTERVIEW), "not with both: leave one out"),
        ((INTERVIEW, "--fold", INTERVIEW), "is no state of a log"),
        (("/nowhere.jsonl",), "there is no file /nowhere.jsonl"),
    ],
)
async def test_what_cannot_be_compared_is_refused_with_what_can(
    parlor_log: Typed, words: tuple[str | Path, ...], taught: str
) -> None:
    refused = await parlor_log("diff", *words)

    assert refused.status == 2
    assert taught in " ".join(refused.stderr.decode().replace("│", " ").split())
