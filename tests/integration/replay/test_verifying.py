"""`parlor log verify` as a person types it: what a log was through, and that it is the same as it was."""

from pathlib import Path

import msgspec

from libs.events.ids import START
from libs.events.jetstream.log import JetStreamLog
from tests.integration.log.clients import connected
from tests.integration.log.facts import Chain
from tests.integration.replay.typed import Typed

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"


async def evening(nats_url: str) -> None:
    """Two rooms in this installation's log."""
    client = await connected(nats_url)
    log = await JetStreamLog.open(client)
    for chain in (Chain(), Chain()):
        end = await log.append(chain.about, chain.opened(), expected=START)
        await log.append(chain.about, chain.muted(), expected=end)
    await client.close()


async def test_a_flipped_byte_in_the_last_line_fails_and_is_named_by_its_line(
    parlor_log: Typed, nats_url: str, tmp_path: Path
) -> None:
    whole, flipped = tmp_path / "whole.jsonl", tmp_path / "flipped.jsonl"
    await evening(nats_url)
    await parlor_log("export", "-o", whole)
    last = whole.read_bytes().rindex(b'"actor":"a')
    flipped.write_bytes(whole.read_bytes()[: last + 9] + b"e" + whole.read_bytes()[last + 10 :])

    assert (await parlor_log("verify", whole)).status == 0
    refused = await parlor_log("verify", flipped)
    assert refused.status == 1
    assert refused.stdout.startswith(b"line 4, rooms ")
    assert b"its checksum is" in refused.stdout
    assert b"4 facts in 2 aggregates: 1 faults" in refused.stdout


async def test_a_log_and_its_export_have_one_digest_and_a_cut_export_has_another(
    parlor_log: Typed, nats_url: str, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    await evening(nats_url)
    await parlor_log("export", "-o", whole)
    cut.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:-1]))
    verdict = msgspec.json.decode((await parlor_log("verify", "--json")).stdout)

    assert (await parlor_log("verify", "--digest", verdict["digest"], whole)).status == 0
    assert (await parlor_log("verify", cut)).status == 0
    refused = await parlor_log("verify", "--digest", verdict["digest"], cut)
    assert refused.status == 1
    assert b"another log than that of digest" in refused.stdout


async def test_every_wrong_line_of_a_file_is_counted_also_after_one_that_is_none(
    parlor_log: Typed, tmp_path: Path
) -> None:
    spoilt = tmp_path / "spoilt.jsonl"
    lines = INTERVIEW.read_bytes().splitlines(keepends=True)
    lines[2] = b"hello\n"
    lines[30] = lines[30].replace(b'"revision":', b'"revision" :')
    spoilt.write_bytes(b"".join(lines))
    verified = await parlor_log("verify", "--json", spoilt)

    verdict = msgspec.json.decode(verified.stdout)
    assert verified.status == 1
    assert verdict["facts"] == 51
    assert verdict["faults"][0].startswith("line 3: not an event envelope")
    assert any(fault.startswith("line 31, ") for fault in verdict["faults"])


async def test_a_part_of_a_log_has_gaps_and_no_faults(parlor_log: Typed, tmp_path: Path) -> None:
    part = tmp_path / "part.jsonl"
    part.write_bytes(b"".join(INTERVIEW.read_bytes().splitlines(keepends=True)[20:40]))

    assert (await parlor_log("verify", part)).status == 1
    verified = await parlor_log("verify", "--part", part)
    assert verified.status == 0
    assert b"whole and unchanged, " in verified.stdout
    assert b" gaps" in verified.stdout


async def test_lines_from_before_there_were_checksums_are_told_of(parlor_log: Typed) -> None:
    verified = await parlor_log("verify", INTERVIEW)

    assert verified.status == 0
    assert b"12 of them end in a line of before checksums" in verified.stdout
