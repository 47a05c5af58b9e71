"""Every log that was ever kept can be read, is whole, can be written into a real log again, and adds up to the same."""

from pathlib import Path

import msgspec
import pytest

from libs.events.jetstream.existing import open_existing
from libs.events.log import EventLog
from libs.events.logstate import LogState, fold
from libs.events.memory import MemoryLog
from libs.events.replay import NotEmpty, check, replay
from libs.events.testing.broker import connected
from libs.events.testing.plugin import ReplayIntoBroker, ReplayLog

FOLDER = Path(__file__).parents[2] / "replay"
LOGS = sorted(FOLDER.glob("*.jsonl"))
every_log = pytest.mark.parametrize("file", LOGS, ids=[file.stem for file in LOGS])


def expected(file: Path) -> dict[int, LogState]:
    """What the facts up to a line add up to."""
    known = file.with_suffix(".expected.json")
    return msgspec.json.decode(known.read_bytes(), type=dict[int, LogState])


async def written(log: EventLog) -> list[bytes]:
    return [fact.line async for batch in log.read_all() for fact in batch]


def test_there_are_logs_to_replay() -> None:
    assert LOGS


@every_log
def test_a_kept_log_is_whole_and_every_fact_is_known(file: Path, replayed_log: ReplayLog) -> None:
    log = replayed_log(file, strict=True)

    assert check(log.facts) == len(file.read_bytes().splitlines())


@every_log
def test_a_kept_log_adds_up_to_what_it_always_did(file: Path, replayed_log: ReplayLog) -> None:
    facts = replayed_log(file).facts

    assert {line: fold(facts[:line]) for line in expected(file)} == expected(file)


@every_log
async def test_a_kept_log_replayed_into_a_real_log_is_the_same_log(
    file: Path, replayed_broker: ReplayIntoBroker
) -> None:
    async with connected(replayed_broker(file).url) as client:
        log = await open_existing(client)
        facts = [fact async for batch in log.read_all() for fact in batch]

    assert [fact.line for fact in facts] == file.read_bytes().splitlines()
    assert fold(facts) == expected(file)[len(facts)]


async def test_a_log_with_facts_in_it_is_not_replayed_into(replayed_log: ReplayLog) -> None:
    log, facts = MemoryLog(), replayed_log(LOGS[0]).facts
    counts = [count async for count in replay(log, facts)]
    assert counts[-1] == len(facts)

    with pytest.raises(NotEmpty, match="has facts in it already"):
        await anext(replay(log, facts))
    assert len(await written(log)) == len(facts)
