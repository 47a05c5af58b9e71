"""What every fact has in common."""

from enum import StrEnum
from typing import ClassVar

import msgspec


class Audience(StrEnum):
    """Who may read a fact: everybody, who is on the stage, who runs the show, or only we."""

    PUBLIC = "public"
    STAGE = "stage"
    STAFF = "staff"
    INTERNAL = "internal"


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A fact. A subclass is one past-tense sentence; its `tag` is storage format and never changes meaning."""

    tag: ClassVar[str]
    audience: ClassVar[Audience]


class Unknown(Event, frozen=True, kw_only=True):
    """A fact of a type that this program does not know: counted and skipped, never an error."""

    tag: ClassVar = "unknown"
    audience: ClassVar = Audience.INTERNAL


class Unreadable(Unknown, frozen=True, kw_only=True):
    """A line of the log that this program can't read, and why. Whoever skips what is unknown skips this too; who must
    lose nothing asks for it by name.
    """

    reason: str
