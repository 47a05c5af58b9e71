"""The simulated Echo: say something, hear the answer, listen to what plays."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import numpy as np

from parlor.echo.directives import Answer, ClearQueue, Directive, Heard, Play, Stop, UpdateEntities
from parlor.echo.envelopes import Identity, Session, envelope, fresh_session, intent
from parlor.echo.hearing import RATE, Gap, HeardAudio, milliseconds
from parlor.echo.matching import Ear, Launched, Names
from parlor.echo.player import Player, Take, Told
from parlor.echo.signer import Signer
from parlor.echo.skill import BadAnswer, Skill
from parlor.echo.stream import Streams
from parlor.skillpackage import TypeDeclared, language_model

LOCAL_SKILL = "amzn1.ask.skill.local-parlor"
KITCHEN = "amzn1.ask.device.KITCHEN"
HOUSEHOLD = "amzn1.ask.account.HOUSEHOLD"
PATIENCE = 10.0
"""Seconds beyond those asked for, after which listening gives up."""


class Echo:
    """One device in one household. Use it as `async with Echo(…) as echo`; leaving it stops what plays.

    What goes wrong while it tells the skill about its playing is raised by the next thing asked of it: nothing fails
    silently. `told` is all that it told so far.
    """

    def __init__(
        self,
        gateway_url: str,
        ca_file: Path | None,
        signer: Signer,
        device_id: str = KITCHEN,
        skill_id: str = LOCAL_SKILL,
    ) -> None:
        """`ca_file` holds the authorities to trust; without it the public ones. Raises OSError."""
        trust = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        model = language_model()
        self.told: list[Told] = []
        self._who = Identity(skill_id, HOUSEHOLD, device_id)
        self._ear = Ear(model)
        self._slot_types = {slot.name: slot.type for each in model.intents for slot in each.slots}
        self._static: Names = {each.name: each.values for each in model.types}
        self._dynamic: Names = {}
        self._skill = Skill(gateway_url, trust, signer)
        self._streams = Streams(trust)
        self._player = Player(self._streams)
        self._session: Session | None = None
        self._teller: asyncio.Task[None] | None = None
        self._asked = 0.0
        self._returned: tuple[Take | None, int] = (None, 0)

    async def __aenter__(self) -> Self:
        self._teller = asyncio.create_task(self._tell_all(), name="echo tells")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._player.stop()
        try:
            if fault is None:
                await self.quiet()
        finally:
            if self._teller is not None:
                self._teller.cancel()
                with suppress(asyncio.CancelledError, BadAnswer):
                    await self._teller
            await self._skill.close()
            await self._streams.close()

    @property
    def playing(self) -> Play | None:
        """What the player was told to play last, while it does."""
        take = self._player.take
        if take is None or take.ended:
            return None
        return msgspec.convert(
            {"type": "AudioPlayer.Play", "playBehavior": "REPLACE_ALL", "audioItem": {"stream": _stream(take)}}, Play
        )

    async def say(self, text: str) -> Heard:
        """Say it; what a person hears back. Raises NotForTheSkill or BadAnswer."""
        self._complain()
        self._asked = time.monotonic()
        playing = self.playing is not None
        both: Names = {**self._static, **{kind: [*self._static.get(kind, ()), *v] for kind, v in self._dynamic.items()}}
        understood = self._ear.hear(text, both, in_session=self._session is not None, playing=playing)
        if self._session is None or isinstance(understood, Launched):
            self._session, self._dynamic = fresh_session(), {}
        if isinstance(understood, Launched):
            answer = await self._send("LaunchRequest", {}, self._session)
        else:
            wish = intent(understood, self._slot_types, self._static, self._dynamic)
            answer = await self._send("IntentRequest", {"intent": wish}, self._session)
        return await self._converse(answer, self._session)

    async def press(self, button: str) -> None:
        """A button: `Next`, `Previous`, `Play` or `Pause`. Raises BadAnswer."""
        self._complain()
        self._asked = time.monotonic()
        answer = await self._send(f"PlaybackController.{button}CommandIssued", {}, None)
        await self._obey(answer.response.directives)

    async def listen(self, seconds: float) -> HeardAudio:
        """The next so many seconds of what plays: returns when they have come out of the speaker, or with less when
        the stream ended or nothing came. Raises BadAnswer.
        """
        deadline = time.monotonic() + seconds + PATIENCE
        take, skip = self._player.take, 0
        while take is not None and time.monotonic() < deadline:
            self._complain()
            skip = self._returned[1] if self._returned[0] is take else 0
            due = _played_until(take, skip + round(seconds * RATE))
            if due is not None:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                break
            if take.ended and not await self._goes_on(take):
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(self._player.changed(), min(1.0, max(0.01, deadline - time.monotonic())))
            take = self._player.take
        return self._heard(take, skip, round(seconds * RATE))

    def everything(self) -> HeardAudio:
        """All that the last stream brought, from its first sound."""
        self._returned = (None, 0)
        take = self._player.take
        return self._heard(take, 0, take.samples if take else 0)

    async def quiet(self) -> None:
        """Returns when the skill knows all that the player had to tell. Raises BadAnswer."""
        joined = asyncio.create_task(self._player.told.join())
        teller = self._teller
        await asyncio.wait([joined, *([teller] if teller else [])], return_when=asyncio.FIRST_COMPLETED)
        joined.cancel()
        self._complain()

    async def _goes_on(self, take: Take) -> bool:
        """True when the skill, once it knows that this stream ended, has started another one."""
        await self.quiet()
        return self._player.take is not take

    async def _converse(self, answer: Answer, session: Session) -> Heard:
        response = answer.response
        session.new, session.attributes = False, answer.session_attributes
        listening = response.should_end_session is False
        if not listening:
            self._session, self._dynamic = None, {}
        await self._obey(response.directives)
        return Heard(
            speech=response.output_speech.text or response.output_speech.ssml,
            directives=response.directives,
            reprompt=response.reprompt.output_speech.text,
            listening=listening,
        )

    async def _obey(self, directives: tuple[Directive, ...]) -> None:
        for directive in directives:
            match directive:
                case Play(play_behavior="ENQUEUE"):
                    stream = directive.audio_item.stream
                    self._player.queue(stream.url, stream.token, stream.expected_previous_token or "")
                case Play():
                    stream = directive.audio_item.stream
                    await self._player.play(stream.url, stream.token, self._asked)
                case Stop() | ClearQueue():
                    await self._player.stop()
                case UpdateEntities():
                    types = msgspec.json.decode(directive.types, type=tuple[TypeDeclared, ...])
                    self._dynamic = {each.name: each.values for each in types}

    async def _send(self, kind: str, fields: Mapping[str, Any], session: Session | None) -> Answer:
        return await self._skill.send(kind, envelope(self._who, self._player.context, kind, fields, session))

    async def _tell_all(self) -> None:
        while True:
            told = await self._player.told.get()
            self.told.append(told)
            fields: dict[str, Any] = {"token": told.token, "offsetInMilliseconds": told.offset}
            if told.error:
                state = {"token": told.token, "playerActivity": "STOPPED", "offsetInMilliseconds": told.offset}
                error = {"type": told.error, "message": told.why[:200]}
                fields = {"token": told.token, "currentPlaybackState": state, "error": error}
            answer = await self._send(told.kind, fields, None)
            await self._obey(answer.response.directives)
            self._player.told.task_done()

    def _complain(self) -> None:
        if self._teller is not None and self._teller.done() and not self._teller.cancelled():
            self._teller.result()

    def _heard(self, take: Take | None, skip: int, wanted: int) -> HeardAudio:
        if take is None:
            nothing = np.zeros(0, np.int16)
            return HeardAudio(
                samples=nothing, first_audio_after=milliseconds(0), gaps=(), content_type="", kbits=0.0, ended="silence"
            )
        sound = np.concatenate([*take.sound, np.zeros(0, np.int16)])[: take.silenced][skip : skip + wanted]
        self._returned = (take, skip + len(sound))
        playing, begin, end = take.playing, skip / RATE * 1000, (skip + len(sound)) / RATE * 1000
        within: tuple[Gap, ...] = tuple(gap for gap in (playing.gaps if playing else ()) if begin <= gap.after < end)
        first = take.arrivals[0].at - take.asked if take.arrivals else 0.0
        return HeardAudio(
            samples=sound,
            first_audio_after=milliseconds(first),
            gaps=within,
            content_type=take.content_type,
            kbits=take.size * 8 * RATE / take.samples / 1000 if take.samples else 0.0,
            ended=take.ended,
        )


def _stream(take: Take) -> dict[str, str]:
    return {"url": take.url, "token": take.token}


def _played_until(take: Take, samples: int) -> float | None:
    """When so much sound has come out of the speaker; None while not so much has come in."""
    playing = take.playing
    if playing is None or take.samples < samples:
        return None
    return playing.until - (take.samples - samples) / RATE
