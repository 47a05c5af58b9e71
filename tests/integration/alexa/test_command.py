"""`parlor echo --check`: exit 0 with what was heard, or exit 1 with the reason; `parlor cert-origin` until SIGTERM."""

import asyncio
import signal
import ssl
import sys
import wave
from pathlib import Path

import httpx
import pytest

from parlor.cli import main
from parlor.localca import CHAIN_URL, ORIGIN_NAME, ensure_in
from tests.integration.alexa.stage import Stage
from tests.integration.alexa.transmitter import Faults


async def parlor(*arguments: object) -> int:
    return await asyncio.to_thread(main, [str(argument) for argument in arguments])


def echo_check(live_stage: Stage, *more: object) -> tuple[object, ...]:
    local = live_stage.local
    where = ("--gateway", live_stage.url, "--ca", local.ca_pem, "--key", local.signing_key)
    return ("echo", *where, "--check", "open parlor live", "--seconds", 1, *more)


async def test_a_deployment_that_plays_passes(
    live_stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await live_stage.live("City Talk")
    record = tmp_path / "out" / "heard.wav"

    assert await parlor(*echo_check(live_stage, "--record", record)) == 0

    printed = capsys.readouterr().out
    assert "alexa  City Talk, live." in printed
    assert "heard  1.0 s of audio/mpeg at 64 kbit/s" in printed
    with wave.open(str(record)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (48_000, 1, 48_000)


async def test_of_several_rooms_the_house_programme_is_chosen(
    live_stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await live_stage.live("Parlor House Radio", "house radio")
    await live_stage.live("City Talk")

    assert await parlor(*echo_check(live_stage)) == 0
    assert "alexa  Parlor House Radio, live." in capsys.readouterr().out


async def test_a_deployment_with_nothing_on_air_fails_and_says_so(
    live_stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await parlor(*echo_check(live_stage)) == 1
    assert "nothing was played" in capsys.readouterr().err


async def test_a_wrong_content_type_fails_and_says_so(live_stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    await live_stage.live("City Talk")
    live_stage.transmitter.faults = Faults(content_type="text/html")

    assert await parlor(*echo_check(live_stage)) == 1
    assert "content type 'text/html'" in capsys.readouterr().err


async def test_nobody_there_fails_and_says_so(live_stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    asked = list(echo_check(live_stage))
    asked[2] = "https://localhost:9"

    assert await parlor(*asked) == 1
    assert "https://localhost:9/alexa: ConnectError" in capsys.readouterr().err


async def test_a_missing_authority_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await parlor("echo", "--key", tmp_path / "no.key", "--check", "open parlor live") == 1
    assert "did `parlor up` run here?" in capsys.readouterr().err


async def test_the_cert_origin_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    local = ensure_in(tmp_path)
    command = (sys.executable, "-m", "parlor", "cert-origin", str(tmp_path), "--port", "0")
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert running.stdout is not None
    place = (await asyncio.wait_for(running.stdout.readline(), 20)).decode().strip()

    async with httpx.AsyncClient(verify=_trust(local.ca_pem)) as client:
        url = CHAIN_URL.replace(ORIGIN_NAME, place)
        found = await client.get(url, headers={"Host": ORIGIN_NAME}, extensions={"sni_hostname": ORIGIN_NAME})
    running.send_signal(signal.SIGTERM)

    assert found.content == local.signing_cert.read_bytes()
    assert await asyncio.wait_for(running.wait(), 10) == 0


def _trust(file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(file))
