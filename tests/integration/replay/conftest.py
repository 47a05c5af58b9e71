"""Commands on real servers of this test's own."""

from pathlib import Path

import pytest

from tests.integration.replay.typed import Typed


@pytest.fixture
def parlor_log(
    nats_url: str,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Typed:
    """`parlor log …` on this test's installation."""
    monkeypatch.setenv("NATS_URL", nats_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PARLOR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "120")
    return Typed(capfdbinary)
