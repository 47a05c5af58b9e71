"""Encoders' streams of one mixer: whose key it is, which room is meant, who sits there, one stream for each source."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec

from libs.events.command import Command
from libs.events.fresh import fresh_command_id
from libs.events.ids import Milliseconds, RoomId, SourceId
from libs.events.log import LogUnavailable
from libs.events.media import Transport
from libs.events.refusal import Refusal
from libs.events.subjects import query_subject
from libs.events.telemetry import SourceKeyRevoked
from libs.service.broker import Broker, Unanswered
from libs.service.source_keys import QUERY, KeyHolder, SourceKeyAsked, key_digest
from services.media.console import Console
from services.media.desk_feed import DeskFeed
from services.media.errors import NoSuchRoom, RoomIsMoving
from services.media.known_rooms import Known, KnownRooms
from services.media.registering import Registering
from services.media.registration import RegisterSource, source_aggregate, source_id
from services.media.sources.incoming import Elementary, Ogg, incoming
from services.media.state import Status
from services.media.track import Track
from services.media.transport.icecast import Refused, Source, Title

T = TypeVar("T")

PATIENCE = Milliseconds(2_000)
AGAIN_S = 30.0
ATTACH_S = 3.0
ATTACH_EVERY_S = 0.05
QUIET_S = 2.0
"""A stream that brought nothing for so long gives way to a second one for the same source."""

NO_KEY = "the password is no source key, or one that was revoked"


class Admitted(msgspec.Struct, frozen=True):
    """Whose key was shown, and the room that is meant."""

    holder: KeyHolder
    digest: bytes
    room: RoomId


class Stream:
    """One encoder that is let in. `heard` is when it last brought something."""

    def __init__(self, admitted: Admitted, codec: str) -> None:
        self.room = admitted.room
        self.holder = admitted.holder
        self.digest = admitted.digest
        self.source = source_of(admitted)
        self.feed = DeskFeed()
        self.decoder: Elementary | Ogg = incoming(codec)
        self.heard = asyncio.get_running_loop().time()


class Streams:
    """`post` has the console changed that a room is on."""

    def __init__(
        self,
        broker: Broker,
        rooms: KnownRooms,
        registering: Registering,
        post: Callable[[RoomId, Callable[[Console], None]], None],
    ) -> None:
        self._broker = broker
        self._rooms = rooms
        self._registering = registering
        self._post = post
        self._streams: dict[SourceId, Stream] = {}

    async def start(self) -> None:
        """Hear of keys that are revoked; also ask again every 30 s, as word of it may be lost."""
        await self._broker.hear(SourceKeyRevoked, self._revoked)
        self._asking = asyncio.create_task(self._ask_again(), name="source keys")

    async def stop(self) -> None:
        """No stream is watched any more."""
        self._asking.cancel()
        await asyncio.wait([self._asking])

    async def admit(self, asked: Source | Title) -> Admitted:
        """Whose key it is, and for which room. Raises Refused."""
        holder, digest = await self._holder(asked.key)
        return Admitted(holder, digest, self._place(asked.mount, holder))

    async def begin(self, asked: Source, admitted: Admitted) -> Stream:
        """Let an encoder in: its sound is the source's from now on. Raises Refused."""
        stream = Stream(admitted, asked.codec)
        other = self._streams.get(stream.source)
        if other is not None and stream.heard - other.heard < QUIET_S and not other.feed.closed:
            raise Refused(403, f"another encoder sends as {stream.holder.name!r} already")
        self._streams[stream.source] = stream
        try:
            await self._register(stream)
            await self._attach(stream)
        except BaseException:
            self.end(stream)
            raise
        return stream

    def end(self, stream: Stream) -> None:
        """It is over, and what is left of it is not heard."""
        if self._streams.get(stream.source) is stream:
            del self._streams[stream.source]
        stream.feed.close()
        self._post(stream.room, lambda console: console.hang_up(stream.room, stream.source, stream.feed))

    def finish(self, stream: Stream) -> None:
        """It is over; what is left of it is heard."""
        if self._streams.get(stream.source) is stream:
            del self._streams[stream.source]
        stream.feed.finish()

    def title(self, asked: Title, admitted: Admitted) -> None:
        """What the stream of this key plays from now on. Raises Refused."""
        stream = self._streams.get(source_of(admitted))
        if stream is None:
            raise Refused(404, "no encoder sends with this key")
        stream.feed.title(Track(asked.title, asked.artist))

    async def _holder(self, key: str) -> tuple[KeyHolder, bytes]:
        digest = key_digest(key)
        if digest is None:
            raise Refused(401, NO_KEY)
        try:
            holder = await self._whose(digest)
        except Unanswered:
            raise Refused(503, "nobody can say whose key this is just now; try again in a moment") from None
        if holder is None:
            raise Refused(401, NO_KEY)
        return holder, digest

    async def _whose(self, digest: bytes) -> KeyHolder | None:
        question = msgspec.json.encode(SourceKeyAsked(digest=digest))
        answer = await self._broker.ask(query_subject("rooms", QUERY), question, PATIENCE)
        return msgspec.json.decode(answer, type=KeyHolder | None)

    def _place(self, mount: str, holder: KeyHolder) -> RoomId:
        """The room of a mount: its own id, or that of a programme, whose room it is where this person sits."""
        known = self._rooms.get(RoomId(mount))
        opened = known.stage.opened
        if opened is None:
            opened = self._of_programme(mount, holder).stage.opened
        if opened is None:
            raise Refused(404, f"there is no open room /{mount[:64]}")
        if opened.room != holder.room and (opened.programme is None or opened.programme != holder.programme):
            raise Refused(403, "the source key is for another room or programme")
        return opened.room

    def _of_programme(self, programme: str, holder: KeyHolder) -> Known:
        rooms = [each for each in self._rooms.open() if each.stage.opened and each.stage.opened.programme == programme]
        rooms.sort(key=lambda each: (holder.person in each.stage.seated, each.stage.status is Status.LIVE))
        return rooms[-1] if rooms else Known()

    async def _register(self, stream: Stream) -> None:
        what = RegisterSource(person=stream.holder.person, name=stream.holder.name)
        identity = fresh_command_id()
        command = Command(
            id=identity,
            subject=source_aggregate(stream.room, what.person, what.name).name,
            actor=what.person,
            via="icecast",
            correlationid=identity,
            roomid=stream.room,
            data=msgspec.Raw(msgspec.json.encode(what)),
        )
        try:
            await self._registering.promise(command, stream.room, what, Transport.ICECAST)
        except (NoSuchRoom, RoomIsMoving) as fault:
            raise Refused(fault.status, str(fault)) from fault
        except Refusal as fault:
            raise Refused(503 if fault.status >= 500 else 403, str(fault)) from fault
        except LogUnavailable as fault:
            raise Refused(503, "the log does not answer; try again in a moment") from fault

    async def _attach(self, stream: Stream) -> None:
        def attach(console: Console) -> bool:
            return console.attach(stream.room, stream.source, stream.feed)

        try:
            async with asyncio.timeout(ATTACH_S):
                while not await self._on_console(stream.room, attach):  # noqa: ASYNC110  # a console sets no event
                    await asyncio.sleep(ATTACH_EVERY_S)
        except TimeoutError:
            raise Refused(503, "the room is not on this mixer just now; try again in a moment") from None

    async def _on_console(self, room: RoomId, ask: Callable[[Console], T]) -> T:
        """What a room's console answers."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[T] = loop.create_future()

        def change(console: Console) -> None:
            answer = ask(console)
            loop.call_soon_threadsafe(lambda: None if told.done() else told.set_result(answer))

        self._post(room, change)
        return await told

    def _revoked(self, word: SourceKeyRevoked) -> None:
        for stream in [each for each in self._streams.values() if each.holder.id == word.key]:
            self.end(stream)

    async def _ask_again(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_S)
            for stream in list(self._streams.values()):
                try:
                    holder = await self._whose(stream.digest)
                except Unanswered:
                    continue
                if holder is None:
                    self.end(stream)


def source_of(admitted: Admitted) -> SourceId:
    """The source that this key is in this room."""
    return source_id(admitted.room, admitted.holder.person, admitted.holder.name)
