"""Writers append while servers are killed, paused and cut off, with one server and with three.

Every run prints its seed: `PARLOR_SEED=<seed>` draws the same faults again. `PARLOR_SEEDS` is the number of runs and
`PARLOR_FAULT_SECONDS` how long each goes on (`make soak` sets both). Faults come when the writers have got on since the
last one, so a slow machine sees fewer of them, not other ones.
"""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom

import pytest

from tests.integration.faults.history import Outcome, differs, wrong_in
from tests.integration.faults.scene import Scene
from tests.integration.faults.servers import Servers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    # nats-py leaves connections that were cut while they were being made to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

RUNS = int(os.environ.get("PARLOR_SEEDS", "1"))
SECONDS = float(os.environ.get("PARLOR_FAULT_SECONDS", "10"))


@pytest.fixture(params=range(RUNS))
def seed(request: pytest.FixtureRequest) -> int:
    """PARLOR_SEED, or any."""
    number: int = request.param
    return int(os.environ.get("PARLOR_SEED") or SystemRandom().randrange(1 << 32)) + number


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print for whoever looks on, also when the test passes."""

    def printed(what: str) -> None:
        with capsys.disabled():
            print(f"\n{what}", end=" ")  # noqa: T201  # a seed that nobody can see is none

    return printed


@pytest.fixture
async def scene(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Scene:
    """As many servers as the parameter says, and nothing running on them yet."""
    return Scene(Servers(tmp_path, request.param), database_url)


async def wrong_with(scene: Scene) -> list[str]:
    """Everything in the log that contradicts what writers were told or followers saw."""
    log = await scene.log()
    everything = [fact async for batch in log.read_all() for fact in batch]
    wrong = wrong_in(scene.progress.decisions, everything)
    for follower in scene.followers:
        wrong += [f"a follower: {what}" for what in differs(follower.seen, everything)]
    for about in {fact.envelope.aggregate for fact in everything[-50:]}:
        mine = [fact for fact in everything if fact.envelope.aggregate == about]
        wrong += [f"reading {about.name}: {what}" for what in differs(await log.read(about), mine)]
    return wrong


@pytest.mark.parametrize("scene", [1, 3], ids=["one server", "three servers"], indirect=True)
async def test_the_log_is_correct_whatever_goes_wrong_around_it(
    scene: Scene, seed: int, say: Callable[[str], None], impatient: Callable[[], None]
) -> None:
    say(f"PARLOR_SEED={seed}")
    if seed % 2:
        impatient()
    async with scene.stack:
        await scene.servers.start()
        scene.stack.push_async_callback(scene.servers.stop)
        await scene.play(seed, SECONDS)
        wrong = await wrong_with(scene)
        live = await scene.views()
        assert wrong == [], f"PARLOR_SEED={seed}: {scene.told}"
        assert await scene.rebuilt() == live, f"PARLOR_SEED={seed}: {scene.told}"
    counts = [f"{sum(one.outcome is outcome for one in scene.progress.decisions)} {outcome}" for outcome in Outcome]
    say(f"{len(scene.told)} faults, {', '.join(counts)}, {scene.progress.troubles} times no answer")
    gc.collect()
