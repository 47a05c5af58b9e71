"""Where an export comes from: this installation, a broker somewhere else, or a Parlor that is asked over HTTP."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, TypeAlias

from libs.events.ids import Position
from libs.events.log import Batch
from libs.events.subjects import Interest
from parlor.log_http import Origin, log_of
from parlor.logbook import Cluster, log_at

Place: TypeAlias = Cluster | Origin | None
"""None is this installation."""


class Source(Protocol):
    """As much of an EventLog as an export needs."""

    async def end(self) -> Position:
        """The last position that will come; START when that is not known."""

    def read_all(self, *, interest: Interest) -> AsyncGenerator[Batch, None]:
        """What is there now."""


@asynccontextmanager
async def source(place: Place) -> AsyncIterator[Source]:
    """The log there. Raises CannotStart or LogTrouble, each one sentence."""
    if isinstance(place, Origin):
        async with log_of(place) as given:
            yield given
    else:
        async with log_at(place) as log:
            yield log
