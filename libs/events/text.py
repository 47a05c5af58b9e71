"""What the strings of a fact are about, said where a field is declared: an export without people goes by it.

Ids have types of their own (ids.py). Of every other string a fact says which of these it is; plain `str` says nothing,
so a house test finds it.
"""

from enum import Enum
from typing import Annotated, TypeAlias


class Text(Enum):
    """How a string is treated when people are left out."""

    FREE = "free text"
    TERM = "term"
    LANGUAGE = "language"
    HANDLE = "handle"
    ROUTE = "route"


FreeText: TypeAlias = Annotated[str, Text.FREE]
"""Words that somebody chose: a title, a name, what a track is called."""

Term: TypeAlias = Annotated[str, Text.TERM]
"""A word out of a list of ours or of a standard: a codec, a reason, a kind of error."""

Language: TypeAlias = Annotated[str, Text.LANGUAGE]
"""A language tag (BCP 47)."""

Handle: TypeAlias = Annotated[str, Text.HANDLE]
"""What a device or a session is held by: random or hashed, and yet it leads back to somebody."""

Route: TypeAlias = Annotated[str, Text.ROUTE]
"""A path of ours, with ids in it."""
