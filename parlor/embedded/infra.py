"""The two servers together, with the lock on the state folder; what `parlor up` and the tests start."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from libs.events.embedded.faults import DiskFull, Fault
from libs.service.logs import logger
from parlor.embedded.faults import AlreadyRunning
from parlor.embedded.nats import NatsServer, write_private
from parlor.embedded.permissions import USERS
from parlor.embedded.postgres import Postgres

CONNECTION = "connection.json"
NEEDED_BYTES = 128 << 20
LOOK_EVERY_S = 0.5
Server: TypeAlias = NatsServer | Postgres


class Infra(msgspec.Struct, frozen=True):
    """Where the servers are. `passwords` is empty when NATS_URL names somebody else's server."""

    nats_url: str
    database_url: str
    passwords: Mapping[str, str]

    def environ(self, user: str) -> dict[str, str]:
        """The settings with which one of our services reaches them."""
        known = {"NATS_URL": self.nats_url, "DATABASE_URL": self.database_url}
        if user in self.passwords:
            known |= {"NATS_USER": user, "NATS_PASSWORD": self.passwords[user]}
        return known


@contextlib.asynccontextmanager
async def embedded(state: Path, environ: Mapping[str, str] = os.environ) -> AsyncIterator[Infra]:
    """Both servers for as long as the block runs; `NATS_URL` and `DATABASE_URL` replace one each.

    Call it from the main thread. Blocks the loop for the second or so that starting takes. Raises Fault.
    """
    with private_folder(state), locked(state), servers(state, environ) as (infra, own):
        write_private(state / CONNECTION, msgspec.json.encode(infra).decode())
        keeping = asyncio.create_task(keep_running(own), name="server keeper")
        try:
            yield infra
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])
            (state / CONNECTION).unlink(missing_ok=True)


async def keep_running(own: Sequence[Server]) -> None:
    """Start a server again that died; its clients come back by themselves, as its address stays."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for server in own:
            if not server.child.running:
                logger("servers").error("a server ended, starting it again", server=server.child.name)
                with contextlib.suppress(Fault):
                    server.launch()


@contextlib.asynccontextmanager
async def attached(state: Path, environ: Mapping[str, str] = os.environ) -> AsyncIterator[Infra]:
    """The servers of the `parlor up` that runs on this state; where none runs, servers of our own for the block."""
    async with contextlib.AsyncExitStack() as stack:
        try:
            infra = await stack.enter_async_context(embedded(state, environ))
        except AlreadyRunning:
            infra = running(state)
        yield infra


def running(state: Path) -> Infra:
    """What another process of ours wrote about its servers; raises Fault when it has not finished starting."""
    try:
        return msgspec.json.decode((state / CONNECTION).read_bytes(), type=Infra)
    except FileNotFoundError:
        raise Fault(f"no servers run on {state}: start them with `parlor up`") from None


@contextlib.contextmanager
def servers(state: Path, environ: Mapping[str, str]) -> Iterator[tuple[Infra, Sequence[Server]]]:
    """Start what is not given by URL, in parallel; stop it in the opposite order."""
    with contextlib.ExitStack() as stack:
        nats = None if environ.get("NATS_URL") else NatsServer(state / "nats")
        postgres = None if environ.get("DATABASE_URL") else Postgres(state / "postgres")
        own: list[Server] = [server for server in (nats, postgres) if server is not None]
        for server in own:
            stack.callback(server.stop)
            server.launch()
        for server in own:
            server.wait_ready()
        infra = Infra(
            nats_url=nats.url if nats else environ["NATS_URL"],
            database_url=postgres.url() if postgres else environ["DATABASE_URL"],
            passwords={user: nats.passwords[user] for user in USERS} if nats else {},
        )
        yield infra, own


@contextlib.contextmanager
def private_folder(state: Path) -> Iterator[None]:
    """Make the state folder for us alone, and see that there is room in it."""
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        room = os.statvfs(state)
    except OSError as error:
        raise Fault(f"the state folder {state} cannot be used: {error.strerror}") from None
    if room.f_bavail * room.f_frsize < NEEDED_BYTES:
        free = room.f_bavail * room.f_frsize >> 20
        raise DiskFull(f"{state} has {free} MB free and {NEEDED_BYTES >> 20} are needed: free some space")
    yield


@contextlib.contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the state folder; the kernel lets go when we end, however we end. Raises AlreadyRunning."""
    path = state / "lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = path.stat().st_ino == os.fstat(lock.fileno()).st_ino
        except (BlockingIOError, FileNotFoundError):
            ours = False
        if not ours:  # held, or removed by a holder that ended between our open and our lock
            lock.seek(0)
            holder = lock.read().strip() or "just ending"
            raise AlreadyRunning(f"Parlor already runs on {state} (process {holder}): stop that one first")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
