"""`parlor log tail` as a person types it: facts as they happen, filtered, over a broker's restart, to the Ctrl-C."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from libs.events.envelope import Envelope
from libs.events.ids import START
from libs.events.jetstream.log import JetStreamLog
from parlor.embedded.nats import NatsServer
from tests.integration.log.clients import connected
from tests.integration.log.facts import Chain
from tests.integration.replay.typed import Typed

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
LINES = INTERVIEW.read_bytes().splitlines(keepends=True)
ENVELOPES = [msgspec.json.decode(line, type=Envelope) for line in LINES]
ROOM = "jazzinterview234"
LONG_AGO = ("--since", "2020-01-01T00:00:00Z")


async def tail(parlor_log: Typed, *words: str, count: int) -> list[Envelope]:
    """What a tail of the interview shows, which ends after so many facts."""
    said = await parlor_log("tail", *LONG_AGO, "--json", "--count", str(count), *words)
    assert said.status == 0
    return [msgspec.json.decode(line, type=Envelope) for line in said.stdout.splitlines()]


async def test_all_that_has_happened_since_is_shown_byte_for_byte(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)

    assert (await parlor_log("tail", *LONG_AGO, "--json", "--count", "51")).stdout == b"".join(LINES)


async def test_only_what_is_asked_for_is_shown(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)
    of_room = [one for one in ENVELOPES if one.aggregate.scope == ROOM]
    presence = [one for one in ENVELOPES if one.type.startswith("presence.")]
    speaking = [one for one in ENVELOPES if ".speaking-" in one.type]
    muted = [one for one in ENVELOPES if one.type == "rooms.speaker-muted.v1"]

    assert await tail(parlor_log, "--room", ROOM, count=len(of_room)) == of_room
    assert await tail(parlor_log, "--owner", "presence", count=len(presence)) == presence
    assert await tail(parlor_log, "--type", "*.speaking-*", count=len(speaking)) == speaking
    assert await tail(parlor_log, "--type", "SpeakerMuted", count=len(muted)) == muted
    assert [one.type for one in await tail(parlor_log, "--public", count=2)] == [
        "rooms.programme-created.v1",
        "rooms.room-opened.v1",
    ]


async def test_people_read_when_where_who_and_what_without_colours_in_a_file(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)
    shown = await parlor_log("tail", *LONG_AGO, "--type", "SpeakerMuted", "--count", "1")

    words = shown.stdout.decode().split()
    assert words[1:] == [ROOM, "ana2222222222222", "SpeakerMuted", "person=cyz2222222222222"]


@pytest.mark.parametrize(
    ("words", "taught"),
    [
        (("--owner", "radio"), "rooms, presence, media, playback"),
        (("--room", "Jazz!"), "an id is 10 to 32 of a-z and 0-9"),
        (("--since", "soon"), "2026-11-24T20:15:00Z"),
    ],
)
async def test_what_is_not_understood_is_refused_with_what_would_be(
    parlor_log: Typed, words: tuple[str, ...], taught: str
) -> None:
    refused = await parlor_log("tail", *words)

    assert refused.status == 2
    assert taught in " ".join(refused.stderr.decode().replace("│", " ").split())


@asynccontextmanager
async def tailing(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own, for Ctrl-C is a signal."""
    command = (sys.executable, "-m", "parlor", "log", "tail", *words)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env={**os.environ})
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.usefixtures("parlor_log")
async def test_it_goes_on_over_a_restart_and_ends_cleanly_at_a_ctrl_c(nats_server: NatsServer) -> None:
    client = await connected(nats_server.url_for())
    log, chain = await JetStreamLog.open(client), Chain()
    opened, muted = chain.opened(), chain.muted()
    end = await log.append(chain.about, opened, expected=START)

    async with tailing("--json", *LONG_AGO) as process:
        assert process.stdout is not None
        first = await asyncio.wait_for(process.stdout.readline(), 20)
        await asyncio.to_thread(nats_server.stop)
        await asyncio.to_thread(nats_server.start)
        await log.append(chain.about, muted, expected=end)
        second = await asyncio.wait_for(process.stdout.readline(), 20)
        process.send_signal(signal.SIGINT)
        rest, said = await asyncio.wait_for(process.communicate(), 20)

    assert [msgspec.json.decode(line, type=Envelope) for line in (first, second)] == [*opened, *muted]
    assert (process.returncode, rest) == (0, b"")
    assert b"Traceback" not in said
    await client.close()
