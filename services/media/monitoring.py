"""Talkback and pre-fader listen as commands: who asks, and hands it to the helm. Nothing is written down."""

from collections.abc import Awaitable, Callable

from libs.events.command import Accepted, Command
from libs.events.ids import PersonId, RoomId, SourceId
from libs.service.commands import data_of, subject_of
from services.media.console import Console
from services.media.errors import NoSuchSource, NothingToTalkWith, OwnSource
from services.media.known_rooms import KnownRooms
from services.media.monitor import may_monitor
from services.media.monitor_asked import MONITORING, HearSource
from services.media.state import Stage


class Monitoring:
    """Handlers of the four commands. `post` has the console changed that a room is on, `claim` makes a room ours."""

    def __init__(
        self,
        rooms: KnownRooms,
        post: Callable[[RoomId, Callable[[Console], None]], None],
        claim: Callable[[RoomId], Awaitable[None]],
    ) -> None:
        self._rooms = rooms
        self._post = post
        self._claim = claim

    @property
    def handlers(self) -> dict[str, Callable[[Command], Awaitable[Accepted]]]:
        """By the names of the commands."""
        takers = (self.hear_source, self.hear_stage, self.talk_to_stage, self.talk_to_all)
        return {verb.__name__: taker for verb, taker in zip(MONITORING, takers, strict=True)}

    async def hear_source(self, command: Command) -> Accepted:
        """Raises when there is no such source, or it is the asker's own."""
        what, (person, stage) = data_of(command, HearSource), await self._asked(command)
        registered = stage.sources.get(what.source)
        if registered is None:
            raise NoSuchSource(f"room {stage.room} has no source {what.source}")
        if registered.person == person:
            raise OwnSource("this source is your own; nobody hears themselves")
        return self._heard(person, stage, what.source)

    async def hear_stage(self, command: Command) -> Accepted:
        """Also when they do already."""
        return self._heard(*await self._asked(command), None)

    async def talk_to_stage(self, command: Command) -> Accepted:
        """Raises when the asker sends nothing."""
        person, stage = await self._asked(command)
        if not any(one.person == person for one in stage.sources.values()):
            raise NothingToTalkWith("join with a microphone first; talkback is what it says to the stage alone")
        return self._talks(person, stage, aside=True)

    async def talk_to_all(self, command: Command) -> Accepted:
        """Also when they do already."""
        return self._talks(*await self._asked(command), aside=False)

    async def _asked(self, command: Command) -> tuple[PersonId, Stage]:
        room = RoomId(subject_of(command, "media").scope)
        may_monitor(command.actor, self._rooms.get(room).stage)
        await self._claim(room)
        return PersonId(command.actor), self._rooms.get(room).stage

    def _heard(self, person: PersonId, stage: Stage, source: SourceId | None) -> Accepted:
        return self._done(stage, lambda console: console.hear(stage.room, person, source))

    def _talks(self, person: PersonId, stage: Stage, *, aside: bool) -> Accepted:
        return self._done(stage, lambda console: console.talk(stage.room, person, aside=aside))

    def _done(self, stage: Stage, change: Callable[[Console], None]) -> Accepted:
        self._post(stage.room, change)
        return Accepted(revision=0, position=self._rooms.position)
