"""One nats-server or three that keep one log, every connection of clients and routes through a proxy of its own.

One server has the default `sync_interval` of two minutes. It is killed with SIGKILL all the same, because what the
process has handed to the kernel (the page cache) outlives the process: only the power going would lose it. Three
servers sync always, as in production.
"""

import asyncio
import signal
from pathlib import Path

from libs.events.embedded.child import Child
from parlor.embedded.binaries import nats_server
from tests.integration.faults.proxy import Proxy
from tests.integration.log.cluster import free_ports

ALONE = """
listen: "127.0.0.1:{port}"
server_name: "log{number}"
jetstream {{ store_dir: "{folder}" }}
"""
TOGETHER = """
listen: "127.0.0.1:{port}"
server_name: "log{number}"
jetstream {{ store_dir: "{folder}", sync_interval: always }}
cluster {{ name: "log", listen: "127.0.0.1:{route}", no_advertise: true, routes: [{routes}] }}
"""


class Servers:
    """The servers by number. `urls` makes a client its own ways to them; `routes` are those between them."""

    def __init__(self, folder: Path, count: int) -> None:
        self.count = count
        self.clients: list[Proxy] = []
        self.routes: dict[tuple[int, int], Proxy] = {}
        self._folder = folder
        self._ports = free_ports(2 * count)
        self._children: list[Child] = []

    async def start(self) -> None:
        """Start all, with whole ways between them."""
        pairs = [(one, other) for one in range(self.count) for other in range(self.count) if one != other]
        for one, other in pairs:
            self.routes[one, other] = await Proxy(self._ports[self.count + other]).start()
        for number in range(self.count):
            home = self._folder / f"log{number}"
            home.mkdir(parents=True)
            ways = [f'"nats://127.0.0.1:{way.port}"' for (one, _), way in self.routes.items() if one == number]
            configuration = (ALONE if self.count == 1 else TOGETHER).format(
                port=self._ports[number],
                route=self._ports[self.count + number],
                number=number,
                folder=home,
                routes=", ".join(ways),
            )
            (home / "nats.conf").write_text(configuration)
            self._children.append(Child("nats-server", [nats_server(), "-c", home / "nats.conf"], home / "nats.log"))
            self.revive(number)

    async def urls(self) -> list[str]:
        """A way to each server that nobody else uses."""
        ways = [await Proxy(port).start() for port in self._ports[: self.count]]
        self.clients += ways
        return [f"nats://127.0.0.1:{way.port}" for way in ways]

    def kill(self, number: int) -> None:
        """SIGKILL: no time to write anything."""
        self._children[number].stop([(signal.SIGKILL, 5.0)])

    def revive(self, number: int) -> None:
        """Start a server that was killed, on the folder that it had."""
        self._children[number].start(on_parent_death=signal.SIGTERM)

    def pause(self, number: int) -> None:
        """SIGSTOP: its connections stay and nothing answers."""
        self._signal(number, signal.SIGSTOP)

    def resume(self, number: int) -> None:
        """SIGCONT: it takes up what waited in its sockets, in the belief that no time has passed."""
        self._signal(number, signal.SIGCONT)

    def around(self, number: int) -> list[Proxy]:
        """The routes that have this server at one end."""
        return [way for pair, way in self.routes.items() if number in pair]

    def _signal(self, number: int, sign: signal.Signals) -> None:
        process = self._children[number].process
        if process is not None and process.poll() is None:
            process.send_signal(sign)

    async def stop(self) -> None:
        """End everything."""
        for number, child in enumerate(self._children):
            self.resume(number)
            await asyncio.to_thread(child.stop, [(signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0)])
        for way in [*self.clients, *self.routes.values()]:
            await way.stop()
