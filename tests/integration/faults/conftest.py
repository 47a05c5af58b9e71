"""Servers that can be broken, for each test new, and writers that soon give up."""

from collections.abc import AsyncIterator, Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from libs.events import jetstream
from tests.integration.faults.servers import Servers


@pytest.fixture(params=[1, 3], ids=["one server", "three servers"])
async def servers(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Servers]:
    """One or three, started."""
    started = Servers(tmp_path, request.param)
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes writers wait a tenth as long, so that a test need not, and so that much more often nothing is known."""

    def hurry() -> None:
        modules = [import_module(f"{jetstream.__name__}.{module.name}") for module in iter_modules(jetstream.__path__)]
        for name, seconds in {"ANSWER_SECONDS": 0.3, "PATIENCE_SECONDS": 0.6}.items():
            waiting = [module for module in modules if hasattr(module, name)]
            assert waiting, f"no module has {name} any more"
            for module in waiting:
                monkeypatch.setattr(module, name, seconds)

    return hurry
