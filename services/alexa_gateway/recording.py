"""Facts about one speaker, written in the name of one request: asked twice, written once.

All facts of one request are one decision: the log knows a cause by its id, so a second write for it would be nothing.
"""

from libs.events.ids import DeviceId, EventId, Milliseconds, RoomId, Samples
from libs.events.ledger import Cause
from libs.events.playback import PlaybackAsked, PlaybackEvent
from libs.service.tracing import current
from services.alexa_gateway.outcomes import Control, Extend, Tune
from services.alexa_gateway.playback import told
from services.alexa_gateway.replies import Listen
from services.alexa_gateway.requests import Failed, Finished, Head, Started, Stopped
from services.alexa_gateway.state import Device, Play
from services.alexa_gateway.tools import Tools

VIA = "alexa"
EDGE_PATIENCE = Milliseconds(400)
"""A speaker may tell us that it plays before the edge tells us where it began."""


class Recorder:
    """Writes for one device and one request."""

    def __init__(self, tools: Tools, device: DeviceId, head: Head) -> None:
        self._tools = tools
        self._device = device
        self._head = head

    async def asked(self, outcome: Tune | Extend, hearing: tuple[RoomId, Samples | None] | None) -> Listen:
        """A new place to listen, after it is in the log that the speaker was sent there. `hearing` is the room that
        plays already and what was heard of it.
        """
        now, room = self._tools.clock(), outcome.room.id
        listen, fact = self._sent(outcome, now)
        heard = hearing[1] if hearing and hearing[0] == room else None
        await self._write(self._cause(room, heard, now), [fact])
        return listen

    async def failed(self, event: Failed, play: Play, outcome: Control) -> Listen | None:
        """That a stream failed and, when it is tried once more, where the speaker was sent instead."""
        now, listen = self._tools.clock(), None
        facts = [told(event, play, self._device, now)]
        if isinstance(outcome, Tune):
            listen, fact = self._sent(outcome, now)
            facts.append(fact)
        heard = self._tools.heard.at(event.token, Milliseconds(0))
        await self._write(self._cause(play.room, heard, now), facts)
        return listen

    async def told(self, event: Started | Stopped | Finished, play: Play) -> None:
        """What the speaker told about a stream, with what was heard of it by then."""
        now = self._tools.clock()
        patience = EDGE_PATIENCE if isinstance(event, Started) else Milliseconds(0)
        heard = await self._tools.heard.soon(event.token, event.offset_in_milliseconds, patience)
        await self._write(self._cause(play.room, heard, now), [told(event, play, self._device, now)])

    def _sent(self, outcome: Tune | Extend, now: Milliseconds) -> tuple[Listen, PlaybackEvent]:
        room, start = outcome.room.id, outcome.start if isinstance(outcome, Tune) else None
        listen = self._tools.streams.place(room, outcome.rendition, start, now)
        fact = PlaybackAsked(
            device=self._device,
            room=room,
            token=listen.token,
            rendition=outcome.rendition,
            attempt=outcome.attempt,
            start=start,
        )
        return listen, fact

    def _cause(self, room: RoomId, heard: Samples | None, now: Milliseconds) -> Cause:
        return Cause(
            id=EventId(self._head.request_id),
            correlationid=self._head.request_id,
            via=VIA,
            now=now,
            actor=self._device,
            roomid=room,
            mediatime=self._tools.follower.clock(room),
            heardat=heard,
            traceparent=current(),
        )

    async def _write(self, cause: Cause, facts: list[PlaybackEvent]) -> None:
        def decide(_: Device) -> list[PlaybackEvent]:
            return facts

        await self._tools.notebook.write(self._device, cause, decide, self._head.locale)
