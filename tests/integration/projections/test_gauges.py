"""An operator sees how far each view is, how long it has stood still, and what it lacks."""

import msgspec
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import START
from libs.events.memory import MemoryLog
from libs.events.projection.projector import Projector
from libs.events.projection.retrying import retry
from libs.service.database import engine
from libs.service.projection_gauges import Gauges
from tests.integration.log.facts import Chain
from tests.integration.projections.views import Picky, Seen
from tests.integration.projections.watching import SOON, a_room, running, written


class Named(Seen):
    """A view whose name no other test has, because metrics are the process's."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


def gauge(name: str, projection: str) -> float:
    value = REGISTRY.get_sample_value(f"parlor_projection_{name}", {"projection": projection})
    assert value is not None
    return value


async def test_a_view_that_is_at_the_end_has_no_lag(database: AsyncEngine, log: MemoryLog) -> None:
    position = await a_room(log)
    async with running(database, log, Named("level")) as projector:
        await projector.reached(position, SOON)
        await Gauges(log, [projector]).look()

    assert gauge("position", "level") == position
    assert [gauge(name, "level") for name in ("lag_events", "lag_seconds", "parked_events")] == [0, 0, 0]


async def test_a_view_that_stands_still_falls_behind_in_events_and_in_seconds(
    database: AsyncEngine, log: MemoryLog
) -> None:
    async with running(database, log, Named("still")) as projector:
        await projector.reached(await a_room(log), SOON)
    await a_room(log, mutes=10)
    await Gauges(log, [projector]).look()

    assert gauge("lag_events", "still") == 21
    assert gauge("lag_seconds", "still") > 1_000_000  # the tests' facts were all written at the same noon, long ago


async def test_what_is_parked_is_counted_until_somebody_retries(database: AsyncEngine, log: MemoryLog) -> None:
    position = await a_room(log)
    view = Picky((await written(log))[-2:])
    view.name = "picky"
    async with running(database, log, view) as projector:
        await projector.reached(position, SOON)
        gauges = Gauges(log, [projector])
        await gauges.look()
        assert gauge("parked_events", "picky") == 2
        view.faulty.clear()
        await retry(database, view)
        await gauges.look()

    assert gauge("parked_events", "picky") == 0


async def test_unknown_types_are_counted_and_passed_over(database: AsyncEngine, log: MemoryLog) -> None:
    chain = Chain()
    [opened] = chain.opened()
    unknown = msgspec.structs.replace(opened, type="rooms.pigeon-released.v1")
    position = await log.append(chain.about, [unknown], expected=START)
    async with running(database, log, Named("birds")) as projector:
        await projector.reached(position, SOON)
        gauges = Gauges(log, [projector])
        for _ in range(2):
            await gauges.look()

    assert gauge("unknown_events_total", "birds") == 1
    assert gauge("parked_events", "birds") == 0


async def test_while_the_database_is_away_nothing_is_said(log: MemoryLog) -> None:
    pool = engine("postgresql://postgres@/parlor?host=/nowhere")
    await Gauges(log, [Projector(pool, log, Named("away"))]).look()
    await pool.dispose()

    assert REGISTRY.get_sample_value("parlor_projection_position", {"projection": "away"}) is None
