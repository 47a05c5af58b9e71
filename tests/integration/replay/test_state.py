"""`parlor log state` as a person types it: what a log adds up to at any moment of it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from libs.events.envelope import Envelope
from libs.events.logstate import LogState, fold
from libs.events.replay import read_lines
from tests.integration.replay.typed import Typed

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
ROOM = "jazzinterview234"
TIMES = [msgspec.json.decode(line, type=Envelope).time for line in INTERVIEW.read_bytes().splitlines()]
EXPECTED: dict[str, Any] = msgspec.json.decode(INTERVIEW.with_suffix(".expected.json").read_bytes())


def state(stdout: bytes) -> LogState:
    return msgspec.json.decode(stdout, type=LogState)


async def test_the_running_log_and_a_file_add_up_to_the_same(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)
    running = await parlor_log("state", "--json")

    assert running.status == 0
    assert msgspec.json.decode(running.stdout) == EXPECTED["51"]
    assert (await parlor_log("state", "--json", INTERVIEW)).stdout == running.stdout


async def test_at_a_time_the_log_was_what_it_was(parlor_log: Typed) -> None:
    then = await parlor_log("state", "--at", TIMES[22], "--json", INTERVIEW)

    assert state(then.stdout) == fold(read_lines(INTERVIEW.read_bytes().splitlines()[:23]))


async def test_a_moment_is_a_media_time_or_a_revision_of_a_room_too(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)
    muted = state((await parlor_log("state", "--room", ROOM, "--at", "6s", "--json")).stdout).rooms
    invited = state((await parlor_log("state", "--room", ROOM, "--at", "r2", "--json")).stdout).rooms

    assert list(muted) == list(invited) == [ROOM]
    assert [who for who, place in next(iter(muted.values())).stage.items() if place.muted] == ["cyz2222222222222"]
    assert next(iter(invited.values())).invited == ("ben2222222222222",)


async def test_people_see_tables(parlor_log: Typed) -> None:
    everything = await parlor_log("state", INTERVIEW)
    room = await parlor_log("state", "--room", ROOM, "--at", "0:00:06", INTERVIEW)

    assert b"rooms: 1" in everything.stdout
    assert b"cyz2222222222222 (speaker, muted, here)" in room.stdout
    assert b"0:00:05.7" in room.stdout
    assert b"\x1b[" not in room.stdout


@pytest.mark.parametrize(
    ("words", "taught"),
    [
        (("--at", "soon"), "12m30s"),
        (("--room", ROOM, "--at", "r99"), "there is no r99"),
        (("--room", "nosuchroom1234"), f"the log has {ROOM}"),
        (("--room", ROOM, "--at", "2001-01-01T00:00:00Z"), "was not there then"),
        (("--room", "Jazz!"), "an id is 10 to 32 of a-z and 0-9"),
    ],
)
async def test_a_moment_that_is_none_is_refused_with_what_there_is(
    parlor_log: Typed, words: tuple[str, ...], taught: str
) -> None:
    refused = await parlor_log("state", *words, INTERVIEW)

    assert refused.status == 2
    assert taught.encode() in b" ".join(refused.stderr.replace("│".encode(), b" ").split())
