"""Who speaks how: first one from the studio page, alone, then the others by RTP; and who listens on the stage."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from parlor.demo.browser import Browser
from parlor.demo.cast import ALONE
from parlor.demo.earshot import Listening, listening
from parlor.demo.guest import talking
from parlor.demo.recordings import Line
from parlor.demo.sender import Order, Orders, sending
from parlor.demo.stage import Person
from parlor.demo.view import View

NOT_YET, NOT_ANY_MORE = 0.8, 0.3
"""Seconds after somebody began to talk alone, and before the others begin, that don't count as alone."""


class Scene:
    """Goes on for as long as `stack` is open. `began` is by name, `alone` from when to when, both in monotonic seconds;
    `how` says by what the one from the page speaks.
    """

    ears: Listening

    def __init__(self, page: str, room: str, people: Mapping[str, Person], stack: contextlib.AsyncExitStack) -> None:
        self.began: dict[str, float] = {}
        self.alone = (0.0, 0.0)
        self.how = ""
        self._page = page
        self._room = room
        self._people = people
        self._stack = stack

    async def begin(self, lines: Sequence[Line], browser: Browser | str, folder: Path, view: View) -> None:
        """Everybody. Raises DemoFailed."""
        open_lines = [line for line in lines if not line.speaker.muted]
        hearers = [self._people[line.speaker.name] for line in open_lines]
        ears = listening(self._page, self._room, hearers, folder / "ears")
        self.ears = await self._stack.enter_async_context(ears)
        by_rtp = [line for line in lines if not line.speaker.from_page]
        orders = tuple([await self._order(line) for line in by_rtp])
        (guest,) = (line for line in lines if line.speaker.from_page)
        begun = await self._from_page(guest, browser, view)
        others = await self._stack.enter_async_context(sending(Orders(begun + ALONE, orders)))
        self.began |= {line.speaker.name: others for line in by_rtp}
        self.alone = (begun + NOT_YET, others - NOT_ANY_MORE)
        view.step(f"{len(by_rtp)} senders more: real speech as RTP/Opus, 50 packets a second each")

    async def _from_page(self, line: Line, browser: Browser | str, view: View) -> float:
        who = self._people[line.speaker.name]
        talk = await self._stack.enter_async_context(talking(browser, self._page, self._room, who, line.file))
        self.began[who.name] = talk.begin
        self.how = talk.how
        view.step(talk.how)
        return talk.begin

    async def _order(self, line: Line) -> Order:
        place = await self._people[line.speaker.name].register(self._room)
        return Order(str(line.file), place.host, place.port, place.ssrc, place.payload_type)
