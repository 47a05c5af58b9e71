"""The command FreezeEvidence: read, decide, freeze, write down.

The folder has the command's own name, so whoever asks again, after whatever happened in between, is told of the same
one: by the log where it knows, else by the folder itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from libs.events.command import Command
from libs.events.ids import EvidenceId, PersonId, RoomId, Samples
from libs.events.media import EvidenceFrozen
from libs.service.commands import data_of, subject_of
from libs.service.logs import logger
from services.media.decide import frozen, may_freeze, say
from services.media.errors import EvidenceEmpty, EvidenceFull, EvidenceOff, EvidenceUnwritten
from services.media.evidence_asked import FreezeEvidence, Frozen, evidence_aggregate, evidence_id
from services.media.known_rooms import KnownRooms
from services.media.recorder import Recorder
from services.media.recording.freeze import Bundle, manifest
from services.media.recording.thread import Recording

MOST = 50
"""Folders of one room: a host who asks for ever fills nobody's disk."""


class Freezing:
    """`recording` is None where no evidence is kept; `claim` returns when the room is ours, or raises."""

    def __init__(
        self,
        rooms: KnownRooms,
        recorder: Recorder,
        recording: Recording | None,
        folder: Path,
        claim: Callable[[RoomId], Awaitable[None]],
    ) -> None:
        self._rooms = rooms
        self._recorder = recorder
        self._recording = recording
        self._folder = folder
        self._claim = claim
        self._log = logger("evidence")

    async def freeze(self, command: Command) -> Frozen:
        """Returns when all of it is on the disk, and the log says so. Raises what the rules refuse."""
        what, room = data_of(command, FreezeEvidence), RoomId(subject_of(command, "media").scope)
        may_freeze(command.actor, self._rooms.get(room).stage)
        await self._claim(room)
        ledger = self._recorder.ledger
        about = evidence_aggregate(room, evidence_id(room, command.actor, command.id))
        try:
            fact = frozen((await ledger.reload(about)).state)
            if fact is None:
                fact = await self._take(room, EvidenceId(about.id), what, PersonId(command.actor))
            accepted = await ledger.record(about, self._recorder.cause(command, room), say(fact))
        finally:
            ledger.forget(about)
        return Frozen(
            revision=accepted.revision,
            position=accepted.position,
            events=accepted.events,
            evidence=fact.evidence,
            sha256=fact.sha256,
            begin=fact.begin,
            end=fact.end,
        )

    async def _take(self, room: RoomId, evidence: EvidenceId, what: FreezeEvidence, by: PersonId) -> EvidenceFrozen:
        if self._recording is None:
            raise EvidenceOff("no evidence is kept here; a mixer keeps it where its settings say EVIDENCE=on")
        folder = self._folder / room / evidence
        try:
            kept = await asyncio.to_thread(_kept, self._recording, room, what, folder)
        except OSError as fault:
            why = fault.strerror or str(fault)
            self._log.error("evidence not frozen", room=room, evidence=evidence, why=str(fault))
            raise EvidenceUnwritten(f"the mixer's disk does not take it: {why}; ask again") from fault
        if kept is None:
            raise EvidenceEmpty(f"nothing was on air in room {room} then; two minutes back is as far as it goes")
        bundle, digest = kept
        self._log.info("evidence frozen", room=room, evidence=evidence, pieces=len(bundle.pieces))
        return EvidenceFrozen(
            room=room, evidence=evidence, sha256=digest, begin=Samples(bundle.begin), end=Samples(bundle.end), by=by
        )


def _kept(recording: Recording, room: RoomId, what: FreezeEvidence, folder: Path) -> tuple[Bundle, str] | None:
    """What is in the folder, now or already. Blocks."""
    if not folder.exists():
        if folder.parent.exists() and sum(1 for _ in folder.parent.iterdir()) >= MOST:
            raise EvidenceFull(f"evidence of room {room} was frozen {MOST} times; more is not kept")
        if recording.freeze(room, what.begin, what.end, folder) is None:
            return None
    return manifest(folder)
