"""The page's files."""

import re
from pathlib import Path

import pytest

from services.rooms.api_page import ASSETS, PAGES, WEB
from tests.integration.rooms.running import Lobby


async def test_every_page_is_strict_about_what_it_loads(lobby: Lobby) -> None:
    for path in ("/", "/room/houseroom0001", "/studio/houseroom0001", "/legal/privacy", "/legal/terms"):
        answer = await lobby.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'; script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]


async def test_a_file_that_the_browser_has_is_not_sent_again(lobby: Lobby) -> None:
    first = await lobby.client.get("/web/page.css")
    again = await lobby.client.get("/web/page.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await lobby.client.head("/")).status_code == 200


async def test_linking_has_its_doors(lobby: Lobby) -> None:
    configuration = (await lobby.client.get("/.well-known/openid-configuration")).json()
    assert configuration["token_endpoint"] == "https://localhost:8443/oauth/token"


@pytest.mark.parametrize("page", sorted(WEB.glob("*.html")), ids=lambda page: page.name)
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)
    assert '<html lang="en">' in text


def test_every_file_of_the_page_is_served() -> None:
    assert {file.name for file in WEB.iterdir()} == {*PAGES.values(), *ASSETS}
