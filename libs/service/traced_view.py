"""A view whose work on facts is traced: one span for each batch, linked to the traces of its facts."""

from libs.events.log import Batch
from libs.events.projection.postgres import Connection
from libs.events.projection.projection import Projection
from libs.events.subjects import Interest
from libs.service.tracing import linked


class TracedView:
    """As the projection that it is made of."""

    def __init__(self, part: str, view: Projection) -> None:
        self._part = part
        self._view = view

    @property
    def name(self) -> str:
        return self._view.name

    @property
    def interest(self) -> Interest:
        return self._view.interest

    @property
    def takes_unreadable(self) -> bool:
        return self._view.takes_unreadable

    async def apply(self, connection: Connection, facts: Batch) -> None:
        with linked(self._part, f"view {self._view.name}", (fact.envelope.traceparent for fact in facts)) as here:
            here.set_attribute("parlor.facts", len(facts))
            await self._view.apply(connection, facts)
