"""The same command gets the same answer for a day, whether answers are in memory or in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from libs.service.answers import Answers, Kept, MemoryAnswers
from libs.service.answers_kept import SWEEP, KeptAnswers
from libs.service.database import engine, raw

YES = Kept(fingerprint="f1", status=200, answer=b'{"accepted":true}')
NO = Kept(fingerprint="f2", status=409, answer=b'{"rejected":true}')


@pytest.fixture(params=["memory", "postgresql"])
async def answers(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Answers]:
    if request.param == "memory":
        yield MemoryAnswers()
        return
    pool = engine(database_url)
    yield KeptAnswers(pool)
    await pool.dispose()


async def test_an_answer_is_recalled_as_it_was(answers: Answers) -> None:
    await answers.keep("ana/1", YES)

    assert await answers.recall("ana/1") == YES
    assert await answers.recall("ben/1") is None


async def test_the_first_answer_stays(answers: Answers) -> None:
    await answers.keep("ana/1", YES)
    await answers.keep("ana/1", NO)

    assert await answers.recall("ana/1") == YES


async def test_of_answers_that_come_at_once_one_stays(answers: Answers) -> None:
    await asyncio.gather(*(answers.keep("ana/1", one) for one in (YES, NO) * 5))

    assert await answers.recall("ana/1") in (YES, NO)


async def test_after_a_day_an_answer_is_forgotten_and_may_be_another(database_url: str) -> None:
    pool = engine(database_url)
    answers = KeptAnswers(pool)
    await answers.keep("ana/1", YES)
    async with raw(pool) as connection:
        await connection.execute("UPDATE kept.answers SET expires = now() - interval '1 second'")
    assert await answers.recall("ana/1") is None

    await answers.keep("ana/1", NO)
    assert await answers.recall("ana/1") == NO
    await pool.dispose()


async def test_forgotten_answers_are_thrown_away(database_url: str) -> None:
    pool = engine(database_url)
    answers = KeptAnswers(pool)
    await answers.keep("ana/1", YES)
    async with raw(pool) as connection:
        await connection.execute("UPDATE kept.answers SET expires = now() - interval '1 second'")
    await asyncio.gather(*(answers.keep(f"ben/{n}", YES) for n in range(SWEEP)))

    async with raw(pool) as connection:
        assert await connection.fetchval("SELECT count(*) FROM kept.answers") == SWEEP
    await pool.dispose()
