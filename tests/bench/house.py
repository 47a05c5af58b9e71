"""A whole mixer in a process of its own, on a nats-server, with rooms that people are in: measured from outside.

Everything that runs in production runs in it: the tick thread, the helm, the fold, leases and beats, facts to the log,
beacons and meters. Only what tests/bench/mixer.py says is left out.
"""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from libs.events.command import Accepted, Command
from libs.events.fresh import fresh_command_id, fresh_id
from libs.events.ids import START, Milliseconds, PersonId, RoomId
from libs.events.jetstream.log import JetStreamLog
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened, Seat, SpeakerAdmitted, SpeakerMuted, WentLive
from libs.events.subjects import Aggregate
from libs.events.telemetry import RenditionWanted
from libs.service.broker import Broker
from libs.service.commands import send_command
from parlor.embedded.nats import NatsServer
from services.media.call_asked import CallStarted, StartCall, call_aggregate
from services.media.registration import COMMAND, Registered, RegisterSource, source_aggregate
from tests.integration.media.mixers import Studios

T = TypeVar("T")
A = TypeVar("A", bound=Accepted)

AT_ONCE = 10
"""Commands under way."""


class Seated(msgspec.Struct, frozen=True):
    """Somebody who sits on a stage."""

    room: RoomId
    person: PersonId
    talks: bool


class House:
    """Starts both processes, and ends them. Everything blocks until it is done."""

    def __init__(self, folder: Path, own_mixes: int = 3, **settings: str) -> None:
        self._nats = NatsServer(folder / "nats")
        self._nats.start()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="house", daemon=True)
        self._thread.start()
        self._said = START
        self._wants: list[asyncio.Task[None]] = []
        self._log = folder / "mixer.log"
        quiet = {"RTP_PORT": "0", "ICECAST_PORT": "0", "ADMIN_PORT": "0", "OPENBLAS_NUM_THREADS": "1"}
        own = {"NATS_URL": self._nats.url_for("media"), "TICK_THREADS": "1", "LOG_LEVEL": "warning"}
        self._argv = [sys.executable, "-m", "tests.bench.mixer", str(own_mixes)]
        self._environ = {**os.environ, **quiet, **own, **settings}
        self._studios = self._ask(self._listen(folder))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._argv, env=self._environ, stdout=log, stderr=log)
        self._ask(self._up())

    @property
    def pid(self) -> int:
        """The mixer's process."""
        return self._process.pid

    def seat(self, rooms: int, people: int, talkers: int) -> list[Seated]:
        """Live rooms, in each of which so many sit; those who don't talk are muted."""
        return self._ask(self._seat(rooms, people, talkers))

    def idle(self, rooms: int) -> list[RoomId]:
        """Open rooms with nobody in them."""
        return self._ask(self._idle(rooms))

    def places(self, seated: list[Seated]) -> list[Registered]:
        """Where each sends plain RTP to, and hears from."""
        return self._ask(self._places(seated))

    def call(self, seated: Seated, what: StartCall) -> CallStarted:
        """What the mixer answers to an offer."""
        return self._ask(self._call(seated, what))

    def want(self, room: RoomId, rendition: str) -> None:
        """Somebody at an edge listens to it, from now to the end of the room."""
        self._ask(self._begin_to_want(room, rendition))

    def end(self, rooms: set[RoomId]) -> None:
        """These are over."""
        self._ask(self._end(rooms))

    def close(self) -> None:
        """End it all."""
        self._ask(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._nats.stop()

    def _ask(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _listen(self, folder: Path) -> Studios:
        operator = await Broker.connect(self._nats.url_for(), "operator")
        return await Studios(self._nats, folder, operator, await JetStreamLog.open(operator.client)).start()

    async def _up(self) -> None:
        await self._studios.until(lambda: bool(self._studios.beats) or self._process.poll() is not None)
        assert self._process.poll() is None, self._log.read_text()

    async def _idle(self, rooms: int) -> list[RoomId]:
        named = [RoomId(fresh_id()) for _ in range(rooms)]
        for room in named:
            opened = RoomOpened(room=room, title="Bench", kind=RoomKind.OPEN, host=PersonId(fresh_id()))
            await self._studios.say(room, opened, WentLive(room=room))
        return named

    async def _seat(self, rooms: int, people: int, talkers: int) -> list[Seated]:
        seated = []
        for room in await self._idle(rooms):
            there = [Seated(room, PersonId(fresh_id()), n < talkers) for n in range(people)]
            for one in there:
                admitted = SpeakerAdmitted(room=room, person=one.person, seat=Seat.SPEAKER, by=one.person)
                muted = SpeakerMuted(room=room, person=one.person, by=one.person)
                await self._studios.say(room, admitted, *([] if one.talks else [muted]))
            seated += there
        self._said = await self._studios.log.end()
        return seated

    async def _places(self, seated: list[Seated]) -> list[Registered]:
        found: list[Registered] = []
        for at in range(0, len(seated), AT_ONCE):
            found += await asyncio.gather(*(self._place(one) for one in seated[at : at + AT_ONCE]))
        return found

    async def _place(self, one: Seated) -> Registered:
        about = source_aggregate(one.room, one.person, "main")
        return await self._command(
            one, COMMAND, about, RegisterSource(person=one.person, name="main", listens=True), Registered
        )

    async def _call(self, one: Seated, what: StartCall) -> CallStarted:
        return await self._command(one, StartCall.__name__, call_aggregate(one.room, one.room), what, CallStarted)

    async def _command(self, one: Seated, name: str, about: Aggregate, data: msgspec.Struct, accepted: type[A]) -> A:
        command = Command(
            id=fresh_command_id(),
            subject=about.name,
            actor=one.person,
            via="bench",
            correlationid="bench",
            data=msgspec.Raw(msgspec.json.encode(data)),
            after=self._said,
        )
        answer = await send_command(
            self._studios.operator, "media", one.room, name, command, Milliseconds(10_000), accepted=accepted
        )
        assert isinstance(answer, accepted), answer
        return answer

    async def _begin_to_want(self, room: RoomId, rendition: str) -> None:
        async def again() -> None:
            while True:
                await self._studios.operator.tell(RenditionWanted(room=room, rendition=rendition), room)
                await asyncio.sleep(1)

        self._wants.append(asyncio.create_task(again()))

    async def _end(self, rooms: set[RoomId]) -> None:
        for want in self._wants:
            want.cancel()
        self._wants = []
        for room in rooms:
            await self._studios.say(room, RoomEnded(room=room, by=PersonId(fresh_id())))

    async def _close(self) -> None:
        await self._end(set())
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, 10)
        self._process.kill()
        await self._studios.operator.drain()
