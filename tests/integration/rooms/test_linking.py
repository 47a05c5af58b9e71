"""The rooms service is the authorization server too, and its links outlive a restart."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from libs.service.identity import new_signing_key
from libs.service.oauth import s256
from libs.service.sealing import new_sealing_key
from services.rooms.config import RoomsSettings
from services.rooms.main import build
from tests.integration.rooms.running import running

BACK = "https://alexa.example/link"
VERIFIER = "v" * 43
ASKED = {
    "response_type": "code",
    "client_id": "alexa",
    "redirect_uri": BACK,
    "code_challenge": s256(VERIFIER),
    "code_challenge_method": "S256",
}


@pytest.fixture
def settings(tmp_path: Path) -> RoomsSettings:
    """One client, from a file."""
    key, sealing, clients = tmp_path / "signing.pem", tmp_path / "sealing", tmp_path / "clients.json"
    key.write_bytes(new_signing_key())
    sealing.write_bytes(new_sealing_key())
    clients.write_text(
        f'[{{"client":"alexa","name":"Alexa","secret":"hush","redirect_uris":["{BACK}"]}}]', encoding="utf-8"
    )
    return RoomsSettings(
        signing_key_file=key, sealing_key_file=sealing, oauth_clients_file=clients, house_programme=False
    )


async def test_a_link_outlives_a_restart(
    settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine
) -> None:
    alexa = ("alexa", "hush")
    async with running([build(settings, broker, log, database)]) as base, httpx.AsyncClient(base_url=base) as browser:
        told = (await browser.get("/.well-known/openid-configuration")).json()
        pressed = await browser.post("/oauth/authorize", data=ASKED | {"name": "Ana", "decision": "allow"})
        code = parse_qs(urlsplit(pressed.headers["location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        tokens = (await browser.post("/oauth/token", data=form, auth=alexa)).json()
    async with running([build(settings, broker, log, database)]) as base, httpx.AsyncClient(base_url=base) as browser:
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        again = await browser.post("/oauth/token", data=form, auth=alexa)
        document = (await browser.get("/api/openapi.json")).json()

    assert told["issuer"] == settings.public_url
    assert again.status_code == 200
    assert again.json()["scope"] == "listen"
    assert "requestBody" in document["paths"]["/api/rooms"]["post"]
