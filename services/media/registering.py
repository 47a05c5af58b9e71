"""The command RegisterSource: read, decide, write, and tell where to send."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from libs.events.command import Accepted, Command
from libs.events.ids import Milliseconds, RoomId
from libs.events.media import MediaEvent, SourceRegistered, Transport
from libs.events.refusal import NotYetCaughtUp
from libs.service.caughtup import CaughtUp
from libs.service.commands import data_of, subject_of
from services.media.decide import Said, admit, ssrc
from services.media.known_rooms import KnownRooms
from services.media.recorder import Recorder
from services.media.registration import Registered, RegisterSource, source_aggregate, source_id
from services.media.sdp import PAYLOAD_TYPE, describe
from services.media.sender import UNTIL_EXPIRY


class Registering:
    """Answers with a place once the mixer takes packets for it. `host` and `port` are what a room's senders are
    told; `claim` returns when the room is ours, or raises.
    """

    def __init__(
        self,
        rooms: KnownRooms,
        recorder: Recorder,
        fold: CaughtUp,
        reached: tuple[str, Callable[[RoomId], int]],
        claim: Callable[[RoomId], Awaitable[None]],
    ) -> None:
        self._rooms = rooms
        self._recorder = recorder
        self._fold = fold
        self._host, self._port = reached
        self._claim = claim

    async def register(self, command: Command) -> Accepted:
        """Raises what the rules refuse."""
        what, room = data_of(command, RegisterSource), RoomId(subject_of(command, "media").scope)
        registered, accepted = await self.promise(command, room, what, Transport(what.transport))
        return self._answer(registered, accepted)

    async def promise(
        self, command: Command, room: RoomId, what: RegisterSource, by: Transport, number: int | None = None
    ) -> tuple[SourceRegistered, Accepted]:
        """Write down the place, with the SSRC that the sender chose or one of ours; returns when the mixer takes
        packets for it. Raises what the rules refuse.
        """
        admit(what, command.actor, self._rooms.get(room).stage)
        await self._claim(room)
        identity = source_id(room, what.person, what.name)
        registered = SourceRegistered(
            room=room,
            source=identity,
            person=what.person,
            name=what.name,
            transport=by,
            listens=what.listens,
            noise_suppression=what.noise_suppression,
            ssrc=number or ssrc(identity, command.id, self._rooms.ssrcs(but=identity)),
        )
        accepted = await self._write(command, what, registered)
        with suppress(NotYetCaughtUp):
            await self._fold.wait(accepted.position)
        return registered, accepted

    async def _write(self, command: Command, what: RegisterSource, registered: SourceRegistered) -> Accepted:
        def decide(_: Said) -> list[MediaEvent]:
            return [registered]

        cause = self._recorder.cause(command, registered.room)
        about = source_aggregate(registered.room, what.person, what.name)
        return await self._recorder.ledger.record(about, cause, decide)

    def _answer(self, registered: SourceRegistered, accepted: Accepted) -> Registered:
        port = self._port(registered.room)
        return Registered(
            revision=accepted.revision,
            position=accepted.position,
            events=accepted.events,
            source=registered.source,
            ssrc=registered.ssrc,
            host=self._host,
            port=port,
            payload_type=PAYLOAD_TYPE,
            sdp=describe(registered.name, self._host, port, registered.ssrc, listens=registered.listens),
            expires=Milliseconds(self._recorder.now() + UNTIL_EXPIRY),
        )
