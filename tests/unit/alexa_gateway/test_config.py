"""A local authority stands for Amazon's on this machine only."""

from pathlib import Path

import pytest

from libs.service.config import Misconfigured, load
from services.alexa_gateway.config import AlexaConfig, is_loopback
from services.alexa_gateway.trust import NoRoots, trusted

LOCAL = {
    "PUBLIC_URL": "https://localhost:8443",
    "LISTEN_SECRET": "secret",
    "ALEXA_SKILL_ID": "amzn1.ask.skill.local-parlor",
    "ALEXA_ROOTS": "/state/ca/ca.pem",
    "ALEXA_CERT_ORIGIN": "127.0.0.1:9443",
}


def mistakes(**changed: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        load(AlexaConfig, LOCAL | changed)
    return caught.value.mistakes


def test_a_local_skill_on_loopback_may_have_its_own_authority() -> None:
    assert load(AlexaConfig, LOCAL).alexa_cert_origin == "127.0.0.1:9443"


def test_a_skill_that_amazon_knows_may_not() -> None:
    found = mistakes(ALEXA_SKILL_ID="amzn1.ask.skill.0a1b2c3d")

    assert [mistake.split()[0] for mistake in found] == ["ALEXA_ROOTS", "ALEXA_CERT_ORIGIN"]


@pytest.mark.parametrize("url", ["https://radio.example.org", "https://192.168.1.2:8443", "https://127.example.org"])
def test_an_address_that_others_reach_may_not(url: str) -> None:
    assert len(mistakes(PUBLIC_URL=url)) == 2


@pytest.mark.parametrize("one", ["ALEXA_ROOTS", "ALEXA_CERT_ORIGIN"])
def test_each_of_the_two_is_refused_alone(one: str) -> None:
    other = {"ALEXA_ROOTS": "ALEXA_CERT_ORIGIN", "ALEXA_CERT_ORIGIN": "ALEXA_ROOTS"}[one]

    assert [mistake.split()[0] for mistake in mistakes(**{other: "", "PUBLIC_URL": "https://radio.example.org"})] == [
        one
    ]


def test_a_real_skill_needs_neither() -> None:
    real = {**LOCAL, "ALEXA_SKILL_ID": "amzn1.ask.skill.0a1b", "PUBLIC_URL": "https://radio.example.org"}

    assert load(AlexaConfig, {**real, "ALEXA_ROOTS": "", "ALEXA_CERT_ORIGIN": ""}).alexa_roots is None


def test_a_speaker_plays_nothing_but_https() -> None:
    assert mistakes(PUBLIC_URL="http://localhost:8080") == [
        "PUBLIC_URL must begin https://, a speaker plays nothing else"
    ]


@pytest.mark.parametrize(
    "url", ["https://localhost", "https://127.0.0.1:8443", "https://127.8.9.1", "https://[::1]:8443"]
)
def test_loopback_is_this_machine(url: str) -> None:
    assert is_loopback(url)


def test_the_public_authorities_are_the_default() -> None:
    trusted(None)


def test_a_roots_file_that_is_not_there_or_has_none_is_one_sentence(tmp_path: Path) -> None:
    empty = tmp_path / "roots.pem"
    empty.write_text("nothing")

    with pytest.raises(NoRoots, match="holds no certificate"):
        trusted(empty)
    with pytest.raises(NoRoots, match="can't read"):
        trusted(tmp_path / "missing.pem")
