"""`parlor up` as a child of ours: own state, free ports, and on a leash, so that nothing outlives the demo."""

import contextlib
import os
import shutil
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec

from libs.events.embedded.child import Child
from parlor.embedded.infra import locked

WITHIN = 90.0
ENDING = ((signal.SIGINT, 15.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
FOREIGN = ("NATS_URL", "DATABASE_URL", "PUBLIC_URL", "PAGE_URL", "ALEXA_SKILL_ID", "TLS_CERT_FILE", "TLS_KEY_FILE")
"""What the environment may say about another installation is not for this one."""


class Ports(msgspec.Struct, frozen=True):
    """Where it listens. The mixer's admin port is the one after `admin`."""

    http: int
    https: int
    admin: int
    rtp: int


class Composition(msgspec.Struct, frozen=True):
    """A Parlor that runs."""

    state: Path
    ports: Ports

    @property
    def page(self) -> str:
        """Where people are served."""
        return f"http://localhost:{self.ports.http}"

    @property
    def echo(self) -> str:
        """Where an Echo is served."""
        return f"https://localhost:{self.ports.https}"


@contextlib.contextmanager
def running(state: Path) -> Iterator[Composition]:
    """Everything on a state folder made anew, ready to be used; ended in order when the block is left. Raises Fault."""
    forget(state)
    ports = free_ports()
    child = Child("parlor up", [sys.executable, "-m", "parlor", "up"], state.with_name("parlor-up.log"))
    environ = dict.fromkeys(FOREIGN, "") | {
        "PARLOR_STATE": str(state),
        "HTTP_PORT": str(ports.http),
        "HTTPS_PORT": str(ports.https),
        "ADMIN_PORT": str(ports.admin),
        "RTP_PORT": str(ports.rtp),
        "ICECAST_PORT": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")))),
    }
    try:
        child.start(on_parent_death=signal.SIGTERM, environ=environ)
        child.wait_ready(lambda: healthy(ports.admin), WITHIN)
        yield Composition(state, ports)
    finally:
        child.stop(ENDING)


def forget(state: Path) -> None:
    """Remove what the last demo left. Raises AlreadyRunning when that one still runs."""
    if not state.exists():
        state.parent.mkdir(parents=True, exist_ok=True)
        return
    with locked(state):
        shutil.rmtree(state)


def healthy(admin: int) -> bool:
    """True when all parts say that they are ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{admin}/health/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_ports() -> Ports:
    """Ports that nobody has at this moment."""
    with contextlib.ExitStack() as held:
        http, https = (bound(held, socket.SOCK_STREAM) for _ in range(2))
        return Ports(http, https, admin_port(held), bound(held, socket.SOCK_DGRAM))


def admin_port(held: contextlib.ExitStack) -> int:
    """The first of two neighbours that are both free."""
    while True:
        first = bound(held, socket.SOCK_STREAM)
        with contextlib.suppress(OSError, OverflowError):
            bound(held, socket.SOCK_STREAM, first + 1)
            return first


def bound(held: contextlib.ExitStack, kind: socket.SocketKind, port: int = 0) -> int:
    """Take a port on loopback until `held` is closed. Raises OSError."""
    taken = held.enter_context(socket.socket(socket.AF_INET, kind))
    taken.bind(("127.0.0.1", port))
    return int(taken.getsockname()[1])
