"""nats-server with JetStream on loopback: one user per service, every write synced before it is acknowledged."""

import json
import os
import secrets
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

from libs.events.embedded.child import Child
from libs.events.embedded.faults import ServerDied
from parlor.embedded.binaries import nats_server
from parlor.embedded.leftovers import end_leftover
from parlor.embedded.permissions import OPERATOR, USERS, authorization

HOST = "127.0.0.1"
ENVIRON = {"GOMEMLIMIT": "192MiB", "GOGC": "50", "GOMAXPROCS": "2"}
"""Small and steady rather than fast to allocate: the log of one machine is not a busy one. With less than it needs for
the blocks that it reads from the server does little else than free memory, so there is room for a hundred thousand
facts."""
ATTEMPTS = 3
CONFIGURATION = """\
# Written at every start by `parlor up`; a change here does not last.
listen: "{host}:{port}"
server_name: "parlor"
max_payload: 1MB
pid_file: "{state}/nats.pid"
jetstream {{ store_dir: "{state}", max_memory_store: 16MB, max_file_store: 256GB, sync_interval: always }}
{authorization}
"""


class NatsServer:
    """One server. `state` keeps its streams, its port and its users' secrets (0600)."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.passwords: Mapping[str, str] = {}
        self.port = 0
        self.child = Child("nats-server", [nats_server(), "-c", state / "nats.conf"], state / "nats.log")

    @property
    def url(self) -> str:
        """Without a user."""
        return f"nats://{HOST}:{self.port}"

    def url_for(self, user: str = OPERATOR) -> str:
        """With user and password in it."""
        return f"nats://{user}:{self.passwords[user]}@{HOST}:{self.port}"

    def launch(self) -> None:
        """Begin to start; `wait_ready` says when it is there."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        end_leftover(self.state / "nats.pid", nats_server(), self.state / "nats.conf")
        self.passwords = kept_passwords(self.state / "secrets.json")
        self.port = self.port or usable_port(self.state / "port")
        configuration = CONFIGURATION.format(
            host=HOST, port=self.port, state=self.state, authorization=authorization(self.passwords)
        )
        write_private(self.state / "nats.conf", configuration)
        self.child.start(on_parent_death=signal.SIGTERM, environ=ENVIRON)

    def wait_ready(self) -> None:
        """Return when it takes clients (JetStream comes before that); a port lost to another program is replaced."""
        for attempt in range(ATTEMPTS):
            try:
                self.child.wait_ready(self._greets)
            except ServerDied as died:
                if "address already in use" not in str(died) or attempt + 1 == ATTEMPTS:
                    raise
                (self.state / "port").unlink(missing_ok=True)
                self.port = 0
                self.launch()
            else:
                (self.state / "port").write_text(str(self.port))
                return

    def start(self) -> None:
        """Launch and wait."""
        self.launch()
        self.wait_ready()

    def stop(self) -> None:
        """Let it finish what it acknowledged, then end it."""
        self.child.stop([(signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)])

    def _greets(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1.0) as connection:
                return connection.recv(5) == b"INFO " and self.child.running
        except OSError:
            return False


def kept_passwords(file: Path) -> Mapping[str, str]:
    """One random secret per user, the same ones at every start."""
    known = json.loads(file.read_text()) if file.exists() else {}
    passwords = {user: known.get(user) or secrets.token_urlsafe(24) for user in USERS}
    if passwords != known:
        write_private(file, json.dumps(passwords))
    return passwords


def write_private(file: Path, text: str) -> None:
    """Replace a file by one that only its owner may read."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
    fresh.replace(file)


def usable_port(remembered: Path) -> int:
    """The port of last time when it is free, else any free one."""
    wished = int(remembered.read_text()) if remembered.exists() else 0
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerDied(f"no port is free on {HOST}")
