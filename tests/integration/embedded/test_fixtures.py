"""The servers of tests answer."""

import asyncpg
import nats


async def test_a_test_gets_its_own_database(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()


async def test_a_test_gets_its_own_log(nats_url: str) -> None:
    client = await nats.connect(nats_url)
    stream = await client.jetstream().add_stream(name="EVT", subjects=["evt.>"])
    assert stream.state.messages == 0
    await client.close()
