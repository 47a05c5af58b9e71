"""nats-server in containers, for `make test INFRA=containers`: testcontainers on Docker, or on podman's own socket.

The image is made here from the same program as everywhere else, so that no registry is needed. The container has the
host's network and no published ports (nothing to forward, and it works where there is no bridge), and the state folder
at its own path, so that configuration, users and permissions are those of `parlor up`. Ryuk, which removes containers
of dead sessions, is off: it would have to be pulled. Debian's podman runs with runc, and with limits that we may set.
"""

import contextlib
import os
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import docker
from docker.errors import NotFound
from docker.types import Ulimit

from parlor.embedded.binaries import nats_server
from parlor.embedded.nats import NatsServer

IMAGE = "localhost/parlor-test-nats"
RECIPE = 'FROM scratch\nCOPY nats-server /nats-server\nENTRYPOINT ["/nats-server"]\n'
WAIT_SECONDS = 20.0
LOOK_EVERY = 0.02
ENOUGH = 4096


@contextlib.contextmanager
def container_engine(folder: Path) -> Iterator[str | None]:
    """The address of something that answers like Docker, a podman of our own if need be; None when there is none."""
    standing = [os.environ.get("DOCKER_HOST", ""), "unix:///var/run/docker.sock", "unix:///run/podman/podman.sock"]
    found = next((url for url in standing if url and answers(url)), None)
    if found is not None or shutil.which("podman") is None:
        yield found
        return
    url = f"unix://{folder}/podman.sock"
    runtime = ["--runtime", "runc"] if shutil.which("runc") else []
    with (folder / "podman.log").open("wb") as output:
        service = subprocess.Popen(["podman", *runtime, "system", "service", "--time=0", url], stderr=output)
    try:
        yield url if until(lambda: answers(url)) else None
    finally:
        service.terminate()
        service.wait(WAIT_SECONDS)


def answers(url: str) -> bool:
    """True when an engine is there: asked by hand, because a client that finds none leaves its socket open."""
    place = urlsplit(url)
    family = socket.AF_UNIX if place.scheme == "unix" else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(5)
        try:
            probe.connect(place.path if family is socket.AF_UNIX else (place.hostname, place.port or 2375))
            probe.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
            return b" 200 " in probe.recv(64)
        except OSError:
            return False


def until(done: Callable[[], bool]) -> bool:
    """Wait for something; False when it does not come."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_EVERY)
    return True


def build_image(url: str, folder: Path) -> str:
    """The image with our nats-server and nothing else."""
    (folder / "Dockerfile").write_text(RECIPE)
    shutil.copy(nats_server(), folder / "nats-server")
    with contextlib.closing(docker.DockerClient(base_url=url)) as client:
        client.images.build(path=str(folder), tag=IMAGE, rm=True)
    return IMAGE


def limits() -> list[Ulimit]:
    """Limits that we are allowed to pass on; podman's own default is above what some machines permit."""
    kinds = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
    allowed = {name: resource.getrlimit(kind)[1] for name, kind in kinds.items()}
    modest = {name: ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH) for name, hard in allowed.items()}
    return [Ulimit(name=name, soft=limit, hard=limit) for name, limit in modest.items()]


class ContainerChild:
    """As `libs.events.embedded.child.Child`, in a container."""

    def __init__(self, command: Sequence[str], state: Path) -> None:
        from testcontainers.core.container import DockerContainer

        self._state = state
        self._container = DockerContainer(IMAGE, command=shlex.join(command), volumes=[(str(state), str(state), "rw")])
        self._container.with_kwargs(network_mode="host", user=f"{os.getuid()}:{os.getgid()}", ulimits=limits())

    def start(self, *, on_parent_death: signal.Signals, environ: Mapping[str, str] | None = None) -> None:
        """Make and start it; a container does not die with us, so the fixture that made it must stop it."""
        del on_parent_death
        self._container.with_envs(**(environ or {})).start()

    @property
    def running(self) -> bool:
        """Is it there?"""
        container = self._container.get_wrapped_container()
        container.reload()
        return str(container.status) == "running"

    def wait_ready(self, ready: Callable[[], bool]) -> None:
        """Return once the probe says yes."""
        if not until(ready):
            raise AssertionError(f"no server in the container: {self._container.get_logs()!r}")

    def stop(self, degrees: Sequence[tuple[signal.Signals, float]]) -> None:
        """Stop and remove it. Twice is harmless."""
        container = self._container.get_wrapped_container()
        with contextlib.suppress(NotFound):
            container.stop(timeout=int(degrees[0][1]))
            container.remove(force=True)


class ContainerNats(NatsServer):
    """As `NatsServer`, in a container."""

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.child = ContainerChild(["-c", str(state / "nats.conf")], state)  # type: ignore[assignment]  # same methods, no process


def use(url: str) -> None:
    """Let testcontainers find the engine, and leave its reaper out. Before its first use in this process."""
    os.environ["DOCKER_HOST"] = url
    os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
