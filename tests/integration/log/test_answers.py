"""No answer but a plain acknowledgement is believed, whatever a server says of conflicts and repetitions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.events.envelope import encode
from libs.events.ids import START
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import AppendedMeanwhile, Decision
from libs.events.subjects import event_subject
from tests.integration.log.facts import Chain
from tests.integration.log.scripted import Answer, ScriptedStream, refused, scripted_stream

WRONG_LAST = 10071
WRONG_LAST_WHILE_ANOTHER_IS_UNDER_WAY = 10164
SAME_ID_UNDER_WAY = 10158
NOT_AVAILABLE = 10008
CONFLICTS = [WRONG_LAST, WRONG_LAST_WHILE_ANOTHER_IS_UNDER_WAY]

DUPLICATE = {"stream": "EVT", "seq": 1, "duplicate": True}


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[tuple[ScriptedStream, JetStreamLog]]:
    async with scripted_stream(tmp_path) as (stream, client):
        yield stream, await JetStreamLog.open(client)


@pytest.mark.parametrize(
    "answer",
    [
        *(pytest.param(refused(code), id=str(code)) for code in [*CONFLICTS, SAME_ID_UNDER_WAY, NOT_AVAILABLE]),
        pytest.param(Answer(DUPLICATE), id="duplicate"),
    ],
)
async def test_a_refusal_while_the_expectation_holds_is_tried_again(
    scripted: tuple[ScriptedStream, JetStreamLog], answer: Answer
) -> None:
    """Also "that was written already", when it was not."""
    stream, log = scripted
    chain = Chain()
    stream.script = [answer, answer]

    assert await log.append(chain.about, chain.opened(), expected=START) == 1
    assert (stream.asked, len(stream.stored)) == (3, 1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refused(WRONG_LAST, stores=True), id="one server"),
        pytest.param(Answer(DUPLICATE, stores=True), id="three servers"),
        pytest.param(refused(WRONG_LAST_WHILE_ANOTHER_IS_UNDER_WAY, stores=True), id="under way"),
    ],
)
async def test_a_retry_after_a_lost_acknowledgement_learns_where_its_fact_is(
    scripted: tuple[ScriptedStream, JetStreamLog], answer: Answer
) -> None:
    """One server calls the retry a conflict, three call it a duplicate."""
    stream, log = scripted
    chain, other = Chain(), Chain()
    await log.append(other.about, other.opened(), expected=START)
    stream.script = [answer]

    assert await log.append(chain.about, chain.opened(), expected=START) == 2
    assert (stream.asked, len(stream.stored)) == (2, 2)


@pytest.mark.parametrize("code", CONFLICTS)
async def test_both_conflict_codes_are_a_conflict_when_others_were_faster(
    scripted: tuple[ScriptedStream, JetStreamLog], code: int
) -> None:
    stream, log = scripted
    chain = Chain()
    [theirs] = Chain(chain.about).opened()
    stream.stored.append((event_subject(chain.about, theirs.type), encode(theirs)))
    stream.script = [refused(code)]

    with pytest.raises(AppendedMeanwhile):
        await log.append(chain.about, chain.opened(), expected=START)
    assert stream.asked == 1


async def test_doubtful_answers_among_many_are_settled_each_alone(
    scripted: tuple[ScriptedStream, JetStreamLog],
) -> None:
    stream, log = scripted
    plain = Answer(stores=True)
    doubtful = [
        refused(WRONG_LAST),
        refused(WRONG_LAST_WHILE_ANOTHER_IS_UNDER_WAY, stores=True),
        Answer(DUPLICATE),
        Answer(DUPLICATE, stores=True),
        refused(NOT_AVAILABLE),
    ]
    stream.script = [answer for one in doubtful for answer in (plain, one)]
    decisions = [Decision(chain.about, chain.opened(), START) for chain in (Chain() for _ in range(12))]

    outcomes = await log.append_many(decisions)

    lines = [data for _, data in stream.stored]
    assert outcomes == [lines.index(encode(decision.facts[0])) + 1 for decision in decisions]
    assert len(lines) == len(decisions)
    assert stream.asked == len(decisions) + 3
