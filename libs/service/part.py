"""What a process is made of. `run` starts parts in order and drains them in the opposite order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:  # a mixer has no routes and should not load fastapi for the sake of a type
    from fastapi import APIRouter


class Part(Protocol):
    """One service, or half of one, inside a process."""

    @property
    def name(self) -> str:
        """For logs and health: `rooms`, `mixer`."""

    @property
    def routers(self) -> "Sequence[APIRouter]":
        """What it serves on the shared origin; empty when nothing."""

    async def start(self) -> None:
        """Fold, subscribe, begin. Returns when requests may come; raises when that can't be."""

    async def unready(self) -> str | None:
        """None when it can do its work, else the reason in a few words. Called on every readiness probe."""

    async def drain(self) -> None:
        """No new request comes any more: end streams, finish what is in hand, leave nothing running."""


@runtime_checkable
class Degradable(Protocol):
    """A part that may run with something missing that nobody gains from restarting it for."""

    def degraded(self) -> str | None:
        """What is missing, in a few words. The process stays ready."""
