"""A whole Parlor as a person would start it, for tests: `parlor up` on free ports in a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

REPOSITORY = Path(__file__).parents[3]
START_S = 60.0
"""Far above the promised 15 s: a machine that tests something else beside it is slow, not wrong."""
END_S = 30.0
LOOK_EVERY_S = 0.05


class Parlor:
    """One running `parlor up`."""

    def __init__(self, process: "subprocess.Popen[bytes]", output: Path, settings: Mapping[str, str]) -> None:
        self.process = process
        self._output = output
        self.page = f"http://localhost:{settings['HTTP_PORT']}"
        self.public = f"https://localhost:{settings['HTTPS_PORT']}"
        self.admin = f"http://localhost:{settings['ADMIN_PORT']}"

    @property
    def said(self) -> str:
        """All that it said so far."""
        return self._output.read_text()

    def wait_said(self, words: str) -> None:
        """Wait until it has said these words."""
        deadline = time.monotonic() + START_S
        while words not in self.said:
            alive = self.process.poll() is None and time.monotonic() < deadline
            assert alive, f"it never said {words!r}, but: {self.said}"
            time.sleep(LOOK_EVERY_S)

    def family(self) -> list[psutil.Process]:
        """It and all that it started."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def mixer(self) -> psutil.Process | None:
        """Its mixer, when there is one."""
        return next((each for each in self.family() if each.is_running() and "mixer" in command(each)), None)

    def end(self, by: signal.Signals = signal.SIGINT) -> int:
        """As Ctrl-C; returns the exit status."""
        self.process.send_signal(by)
        return self.process.wait(END_S)

    def kill(self) -> None:
        """Everything, with 9. Some are gone before their turn comes: nothing outlives its parent."""
        family = self.family()
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        self.process.wait(END_S)
        psutil.wait_procs(family, timeout=END_S)

    @contextmanager
    def signed_in(self, name: str) -> Iterator[httpx.Client]:
        """A client that speaks for this person."""
        answer = httpx.post(f"{self.page}/api/sign-in", json={"name": name}, headers={"Origin": self.page})
        token = answer.raise_for_status().json()["access_token"]
        with httpx.Client(base_url=self.page, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
            yield client

    def live(self) -> list[dict[str, Any]]:
        """The rooms that the page lists."""
        listed: list[dict[str, Any]] = httpx.get(f"{self.page}/api/rooms").raise_for_status().json()["rooms"]
        return listed


@contextmanager
def parlor(state: Path, **settings: str) -> Iterator[Parlor]:
    """A Parlor that is on the air; nothing of it runs after the block."""
    running = begin(state, **settings)
    try:
        running.wait_said("Ctrl-C drains")
        yield running
    finally:
        if running.process.poll() is None:
            try:
                running.end()
            except subprocess.TimeoutExpired:
                running.kill()


def begin(state: Path, **settings: str) -> Parlor:
    """Start one without waiting."""
    ports = free_ports()
    chosen = {**ports, **settings}
    environ = {**os.environ, **chosen, "PARLOR_STATE": str(state), "PYTHONUNBUFFERED": "1"}
    output = state.parent / f"said-{chosen['HTTP_PORT']}.txt"
    with output.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "parlor", "up"],
            cwd=REPOSITORY,
            env=environ,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Parlor(process, output, chosen)


def refused(state: Path, **settings: str) -> str:
    """What a Parlor says that must not start: one sentence, exit status 1."""
    up = begin(state, **settings)
    assert up.process.wait(START_S) == 1, up.said
    assert "Traceback" not in up.said
    return up.said


def free_ports() -> dict[str, str]:
    """Ports that were free a moment ago; the one after ADMIN_PORT too, as the mixer's is there."""
    with socket.socket() as http, socket.socket() as https, socket.socket(type=socket.SOCK_DGRAM) as rtp:
        for each in (http, https, rtp):
            each.bind(("127.0.0.1", 0))
        names = ("HTTP_PORT", "HTTPS_PORT", "RTP_PORT")
        found = {name: str(each.getsockname()[1]) for name, each in zip(names, (http, https, rtp), strict=True)}
        return found | {"ADMIN_PORT": str(two_ports()), "ICECAST_PORT": "0"}


def two_ports() -> int:
    """The first of two free neighbours."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def command(process: psutil.Process) -> list[str]:
    """A process's words; none when it has gone."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def of_state(state: Path) -> list[str]:
    """Processes that name this state folder in their command line or live in it."""
    return [" ".join(words) for words in map(command, psutil.process_iter()) if str(state) in " ".join(words)]
