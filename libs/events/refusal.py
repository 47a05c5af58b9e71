"""What every refusal has: a slug for machines, a message for people, an HTTP status for the border."""

from typing import ClassVar


class Refusal(Exception):
    """A command or query that a rule turned down. The message says what is and what would be right, lower case."""

    slug: ClassVar[str]
    status: ClassVar[int]


class Contended(Refusal):
    """Others changed the same thing three times in a row while we were deciding."""

    slug: ClassVar = "contended"
    status: ClassVar = 409


class NotYetCaughtUp(Refusal):
    """The reader asked to see a position that our fold has not reached in time."""

    slug: ClassVar = "not-yet-caught-up"
    status: ClassVar = 503


class RevisionMismatch(Refusal):
    """The command expected another revision than the aggregate has."""

    slug: ClassVar = "revision-mismatch"
    status: ClassVar = 412
