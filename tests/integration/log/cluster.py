"""Three nats-servers on loopback that keep one log between them, as in production."""

import asyncio
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from nats.aio.client import Client

from libs.events.embedded.child import Child
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import LogUnavailable
from parlor.embedded.binaries import nats_server
from tests.integration.log.clients import connected

REPLICAS = 3
FORMATION_SECONDS = 40
CONFIGURATION = """
listen: "127.0.0.1:{port}"
server_name: "log{number}"
jetstream {{ store_dir: "{folder}", sync_interval: always }}
cluster {{ name: "log", listen: "127.0.0.1:{route}", routes: [{routes}] }}
"""


class Cluster:
    """The three servers; `urls` has them all."""

    def __init__(self, folder: Path) -> None:
        ports = free_ports(2 * REPLICAS)
        routes = ", ".join(f'"nats://127.0.0.1:{route}"' for route in ports[REPLICAS:])
        self.urls = [f"nats://127.0.0.1:{port}" for port in ports[:REPLICAS]]
        self.servers: list[Child] = []
        for number in range(REPLICAS):
            home = folder / f"log{number}"
            home.mkdir(parents=True)
            configuration = CONFIGURATION.format(
                port=ports[number], route=ports[REPLICAS + number], number=number, folder=home, routes=routes
            )
            (home / "nats.conf").write_text(configuration)
            self.servers.append(Child("nats-server", [nats_server(), "-c", home / "nats.conf"], home / "nats.log"))

    def start(self) -> None:
        """Start all; they find each other within seconds."""
        for server in self.servers:
            server.start(on_parent_death=signal.SIGTERM)

    def stop(self) -> None:
        """Stop all."""
        for server in self.servers:
            server.stop([(signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)])


def free_ports(count: int) -> Sequence[int]:
    """Ports that nobody uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


async def new_log(cluster: Cluster) -> tuple[Client, JetStreamLog]:
    """A connection, and a log that is empty; waits until the cluster has a leader."""
    client = await connected(cluster.urls)
    async with asyncio.timeout(FORMATION_SECONDS):
        while True:
            try:
                await JetStreamLog.open(client, REPLICAS)
                await client.request("$JS.API.STREAM.DELETE.EVT", b"", timeout=5)
                return client, await JetStreamLog.open(client, REPLICAS)
            except LogUnavailable:
                await asyncio.sleep(0.1)
