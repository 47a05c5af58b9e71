"""Every log that was ever kept can be read, is whole, can be written into a real log again, and adds up to the same."""

from pathlib import Path

import msgspec
import pytest

from libs.events.chain import Chains
from libs.events.envelope import encode
from libs.events.event import Unknown
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import EventLog
from libs.events.logstate import LogState, fold
from libs.events.memory import MemoryLog
from libs.events.replay import NotEmpty, read_lines, replay
from tests.integration.log.clients import connected

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
def test_a_kept_log_is_whole_and_every_fact_is_known(file: Path) -> None:
    chains = Chains()
    for fact in read_lines(file.read_bytes().splitlines()):
        chains.read(fact)
        assert not isinstance(fact.event, Unknown)
        assert encode(fact.envelope) == fact.line

    assert chains.faults == []


@every_log
def test_a_kept_log_adds_up_to_what_it_always_did(file: Path) -> None:
    facts = list(read_lines(file.read_bytes().splitlines()))

    assert {line: fold(facts[:line]) for line in expected(file)} == expected(file)


@every_log
async def test_a_kept_log_replayed_into_a_real_log_is_the_same_log(file: Path, nats_url: str) -> None:
    client = await connected(nats_url)
    log = await JetStreamLog.open(client)
    facts = list(read_lines(file.read_bytes().splitlines()))

    counts = [count async for count in replay(log, facts)]

    assert counts[-1] == len(facts)
    assert await written(log) == file.read_bytes().splitlines()
    state = fold([fact async for batch in log.read_all() for fact in batch])
    assert state == expected(file)[len(facts)]
    await client.close()


async def test_a_log_with_facts_in_it_is_not_replayed_into() -> None:
    log = MemoryLog()
    facts = list(read_lines(LOGS[0].read_bytes().splitlines()))
    async for _ in replay(log, facts):
        pass

    with pytest.raises(NotEmpty, match="has facts in it already"):
        await anext(replay(log, facts))
    assert len(await written(log)) == len(facts)
