"""`parlor log export` as a person types it: what is in the file, and that a file is whole or not there."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from libs.events.envelope import Envelope
from tests.integration.replay.typed import Typed, watched

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
LINES = INTERVIEW.read_bytes().splitlines(keepends=True)
TIMES = [msgspec.json.decode(line, type=Envelope).time for line in LINES]


async def test_a_span_of_time_is_taken_out_from_its_first_moment_to_before_its_last(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)
    part = await parlor_log("export", "--from", TIMES[10], "--to", TIMES[20])

    assert part.stdout == b"".join(
        line for line, time in zip(LINES, TIMES, strict=True) if TIMES[10] <= time < TIMES[20]
    )
    offset = datetime.fromisoformat(TIMES[10]).astimezone().isoformat()
    assert (await parlor_log("export", "--to", offset)).stdout == b"".join(LINES[:10])


async def test_how_long_ago_is_a_time_too(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)

    assert (await parlor_log("export", "--from", "2h")).stdout == b""
    assert (await parlor_log("export", "--to", "2h")).stdout == b"".join(LINES)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T20:00:00", "5 parsecs"])
async def test_a_time_that_is_none_is_refused_with_the_forms(parlor_log: Typed, text: str) -> None:
    refused = await parlor_log("export", "--from", text)

    assert refused.status == 2
    assert b"2026-11-24T20:15:00Z" in refused.stderr


async def test_a_file_takes_its_name_when_it_is_whole(parlor_log: Typed, tmp_path: Path) -> None:
    wanted = tmp_path / "out" / "evening.jsonl"
    wanted.parent.mkdir()
    await parlor_log("replay", INTERVIEW)
    assert (await parlor_log("export", "-o", wanted)).status == 0

    assert wanted.read_bytes() == INTERVIEW.read_bytes()
    assert list(wanted.parent.iterdir()) == [wanted]


async def test_an_export_that_fails_leaves_what_was_there_before(parlor_log: Typed, tmp_path: Path) -> None:
    wanted = tmp_path / "out" / "evening.jsonl"
    wanted.parent.mkdir()
    wanted.write_bytes(b"of last week\n")
    failed = await parlor_log("export", "-o", wanted, "--nats", "nats://127.0.0.1:1")

    assert failed.status == 1
    assert failed.stderr.startswith(b"parlor: no NATS server lets ")
    assert [(file, file.read_bytes()) for file in wanted.parent.iterdir()] == [(wanted, b"of last week\n")]


async def test_an_export_without_people_can_be_replayed_and_names_nobody(parlor_log: Typed, tmp_path: Path) -> None:
    anonymous = tmp_path / "anonymous.jsonl"
    await parlor_log("replay", INTERVIEW)
    assert (await parlor_log("export", "--anonymise", "-o", anonymous)).status == 0
    assert (await parlor_log("verify", anonymous)).status == 0
    assert (await parlor_log("replay", "--yes", anonymous)).stdout == b"51 facts written\n"

    assert (await parlor_log("export")).stdout == anonymous.read_bytes()
    assert [name for name in (b"ana222", b"ben222", b"kitchen", b"Noon") if name in anonymous.read_bytes()] == []


async def test_with_a_seed_stand_ins_are_the_same_each_time(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)
    once, again = [(await parlor_log("export", "--anonymise", "--seed", "7")).stdout for _ in range(2)]
    other, another = [(await parlor_log("export", "--anonymise")).stdout for _ in range(2)]

    assert once == again
    assert len({once, other, another}) == 3
    assert (await parlor_log("export", "--seed", "7")).status == 2


async def test_long_work_shows_how_far_it_is_on_a_terminal_and_nowhere_else(parlor_log: Typed, tmp_path: Path) -> None:
    assert (await parlor_log("replay", INTERVIEW)).stderr == b""
    shown = await watched("export", "-o", tmp_path / "all.jsonl")

    assert b"51/51" in shown
    assert (tmp_path / "all.jsonl").read_bytes() == INTERVIEW.read_bytes()


async def test_a_place_where_no_file_can_be_is_refused(parlor_log: Typed, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere" / "evening.jsonl"):
        refused = await parlor_log("export", "-o", place)
        assert (refused.status, refused.stdout) == (2, b"")
        assert b"a folder, or in none" in b" ".join(word for word in refused.stderr.split() if word.isascii())
