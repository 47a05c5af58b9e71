"""What the front door asks of the mixer for evidence, and what it is told."""

from base64 import b32encode
from hashlib import sha256
from typing import Annotated

import msgspec

from libs.events.command import Accepted
from libs.events.ids import CommandId, EvidenceId, RoomId
from libs.events.subjects import Aggregate

MediaTime = Annotated[int, msgspec.Meta(ge=0)]


class FreezeEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Take what was said last out of a room's evidence rings, from `begin` to `end` (media time), as far as they have
    it: the last two minutes, when nothing is said.
    """

    begin: MediaTime = 0
    end: MediaTime | None = None


class Frozen(Accepted, frozen=True, kw_only=True):
    """`sha256` is of the folder's manifest, which has that of every file. Sample 0 of each is media time `begin`,
    `end` is the one behind the last.
    """

    evidence: EvidenceId
    sha256: str
    begin: int
    end: int


def evidence_id(room: RoomId, actor: str, command: CommandId) -> EvidenceId:
    """One command of one person freezes once."""
    digest = sha256(f"evidence\0{room}\0{actor}\0{command}".encode()).digest()
    return EvidenceId(b32encode(digest[:10]).decode().lower())


def evidence_aggregate(room: RoomId, evidence: EvidenceId) -> Aggregate:
    """What the command is about."""
    return Aggregate("media", room, "evidence", evidence)
