"""PostgreSQL on a unix socket that only we can reach, set up for little memory. Our own initdb and postgres runner."""

import contextlib
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from libs.events.embedded.child import NO_SPACE, Child
from libs.events.embedded.faults import DiskFull, ServerDied
from parlor.embedded import account
from parlor.embedded.binaries import postgres_programs
from parlor.embedded.leftovers import end_leftover
from parlor.embedded.sockets import socket_folder

DATABASE = "parlor"
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "8MB",
    "max_connections": "40",
    "work_mem": "2MB",
    "maintenance_work_mem": "16MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "128MB",
    "max_worker_processes": "0",
    "max_parallel_workers": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "1",
    "autovacuum_naptime": "5min",
    "bgwriter_delay": "10s",
    "wal_writer_delay": "10s",
    "jit": "off",
    "huge_pages": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
"""Facts are safe in NATS and views can be rebuilt, but `kept` cannot: so commits stay synchronous."""
SINCE_18: Mapping[str, str] = {"io_method": "sync"}
"""Without it three idle I/O workers run."""


class Postgres:
    """One server with its data below `state`. `extra` settings win over ours."""

    def __init__(self, state: Path, extra: Mapping[str, str] | None = None) -> None:
        self.state = state
        self.data = state / "data"
        self.programs = postgres_programs()
        self.sockets = socket_folder(state)
        self.extra = extra or {}
        self.ways = account.WAYS
        self.child = Child("postgres", [], state / "postgres.log")

    def url(self, database: str = DATABASE) -> str:
        """Where a database of this server is."""
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def launch(self) -> None:
        """Initialise what is missing and begin to start; `wait_ready` says when it is there."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        end_leftover(self.data / "postmaster.pid", self.programs / "postgres", self.data)
        self.data.mkdir(exist_ok=True, mode=0o700)
        self.sockets.mkdir(exist_ok=True, mode=0o700)
        prefix = account.way(self.ways)
        for folder in (self.data, self.sockets):
            account.give(folder, prefix)
        if not (self.data / "PG_VERSION").exists() or (self.state / "unfinished").exists():
            self._initialise(prefix)
        settings = {**SETTINGS, **self._newer(), "unix_socket_directories": str(self.sockets), **self.extra}
        options = [f"-c{name}={value}" for name, value in settings.items()]
        self.child.command = [*prefix, str(self.programs / "postgres"), "-D", str(self.data), *options]
        self.child.start(on_parent_death=signal.SIGINT)

    def wait_ready(self) -> None:
        """Return when it takes connections and has our database."""
        self.child.wait_ready(self._listens)

    def start(self) -> None:
        """Launch and wait."""
        self.launch()
        self.wait_ready()

    def stop(self) -> None:
        """Fast shutdown, then immediate, then without mercy; the socket folder goes too."""
        self.child.stop([(signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)])
        shutil.rmtree(self.sockets, ignore_errors=True)

    def _initialise(self, prefix: list[str]) -> None:
        unfinished = self.state / "unfinished"
        unfinished.touch()
        for old in self.data.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=4"]
        self._run([*prefix, str(self.programs / "initdb"), "-D", str(self.data), *options])
        single = [*prefix, str(self.programs / "postgres"), "--single", "-D", str(self.data), "postgres"]
        self._run(single, f"CREATE DATABASE {DATABASE}\n")
        unfinished.unlink()

    def _run(self, command: list[str], given: str = "") -> None:
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        if NO_SPACE in done.stderr:
            raise DiskFull(f"no space left on the disk that holds {self.state}: free some and start again")
        if done.returncode != 0:
            reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
            raise ServerDied(f"PostgreSQL could not be initialised: {reason}")

    def _newer(self) -> Mapping[str, str]:
        return SINCE_18 if int((self.data / "PG_VERSION").read_text()) >= 18 else {}

    def _listens(self) -> bool:
        """A start-up packet is answered with anything but FATAL once recovery is over."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            connection.connect(str(self.sockets / ".s.PGSQL.5432"))
            parameters = b"user\0postgres\0database\0postgres\0\0"
            connection.sendall((len(parameters) + 8).to_bytes(4, "big") + (3 << 16).to_bytes(4, "big") + parameters)
            return connection.recv(1) == b"R"
        return False
