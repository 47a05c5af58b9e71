"""Real servers for tests: each dies with the session, also when it is killed (libs/events/embedded/leash.py)."""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.jetstream.log import JetStreamLog
from libs.service.database import engine, migrate
from parlor.embedded.nats import NatsServer
from parlor.embedded.postgres import Postgres
from tests.integration.log.clients import connected

pytest_plugins = ["libs.events.testing.plugin"]
collect_ignore = ["fixtures"]
"""The projects in there are run by tests, in environments of their own."""

settings.register_profile("quick", deadline=None)
settings.register_profile("soak", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

TEMPLATE = "template_parlor"
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}
"""A test's data need not survive the power going."""
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the servers of this session."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def postgres(session_folder: Path) -> Iterator[Postgres]:
    """One PostgreSQL server for the session."""
    server = Postgres(session_folder / "postgres", UNSAFE)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
async def database_template(postgres: Postgres) -> str:
    """A database with every migration applied, to be copied."""
    connection = await asyncpg.connect(postgres.url("postgres"))
    await connection.execute(f"CREATE DATABASE {TEMPLATE}")
    await connection.close()
    await migrate(postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
async def database_url(postgres: Postgres, database_template: str) -> AsyncIterator[str]:
    """A fresh database for one test."""
    name = f"test_{next(numbers)}"
    connection = await asyncpg.connect(postgres.url("postgres"))
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {database_template} STRATEGY file_copy")
        yield postgres.url(name)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--infra=containers` puts nats-server into containers (tests/containers.py)."""
    parser.addoption("--infra", choices=("local", "containers"), default="local")


@pytest.fixture(scope="session")
def nats_kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[NatsServer]]:
    """What a NATS server is in this session: a child of ours, or a container."""
    if request.config.getoption("--infra") == "local":
        yield NatsServer
        return
    from tests.containers import ContainerNats, build_image, container_engine, use

    with container_engine(tmp_path_factory.mktemp("engine")) as url:
        if url is None:
            pytest.skip("neither Docker nor podman answers: start one, or install podman and runc")
        use(url)
        build_image(url, tmp_path_factory.mktemp("image"))
        yield ContainerNats


@pytest.fixture
def nats_server(session_folder: Path, nats_kind: type[NatsServer]) -> Iterator[NatsServer]:
    """A fresh NATS server for one test, with the users and permissions of `parlor up` (`.url_for(user)`)."""
    server = nats_kind(session_folder / f"nats-{next(numbers)}")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def nats_url(nats_server: NatsServer) -> str:
    """Where that server is, with the operator's name and password, who may do everything."""
    return nats_server.url_for()


@pytest.fixture
async def client(nats_url: str) -> AsyncIterator[Client]:
    """The operator's connection to this test's own NATS server."""
    connection = await connected(nats_url)
    yield connection
    await connection.close()


@pytest.fixture
async def jetstream(client: Client) -> JetStreamLog:
    """An empty log on that server."""
    return await JetStreamLog.open(client)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A pool on this test's own database, as a service has it."""
    pool = engine(database_url)
    yield pool
    await pool.dispose()
