"""What a view is to the log: a name, the facts it wants, and how it takes them in."""

from typing import Protocol

from ..log import Batch
from ..subjects import Interest
from .postgres import Connection


class Projection(Protocol):
    """One view. `apply` changes tables and nothing else, so that the same facts always make the same view.

    Facts of one scope come in the order of the log. Facts of different scopes may change places (a fact that can't be
    applied holds up its own scope and nobody else), so a row should be about one scope.
    """

    @property
    def name(self) -> str:
        """Of its checkpoint; a changed view with a new name is filled from the start."""

    @property
    def interest(self) -> Interest:
        """The facts that it wants."""

    @property
    def takes_unreadable(self) -> bool:
        """True when lines that this program can't read are for it too, because it looks at no fact's data."""

    async def apply(self, connection: Connection, facts: Batch) -> None:
        """Bring these facts, in order, into the view. Runs inside the transaction that moves the checkpoint.

        Raises whatever it likes for a fact that it can't apply: that one is parked, and so is what comes after it in
        the same scope.
        """
