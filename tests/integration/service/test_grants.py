"""Grants keep the same promises in memory and in PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.events.ids import PersonId
from libs.service.config import Misconfigured
from libs.service.database import engine
from libs.service.oauth import Client, Code, Grants, Refresh
from libs.service.oauth_clients import read_clients
from libs.service.oauth_kept import KeptGrants
from libs.service.oauth_memory import MemoryGrants

ANA = PersonId("anaanaanaana")
FAR = 4_000_000_000
NOW = 3_000_000_000
ALEXA = Client(client="alexa", name="Alexa", redirect_uris=("https://a.example/1", "https://a.example/2"))
CODE = Code(
    client="alexa",
    person=ANA,
    redirect_uri="https://a.example/1",
    scope=("openid", "listen"),
    challenge="c" * 43,
    expires=FAR,
    nonce="n",
)
LINK = Refresh(family="f", client="alexa", person=ANA, scope=("listen",), expires=FAR)


@pytest.fixture(params=["memory", "postgres"])
async def grants(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Grants]:
    if request.param == "memory":
        yield MemoryGrants([ALEXA])
        return
    pool = engine(database_url)
    kept = KeptGrants(pool)
    await kept.register([Client(client="old", name="Old", redirect_uris=())])
    await kept.register([ALEXA])
    yield kept
    await pool.dispose()


async def test_registered_clients_are_known_and_others_are_not(grants: Grants) -> None:
    assert await grants.client("alexa") == ALEXA
    assert await grants.client("old") is None


async def test_a_code_is_given_out_once_and_whole(grants: Grants) -> None:
    await grants.put_code(b"digest", CODE)

    assert await grants.take_code(b"digest") == CODE
    assert await grants.take_code(b"digest") is None


async def test_a_refresh_token_remembers_its_first_use(grants: Grants) -> None:
    await grants.put_refresh(b"digest", LINK)
    first, second, third = [await grants.use_refresh(b"digest", NOW + n) for n in range(3)]
    assert first is not None
    assert second is not None
    assert third is not None

    assert first == LINK
    assert (second.used, third.used) == (NOW, NOW)
    assert await grants.use_refresh(b"other", NOW) is None


async def test_revoking_a_family_leaves_other_families(grants: Grants) -> None:
    await grants.put_refresh(b"1", LINK)
    await grants.put_refresh(b"2", LINK)
    await grants.put_refresh(b"3", Refresh(family="g", client="alexa", person=ANA, scope=(), expires=FAR))
    await grants.revoke("f")

    assert [await grants.use_refresh(digest, NOW) is None for digest in (b"1", b"2", b"3")] == [True, True, False]


def test_clients_come_from_a_file_and_their_secrets_stay_there(tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text(
        '[{"client":"alexa","name":"Alexa","secret":"hush","redirect_uris":["https://a.example"]},'
        '{"client":"page","name":"Page","redirect_uris":["http://localhost:8080/back"]}]',
        encoding="utf-8",
    )
    alexa, page = read_clients(file)

    assert alexa.secret_hash is not None
    assert b"hush" not in alexa.secret_hash
    assert page.secret_hash is None
    assert read_clients(None) == []


@pytest.mark.parametrize("uri", ["http://a.example", "https://a.example/#x", "javascript:alert(1)"])
def test_a_client_is_only_redirected_to_safe_places(tmp_path: Path, uri: str) -> None:
    file = tmp_path / "clients.json"
    file.write_text(f'[{{"client":"x","name":"X","redirect_uris":["{uri}"]}}]', encoding="utf-8")

    with pytest.raises(Misconfigured, match="must be https"):
        read_clients(file)
