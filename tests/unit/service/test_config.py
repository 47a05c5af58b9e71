"""One Struct, read once, all mistakes at once."""

from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from libs.service.config import Misconfigured, load


class Mixer(msgspec.Struct, frozen=True, kw_only=True):
    nats_url: str
    rtp_port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 5004
    https_port: int | None = None
    rtp_allow: tuple[str, ...] = ("127.0.0.0/8",)
    house_programme: bool = True
    house_assets: Path = Path("house")
    listen_secret: str = ""

    def __post_init__(self) -> None:
        if self.rtp_port == self.https_port:
            raise ValueError("RTP_PORT and HTTPS_PORT must differ")


NATS = {"NATS_URL": "nats://127.0.0.1:4222"}


def mistakes(environ: dict[str, str]) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        load(Mixer, environ)
    return str(caught.value).splitlines()


def test_a_field_reads_the_variable_of_its_name_in_its_own_type() -> None:
    environ = NATS | {"RTP_PORT": "6004", "RTP_ALLOW": "10.0.0.0/8, ::1", "HOUSE_ASSETS": "/a", "HTTPS_PORT": "8443"}

    mixer = load(Mixer, environ)

    assert (mixer.rtp_port, mixer.rtp_allow, mixer.house_assets) == (6004, ("10.0.0.0/8", "::1"), Path("/a"))
    assert mixer.https_port == 8443


@pytest.mark.parametrize(("text", "meant"), [("on", True), ("OFF", False), ("1", True), ("no", False)])
def test_a_switch_is_on_or_off(text: str, meant: bool) -> None:  # noqa: FBT001  # a table of cases
    assert load(Mixer, NATS | {"HOUSE_PROGRAMME": text}).house_programme is meant


def test_an_empty_variable_is_unset() -> None:
    assert load(Mixer, NATS | {"RTP_PORT": ""}).rtp_port == 5004


def test_all_mistakes_are_named_at_once() -> None:
    assert mistakes({"RTP_PORT": "70000", "HTTPS_PORT": "x", "HOUSE_PROGRAMME": "maybe"}) == [
        "NATS_URL is not set",
        "RTP_PORT: expected `int` <= 65535, not '70000'",
        "HTTPS_PORT: expected `int | null`, not 'x'",
        "HOUSE_PROGRAMME: expected on or off, not 'maybe'",
    ]


def test_rules_between_settings_are_mistakes_too() -> None:
    assert mistakes(NATS | {"RTP_PORT": "8443", "HTTPS_PORT": "8443"}) == ["RTP_PORT and HTTPS_PORT must differ"]


def test_a_secret_comes_from_a_file_without_its_newline(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush\n", encoding="utf-8")

    assert load(Mixer, NATS | {"LISTEN_SECRET_FILE": str(secret)}).listen_secret == "hush"


def test_a_missing_file_is_named_and_two_ways_at_once_are_refused(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")

    assert mistakes(NATS | {"LISTEN_SECRET_FILE": gone}) == [
        f"LISTEN_SECRET_FILE: can't read {gone}: No such file or directory"
    ]
    assert mistakes(NATS | {"LISTEN_SECRET_FILE": gone, "LISTEN_SECRET": "hush"}) == [
        "LISTEN_SECRET and LISTEN_SECRET_FILE are both set, one is enough"
    ]


def test_the_value_of_a_text_setting_is_never_repeated() -> None:
    class Strict(msgspec.Struct, frozen=True):
        password: Annotated[str, msgspec.Meta(min_length=16)]

    with pytest.raises(Misconfigured) as caught:
        load(Strict, {"PASSWORD": "tiny-secret"})

    assert "tiny-secret" not in str(caught.value)
