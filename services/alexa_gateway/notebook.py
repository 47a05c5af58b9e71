"""The facts about speakers: read into memory when a speaker is first met, written before an answer is given."""

from collections import OrderedDict
from collections.abc import Callable

from libs.events.command import Accepted
from libs.events.ids import DeviceId
from libs.events.ledger import Cause, Ledger
from libs.events.log import EventLog
from libs.events.playback import DeviceSeen, PlaybackEvent
from libs.events.snapshot import Snapshots
from services.alexa_gateway.devices import aggregate
from services.alexa_gateway.state import Device, evolve_device

REMEMBERED = 5_000


class Notebook:
    """All speakers that this process has met lately."""

    def __init__(self, log: EventLog, snapshots: Snapshots | None = None) -> None:
        self._ledger: Ledger[Device, PlaybackEvent] = Ledger(log, evolve_device, Device(), snapshots)
        self._met: OrderedDict[DeviceId, None] = OrderedDict()

    async def device(self, device: DeviceId) -> Device:
        """What is known about a speaker. Raises LogUnavailable."""
        self._met[device] = None
        self._met.move_to_end(device)
        if len(self._met) > REMEMBERED:
            self._ledger.forget(aggregate(self._met.popitem(last=False)[0]))
        return (await self._ledger.get(aggregate(device))).state

    async def write(
        self, device: DeviceId, cause: Cause, decide: Callable[[Device], list[PlaybackEvent]], locale: str
    ) -> Accepted:
        """Write what `decide` makes of the speaker's state; its first fact is that it was seen.

        Raises LogUnavailable or Contended. The same cause again writes nothing.
        """

        def with_first(state: Device) -> list[PlaybackEvent]:
            facts = decide(state)
            first: list[PlaybackEvent] = [] if state.seen or not facts else [DeviceSeen(device=device, locale=locale)]
            return first + facts

        return await self._ledger.record(aggregate(device), cause, with_first)
