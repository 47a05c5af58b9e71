"""Names of people in the database: sealed, found again, and of an earlier Parlor sealed at the next start."""

import pytest

from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from libs.service.database import AsyncEngine, raw
from libs.service.sealing import BadSealingKey, new_sealing_key
from services.rooms.config import RoomsSettings
from services.rooms.main import build
from tests.integration.rooms.running import Lobby, running

NAME = "Zephyrine Quillfeather"


async def kept(database: AsyncEngine) -> str:
    """Everything that is kept, as text."""
    tables = ("people", "person_keys", "answers", "refresh_tokens", "oauth_codes")
    async with raw(database) as connection:
        rows = [await connection.fetch(f"SELECT to_jsonb(t)::text AS row FROM kept.{table} AS t") for table in tables]  # noqa: S608  # of the line above
    return "\n".join(row["row"] for each in rows for row in each)


async def test_a_name_is_kept_sealed_and_found_again(lobby: Lobby, database: AsyncEngine) -> None:
    first, again = await lobby.person(NAME), await lobby.person(NAME)
    other = await lobby.person(NAME.lower())

    assert first.person == again.person != other.person
    assert first.person in await kept(database)
    assert "quill" not in (await kept(database)).lower()


async def test_names_of_an_earlier_parlor_are_sealed_at_the_next_start(
    settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine
) -> None:
    async with raw(database) as connection:
        await connection.execute("INSERT INTO kept.people (person, name) VALUES ('zephyrine2222222', $1)", NAME)
    async with running([build(settings, broker, log, database)]) as base:
        lobby = Lobby(base)
        assert (await lobby.person(NAME)).person == "zephyrine2222222"
        await lobby.client.aclose()

    assert "quill" not in (await kept(database)).lower()


async def test_another_installations_key_is_refused_at_the_start(
    lobby: Lobby, settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine
) -> None:
    await lobby.person(NAME)
    settings.sealing_key_file.write_bytes(new_sealing_key())
    part = build(settings, broker, log, database)

    with pytest.raises(BadSealingKey, match="sealed with another key than SEALING_KEY_FILE has"):
        await part.start()
