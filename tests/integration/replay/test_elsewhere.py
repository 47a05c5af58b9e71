"""A log in a cluster somewhere else: come to with a credentials file, while nothing here is started or read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from parlor.localca import LocalCa, ensure_in
from tests.integration.replay.operators import Operated
from tests.integration.replay.typed import Typed

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
MAY_READ = (
    "$JS.API.STREAM.INFO.EVT",
    "$JS.API.CONSUMER.CREATE.EVT.>",
    "$JS.API.CONSUMER.MSG.NEXT.EVT.>",
    "$JS.API.CONSUMER.DELETE.EVT.>",
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalCa:
    """Whose certificates the cluster has."""
    return ensure_in(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, authority: LocalCa) -> Operated:
    """A server that takes TLS and signed users only."""
    tls = f'tls {{ cert_file: "{authority.https_cert}", key_file: "{authority.https_key}" }}'
    return Operated(tmp_path_factory.mktemp("cluster") / "nats", tls)


@pytest.fixture(scope="module")
def address(cluster: Operated) -> Iterator[str]:
    """Where it is."""
    with cluster.running() as place:
        yield f"tls://localhost:{place.rpartition(':')[2]}"


@pytest.fixture
def parlor_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Typed]:
    """On a machine whose own installation can't be reached, and is not looked for."""
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:1")
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
    monkeypatch.setenv("PARLOR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "120")
    yield Typed(capfdbinary)
    assert not (tmp_path / "state").exists()


@pytest.fixture
def way(cluster: Operated, address: str, authority: LocalCa) -> list[str | Path]:
    """How to come there as somebody who may do everything."""
    return ["--nats", address, "--creds", cluster.credentials("operator"), "--ca", authority.ca_pem]


async def test_a_log_is_put_into_a_cluster_and_taken_out_with_a_credentials_file(
    parlor_log: Typed, way: list[str | Path], cluster: Operated, tmp_path: Path
) -> None:
    assert (await parlor_log("replay", "--yes", INTERVIEW, *way)).stdout == b"51 facts written\n"
    assert (await parlor_log("replay", INTERVIEW, *way)).status == 1

    reader = cluster.credentials("reader", pub={"allow": MAY_READ}, sub={"allow": ["_INBOX.>"]})
    way[3] = reader
    taken = tmp_path / "taken.jsonl"
    assert (await parlor_log("export", "-o", taken, *way)).status == 0
    assert taken.read_bytes() == INTERVIEW.read_bytes()


async def test_a_file_with_carriage_returns_lets_one_in_too(
    parlor_log: Typed, way: list[str | Path], cluster: Operated
) -> None:
    await parlor_log("replay", "--yes", INTERVIEW, *way)
    file = cluster.credentials("windows")
    file.write_text(file.read_text().replace("\n", "\r\n"), newline="")
    way[3] = file

    assert (await parlor_log("export", *way)).stdout == INTERVIEW.read_bytes()


async def test_whoever_another_operator_vouches_for_is_turned_away(
    parlor_log: Typed, way: list[str | Path], tmp_path: Path
) -> None:
    way[3] = Operated(tmp_path / "other").credentials("stranger")
    refused = await parlor_log("export", *way)

    assert refused.status == 1
    assert b"no NATS server lets parlor-log in at tls://localhost:" in refused.stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", b"has no user JWT: it is no NATS credentials file"),
        (None, b"can't be read: No such file or directory"),
        ("-----BEGIN NATS USER JWT-----\na.b.c\n------END NATS USER JWT------\n", b"has no user's seed"),
    ],
)
async def test_a_file_that_holds_no_credentials_is_named(
    parlor_log: Typed, way: list[str | Path], tmp_path: Path, text: str | None, reason: bytes
) -> None:
    way[3] = tmp_path / "odd.creds"
    if text is not None:
        (tmp_path / "odd.creds").write_text(text)
    refused = await parlor_log("export", *way)

    assert refused.status == 1
    assert refused.stderr.startswith(f"parlor: {tmp_path / 'odd.creds'}".encode())
    assert reason in refused.stderr


async def test_a_server_whose_authority_is_not_trusted_is_not_spoken_to(
    parlor_log: Typed, way: list[str | Path]
) -> None:
    refused = await parlor_log("export", *way[:4])

    assert refused.status == 1
    assert b"certificate" in refused.stderr


async def test_a_broker_without_a_log_says_so_and_is_left_without_one(parlor_log: Typed, tmp_path: Path) -> None:
    fresh = Operated(tmp_path / "fresh")
    with fresh.running() as place:
        way: list[str | Path] = ["--nats", f"nats://{place}", "--creds", fresh.credentials("operator")]
        for _ in range(2):
            refused = await parlor_log("export", *way)
            assert refused.stderr == b"parlor: this broker has no event log (stream EVT)\n"


async def test_credentials_without_a_broker_are_refused(parlor_log: Typed, tmp_path: Path) -> None:
    refused = await parlor_log("export", "--creds", tmp_path)

    assert refused.status == 2
    assert b"name it with --nats" in refused.stderr
