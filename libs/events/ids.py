"""Names for the numbers and strings that everything else passes around, so that a unit is never a guess."""

import re
from typing import NewType

RoomId = NewType("RoomId", str)
"""One live room. Also the scope of everything that happens in it."""

ProgrammeId = NewType("ProgrammeId", str)
"""A series; each live occurrence of it is a room."""

PersonId = NewType("PersonId", str)
"""Somebody who signed in. Names live elsewhere, in the one table that `forget` empties."""

EvidenceId = NewType("EvidenceId", str)
"""What was frozen at one command: a folder at the mixer that had the room."""

DeviceId = NewType("DeviceId", str)
"""A smart speaker, as our own hash of Alexa's identifiers."""

SourceId = NewType("SourceId", str)
"""One contribution into a room: an RTP sender, a browser, an encoder, a cart player."""

CommandId = NewType("CommandId", str)
"""Chosen by whoever asks; the same id gets the same answer."""

EventId = NewType("EventId", str)
"""UUID of one fact; the `Nats-Msg-Id` of its message."""

Milliseconds = NewType("Milliseconds", int)
"""A duration, or a wall-clock time since 1970-01-01T00:00:00Z."""

Samples = NewType("Samples", int)
"""Media time: 48 kHz samples since the room opened."""

Lufs = NewType("Lufs", int)
"""Loudness by EBU R128, in whole LUFS; full scale is 0, so it is negative."""

Position = NewType("Position", int)
"""Opaque place in the log. Hand back only what the log gave; never add to it."""

START = Position(0)

ID = re.compile(r"[a-z0-9]{10,32}")


class MalformedId(ValueError):
    """A string that can't be an id of ours."""


def checked_id(text: str) -> str:
    """Return `text` when it may stand in a subject, a path or an id field; else raise MalformedId."""
    if ID.fullmatch(text) is None:
        raise MalformedId(f"an id is 10 to 32 of a-z and 0-9, not {text[:40]!r}")
    return text
