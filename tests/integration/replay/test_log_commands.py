"""`parlor log …` as a person types it, on real servers."""

from pathlib import Path

import msgspec

from libs.events.event import Audience
from libs.events.replay import read_lines
from libs.events.vocabulary import BY_TAG
from libs.service.database import engine, raw
from tests.integration.replay.typed import Typed

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
ROOM = "jazzinterview234"


async def test_a_log_is_put_in_and_taken_out_again_byte_for_byte(parlor_log: Typed) -> None:
    replayed = await parlor_log("replay", INTERVIEW)
    assert (replayed.status, replayed.stdout) == (0, b"51 facts written\n")

    assert (await parlor_log("export")).stdout == INTERVIEW.read_bytes()
    verified = (await parlor_log("verify")).stdout
    assert verified.startswith(b"51 facts in 12 aggregates: whole and unchanged\n")
    assert (await parlor_log("verify", INTERVIEW)).stdout == verified


async def test_a_log_is_not_put_on_top_of_another(parlor_log: Typed) -> None:
    await parlor_log("replay", INTERVIEW)
    again = await parlor_log("replay", INTERVIEW)

    assert again.status == 1
    assert again.stderr.startswith(b"parlor: the broker's log has facts in it already")


async def test_one_room_and_only_what_everybody_may_read_is_taken_out(parlor_log: Typed, tmp_path: Path) -> None:
    public = tmp_path / "public.jsonl"
    await parlor_log("replay", INTERVIEW)
    await parlor_log("export", "--room", ROOM, "--public", "-o", public)
    shown = await parlor_log("replay", "--dry", "--json", public)

    types = msgspec.json.decode(shown.stdout)["types"]
    assert all(BY_TAG[tag].audience is Audience.PUBLIC for tag in types)
    whole = [fact for fact in read_lines(INTERVIEW.read_bytes().splitlines()) if fact.envelope.subject.startswith(ROOM)]
    assert sum(types.values()) == sum(fact.event.audience is Audience.PUBLIC for fact in whole)


async def test_a_changed_file_fails_verification(parlor_log: Typed, tmp_path: Path) -> None:
    changed = tmp_path / "changed.jsonl"
    changed.write_bytes(INTERVIEW.read_bytes().replace(b'"actor":"cyz', b'"actor":"zyc'))
    verified = await parlor_log("verify", changed)

    assert verified.status == 1
    assert b"is not the hash of the line before" in verified.stdout


async def test_a_file_that_is_no_log_is_named_by_its_line(parlor_log: Typed, tmp_path: Path) -> None:
    letter = tmp_path / "letter.jsonl"
    letter.write_bytes(INTERVIEW.read_bytes().splitlines()[0] + b"\nhello\n")
    refused = await parlor_log("replay", letter)

    assert refused.status == 1
    assert refused.stderr.startswith(b"parlor: line 2: not an event envelope")


async def test_a_room_that_cannot_be_one_is_refused_with_the_form(parlor_log: Typed) -> None:
    refused = await parlor_log("export", "--room", "Jazz!")

    assert refused.status == 2
    assert b"an id is 10 to 32 of a-z and 0-9" in refused.stderr


async def test_rebuilding_empties_the_views_and_keeps_the_rest(parlor_log: Typed, database_url: str) -> None:
    async def counts(*statements: str) -> list[int]:
        pool = engine(database_url)
        async with raw(pool) as connection:
            found = [await connection.fetchval(statement) for statement in statements]
        await pool.dispose()
        return found

    kept, view = "SELECT count(*) FROM kept.people", "SELECT count(*) FROM view.checkpoints"
    await counts(
        "INSERT INTO kept.people (person, name) VALUES ('ana2222222222222', 'Ana')",
        "INSERT INTO view.checkpoints VALUES ('listing', 'EVT of yesterday', 7)",
    )
    assert (await parlor_log("rebuild")).status == 0

    assert await counts(kept, view) == [1, 0]
