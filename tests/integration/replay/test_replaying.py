"""`parlor log replay` as a person types it: a file is checked whole, and one log is never put on top of another."""

import asyncio
import time
from pathlib import Path

import pytest

from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from tests.integration.replay.typed import PATIENCE_S, Typed, at_a_terminal, started

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
LINES = INTERVIEW.read_bytes().splitlines(keepends=True)


async def test_a_file_that_is_wrong_at_its_end_changes_nothing(parlor_log: Typed, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(b"".join(LINES)[:-40])
    refused = await parlor_log("replay", cut)

    assert (refused.status, refused.stdout) == (1, b"")
    assert refused.stderr == b"parlor: line 51: the file ends in the middle of this line\n"
    assert (await parlor_log("export")).stdout == b""


async def test_a_part_of_a_log_is_folded_and_says_so_but_is_not_written(parlor_log: Typed, tmp_path: Path) -> None:
    part = tmp_path / "part.jsonl"
    part.write_bytes(b"".join(LINES[:5] + LINES[9:]))
    shown = await parlor_log("replay", "--dry", "--json", part)

    assert shown.status == 0
    assert shown.stderr.startswith(b"part of a log: 1 links can't be checked, the first at line 18, rooms jazz")
    assert (await parlor_log("replay", part)).stderr.startswith(b"parlor: line 18, rooms jazzinterview234")
    assert (await parlor_log("export")).stdout == b""


async def test_an_unknown_type_is_counted_in_a_fold_and_written_as_it_is(parlor_log: Typed, tmp_path: Path) -> None:
    tomorrow = tmp_path / "tomorrow.jsonl"
    tomorrow.write_bytes(LINES[0].replace(b"person-registered.v1", b"person-renamed.v9"))
    shown = await parlor_log("replay", "--dry", "--json", tomorrow)
    await parlor_log("replay", tomorrow)

    assert b'"rooms.person-renamed.v9": 1' in shown.stdout
    assert (await parlor_log("export")).stdout == tomorrow.read_bytes()


async def test_with_yes_the_log_there_is_erased_and_another_begun(
    parlor_log: Typed, tmp_path: Path, nats_url: str
) -> None:
    half = tmp_path / "half.jsonl"
    half.write_bytes(b"".join(LINES[:20]))
    await parlor_log("replay", INTERVIEW)
    before = await identity(nats_url)
    assert (await parlor_log("replay", "--yes", half)).stdout == b"20 facts written\n"

    assert (await parlor_log("export")).stdout == half.read_bytes()
    assert await identity(nats_url) != before


async def test_a_spoilt_file_erases_nothing(parlor_log: Typed, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.jsonl"
    spoilt.write_bytes(INTERVIEW.read_bytes() + b"{")
    await parlor_log("replay", INTERVIEW)
    assert (await parlor_log("replay", "--yes", spoilt)).status == 1

    assert (await parlor_log("export")).stdout == INTERVIEW.read_bytes()


@pytest.mark.parametrize(("said", "facts"), [(b"EVT\n", 20), (b"no\n", 51), (b"\x04", 51)])
async def test_at_a_terminal_it_asks_whether_to_erase(
    parlor_log: Typed, tmp_path: Path, said: bytes, facts: int
) -> None:
    half = tmp_path / "half.jsonl"
    half.write_bytes(b"".join(LINES[:20]))
    await parlor_log("replay", INTERVIEW)
    asked = await at_a_terminal(said, "replay", half)

    assert b"The log there has 51 facts" in asked.stderr
    assert asked.status == (0 if facts == 20 else 1)
    assert len((await parlor_log("export")).stdout.splitlines()) == facts


async def test_it_goes_as_fast_as_it_is_told(parlor_log: Typed) -> None:
    began = time.monotonic()
    assert (await parlor_log("replay", "--speed", "20", INTERVIEW)).status == 0

    assert time.monotonic() - began >= 50 * 0.25 / 20
    assert (await parlor_log("export")).stdout == INTERVIEW.read_bytes()


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan"])
async def test_a_speed_that_is_none_is_refused(parlor_log: Typed, speed: str) -> None:
    refused = await parlor_log("replay", "--speed", speed, INTERVIEW)

    assert refused.status == 2
    assert b"a speed is a number above 0" in refused.stderr


async def identity(nats_url: str) -> str:
    broker = await Broker.connect(nats_url, "test")
    try:
        return await (await JetStreamLog.open(broker.client)).identity()
    finally:
        await broker.drain()


@pytest.mark.parametrize(("lines", "status"), [(LINES, 0), (LINES[1:3] + LINES[:1], 0), (LINES[:8] + LINES[9:], 1)])
async def test_what_comes_through_a_pipe_is_checked_whole_too(
    parlor_log: Typed, lines: list[bytes], status: int
) -> None:
    process = await started("replay", "-", stdin=asyncio.subprocess.PIPE)
    async with asyncio.timeout(PATIENCE_S):
        await process.communicate(b"".join(lines))

    assert process.returncode == status
    assert (await parlor_log("export")).stdout == (b"" if status else b"".join(lines))
