"""The house programme: an ordinary programme of an ordinary person, so that there is always something to hear.

It is settled at start and whenever the programme is switched: on and no room of it live, the next one opens and goes
live; off, the one that is live ends. The n-th room has the id `houseroom<n>`, so that replicas which start together
open one room and not two. A setting that is off ends what is live and leaves the programme itself as it is.
"""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID, uuid5

import msgspec

from libs.events import subjects
from libs.events.command import Accepted, Command
from libs.events.fresh import fresh_command_id
from libs.events.ids import CommandId, PersonId, ProgrammeId, RoomId
from libs.events.subjects import Aggregate
from libs.service.tracing import current, span
from services.rooms.commands import (
    CreateProgramme,
    EndRoom,
    GoLive,
    OpenRoom,
    SwitchProgrammeOff,
    SwitchProgrammeOn,
    Verb,
)
from services.rooms.handle import Handler, Handlers, programme_of
from services.rooms.state import Room, Status

PERSON = PersonId("parlorhouse")
PROGRAMME = ProgrammeId("houseprogramme")
NAME = "Parlor House"
TITLE = "Parlor House Radio"
ALIASES = ("house radio", "parlor house", "house programme", "parlor radio")
AUTOMATION = "house"
SPACE = UUID("7b1c1f8e-52a5-4d7c-9c8e-0a5f6f7f1d10")


def room_name(number: int) -> RoomId:
    """`houseroom0001`."""
    return RoomId(f"houseroom{number:04d}")


class House:
    """Keeps the house programme as it should be; `give_name` says what the house person is called."""

    def __init__(self, handlers: Handlers, give_name: Callable[[PersonId, str], Awaitable[None]], *, on: bool) -> None:
        self._handlers = handlers
        self._give_name = give_name
        self._on = on
        self._number = 1

    async def settle(self) -> None:
        """Make it so. Safe to call at any time and by several replicas."""
        await self._give_name(PERSON, NAME)
        wanted = self._on and await self._switched_on()
        room, state = await self._latest()
        if wanted:
            if state.status is Status.UNKNOWN:
                await self._ask(subjects.room(room), opening(room))
            if state.status is not Status.LIVE:
                await self._ask(subjects.room(room), GoLive())
        elif state.status in (Status.OPEN, Status.LIVE):
            await self._ask(subjects.room(room), EndRoom())

    async def _switched_on(self) -> bool:
        about = programme_of(PROGRAMME)
        if (await self._handlers.programmes.reload(about)).state.created is None:
            create = CreateProgramme(programme=PROGRAMME, title=TITLE, aliases=ALIASES, automation=AUTOMATION)
            await self._ask(about, create)
        return (await self._handlers.programmes.get(about)).state.on

    async def _latest(self) -> tuple[RoomId, Room]:
        """The first house room that has not ended; it may not be open yet."""
        while True:
            room = room_name(self._number)
            state = (await self._handlers.rooms.reload(subjects.room(room))).state
            if state.status is not Status.ENDED:
                return room, state
            self._number += 1

    async def _ask(self, about: Aggregate, what: Verb) -> None:
        name = type(what).__name__
        identity = CommandId(str(uuid5(SPACE, f"{about.name}/{name}")))
        with span("house", name):
            command = Command(
                id=identity,
                subject=about.name,
                actor=PERSON,
                via="house",
                correlationid=fresh_command_id(),
                roomid=about.id if about.kind == "room" else None,
                traceparent=current(),
                data=msgspec.Raw(msgspec.json.encode(what)),
            )
            await self._handlers.by_name()[name](command)


def settling(house: House, handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """The handlers, with the house settled after a programme was switched."""

    def then_settle(handler: Handler) -> Handler:
        async def handle(command: Command) -> Accepted:
            accepted = await handler(command)
            if command.subject == programme_of(PROGRAMME).name:
                await house.settle()
            return accepted

        return handle

    switches = (SwitchProgrammeOff.__name__, SwitchProgrammeOn.__name__)
    return {name: then_settle(handler) if name in switches else handler for name, handler in handlers.items()}


def opening(room: RoomId) -> OpenRoom:
    """How a house room is opened."""
    return OpenRoom(room=room, title=TITLE, aliases=ALIASES, programme=PROGRAMME, automation=AUTOMATION)
