"""`parlor up` is there soon, alone on its state, mends its mixer, and leaves nothing."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.integration.up.running import END_S, REPOSITORY, Parlor, command, of_state, parlor, refused


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder in a closed folder, as everybody's home is."""
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o700)
    return folder / "state"


@pytest.fixture(scope="module")
def running(state: Path) -> Iterator[Parlor]:
    """One Parlor for the tests below."""
    with parlor(state) as up:
        yield up


def test_it_says_where_it_is(running: Parlor) -> None:
    assert running.page in running.said
    assert running.public in running.said
    assert httpx.get(f"{running.admin}/health/ready").json() == {}


def test_the_page_and_the_same_over_https(running: Parlor, state: Path) -> None:
    trusted = ssl.create_default_context(cafile=str(state / "ca" / "ca.pem"))
    with httpx.Client(verify=trusted) as client:
        assert client.get(f"{running.public}/api/rooms").status_code == 200
    assert httpx.get(f"{running.page}/").status_code == 200


def test_the_house_is_on_the_air(running: Parlor) -> None:
    assert "house" in [room["automation"] for room in running.live()]


def test_a_second_one_on_the_same_state_says_so(running: Parlor, state: Path) -> None:
    said = refused(state)
    assert f"Parlor already runs on {state} (process {running.process.pid})" in " ".join(said.split("\n"))


def test_a_port_that_is_taken_is_named_with_its_setting(tmp_path: Path, database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(tmp_path / "state", HTTP_PORT=str(port), DATABASE_URL=database_url)
    assert f"port {port} on 127.0.0.1 is taken" in said
    assert "HTTP_PORT" in said
    assert of_state(tmp_path) == []


def test_a_dead_nats_is_one_sentence(tmp_path: Path, database_url: str) -> None:
    said = refused(tmp_path / "state", NATS_URL="nats://127.0.0.1:9", DATABASE_URL=database_url)
    assert "no NATS server lets" in said
    assert of_state(tmp_path) == []


def test_a_token_speaks_for_the_person(running: Parlor) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "parlor", "token", "Ana"],
        cwd=REPOSITORY,
        env={"PAGE_URL": running.page, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    token = made.stdout.strip()
    me = httpx.get(f"{running.page}/api/me", headers={"Authorization": f"Bearer {token}"})
    with running.signed_in("Ana") as client:
        assert me.json()["person"] == client.get("/api/me").json()["person"]


def test_a_mixer_that_dies_is_started_again(running: Parlor) -> None:
    mixer = running.mixer()
    assert mixer is not None
    mixer.kill()
    mixer.wait(END_S)
    deadline = time.monotonic() + END_S
    while running.mixer() is None or httpx.get(f"{running.admin}/health/ready").json() != {}:
        assert time.monotonic() < deadline, "the mixer did not come back"
        time.sleep(0.1)


@pytest.mark.parametrize("server", ["nats-server", "postgres"])
def test_a_server_that_dies_is_started_again(running: Parlor, server: str) -> None:
    victim = next(each for each in running.family() if server in command(each)[0])
    with running.signed_in("Ana") as client:
        victim.kill()
        victim.wait(END_S)
        deadline = time.monotonic() + END_S
        while client.post("/api/rooms", json={"title": f"After {server}"}).status_code != 201:
            assert time.monotonic() < deadline, f"no room could be opened after {server} died"
            time.sleep(0.1)


def test_ctrl_c_leaves_no_process_and_no_lock(running: Parlor, state: Path) -> None:
    family = running.family()
    assert running.end() == 0
    assert psutil.wait_procs(family, timeout=END_S)[1] == []
    assert of_state(state) == []
    assert not (state / "lock").exists()
    assert not (state / "postgres" / "socket").exists()
