"""Another project installs the wheel into an empty environment and replays our logs in its tests."""

from pathlib import Path

import pytest

from tests.integration.wheel.environment import Environment, summary

pytestmark = pytest.mark.slow
REPLAYS = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
EVERY_MODULE = """
import pkgutil, sys, importlib, parlor_events
for module in pkgutil.walk_packages(parlor_events.__path__, "parlor_events."):
    if not module.name.startswith("parlor_events.projection") and not module.name.endswith("leash"):
        importlib.import_module(module.name)
print(sorted({"libs", "numpy", "sqlalchemy", "asyncpg", "av"} & set(sys.modules)))
"""


def test_replays_of_another_project_pass_beside_its_own_libs(equipped: Environment, foreign: Path) -> None:
    ran = equipped.python(*REPLAYS, "-p", "no:asyncio", cwd=foreign)

    assert summary(ran).startswith("7 passed")


def test_without_a_broker_all_else_passes_and_the_error_names_the_extra(bare: Environment, foreign: Path) -> None:
    ran = bare.python(*REPLAYS, cwd=foreign)

    assert summary(ran).startswith("1 failed, 6 passed")
    assert "nats-server is not here: pip install 'parlor-events[broker]'" in ran.stdout


def test_a_replay_that_fails_fails_in_the_other_project(bare: Environment, foreign: Path) -> None:
    kept = foreign / "tests" / "snapshots" / "test_charts" / "test_our_projection_is_as_committed.json"
    kept.write_text(kept.read_text().replace('"ana2222222222222": 3', '"ana2222222222222": 4'))

    ran = bare.python(*REPLAYS, "-k", "projection", cwd=foreign)

    assert ran.returncode == 1
    assert '-    "ana2222222222222": 4' in ran.stdout


def test_every_part_of_the_wheel_is_there_without_ours(bare: Environment, tmp_path: Path) -> None:
    ran = bare.python("-c", EVERY_MODULE, cwd=tmp_path)

    assert ran.stdout == "[]\n", ran.stderr


def test_what_the_environment_holds_is_all_that_the_wheel_asked_for(bare: Environment, tmp_path: Path) -> None:
    listing = "import importlib.metadata as m; print(*sorted(d.metadata['Name'] for d in m.distributions()))"

    assert bare.python("-c", listing, cwd=tmp_path).stdout.split() == [
        "Pygments", "iniconfig", "msgspec", "nats-py", "packaging", "parlor-events", "pluggy", "pytest", "uuid_utils",
    ]  # fmt: skip
