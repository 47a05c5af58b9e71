"""One request, one answer: gather what is known, let the rules decide, write the facts, say it in Alexa's JSON."""

import asyncio
from typing import TypeAlias

from libs.events.log import LogUnavailable
from libs.events.refusal import Contended
from libs.service.logs import logger
from services.alexa_gateway.asked import Asked
from services.alexa_gateway.devices import device_id
from services.alexa_gateway.gathering import gather
from services.alexa_gateway.intents import INTENTS
from services.alexa_gateway.intents.fallback import fallback
from services.alexa_gateway.intents.launch import launch
from services.alexa_gateway.intents.leave import leave
from services.alexa_gateway.intents.next_room import next_room, previous_room
from services.alexa_gateway.intents.resume import resume
from services.alexa_gateway.metrics import DEGRADED, FORGOTTEN, REFUSED_BY_ALEXA, REQUESTS, SECONDS, UNKNOWN
from services.alexa_gateway.outcomes import Extend, Halt, Nothing, Say, Tune
from services.alexa_gateway.playback import after_end, after_failure, after_start
from services.alexa_gateway.recording import Recorder
from services.alexa_gateway.replies import EMPTY, Listen, brake, control, converse
from services.alexa_gateway.requests import (
    AnyRequest,
    ExceptionEncountered,
    Failed,
    Finished,
    Intent,
    IntentAsked,
    Launch,
    NearlyFinished,
    NextPressed,
    PausePressed,
    PlayPressed,
    PreviousPressed,
    SessionEnded,
    Started,
    Stopped,
    Unknown,
    decode_request,
)
from services.alexa_gateway.sentences import for_locale
from services.alexa_gateway.tools import Tools
from services.alexa_gateway.verifier import Verified

ANSWER_SECONDS = 5.0
"""Alexa waits for about eight."""

Button: TypeAlias = NextPressed | PreviousPressed | PausePressed | PlayPressed

log = logger("alexa_gateway")


async def answer(tools: Tools, verified: Verified) -> bytes:
    """The response body. Never raises for what is down elsewhere: a person hears a sentence that says what to do, a
    player gets an empty answer.
    """
    request = decode_request(verified.envelope, verified.head)
    REQUESTS.labels(kind=type(request).__name__).inc()
    try:
        with SECONDS.time():
            async with asyncio.timeout(ANSWER_SECONDS):
                return await Turn(tools, verified).answer(request)
    except (LogUnavailable, Contended, TimeoutError) as fault:
        DEGRADED.inc()
        log.warning("answered without the log", kind=type(request).__name__, why=str(fault) or type(fault).__name__)
    except Exception:  # Alexa reads a 5xx aloud as "a problem with the skill's response"; logged here, once
        DEGRADED.inc()
        log.exception("request failed", kind=type(request).__name__)
    return apology(request)


def apology(request: AnyRequest) -> bytes:
    """A sentence that says what to do for somebody who spoke, nothing for a player."""
    return converse(Say(for_locale(request.locale).unreachable()), None) if request.conversation else EMPTY


class Turn:
    """One verified request on its way to an answer."""

    def __init__(self, tools: Tools, verified: Verified) -> None:
        self._tools = tools
        self._envelope = verified.envelope
        self._head = verified.head
        system = verified.envelope.context.system
        self._can_play = "AudioPlayer" in system.device.supported_interfaces
        self._device = device_id(tools.secret, system.user.user_id, system.device.device_id)
        self._record = Recorder(tools, self._device, verified.head)

    async def answer(self, request: AnyRequest) -> bytes:
        """Raises LogUnavailable or Contended."""
        match request:
            case Launch():
                return await self._converse(None)
            case IntentAsked():
                return await self._converse(request.intent)
            case NextPressed() | PreviousPressed() | PausePressed() | PlayPressed():
                return await self._button(request)
            case Started() | Stopped() | Finished():
                return await self._told(request)
            case Failed() | NearlyFinished():
                return await self._try_again(request)
            case SessionEnded() | ExceptionEncountered() | Unknown():
                return self._note(request)

    async def _converse(self, intent: Intent | None) -> bytes:
        asked = await self._gather(intent)
        rule = INTENTS.get(intent.name, fallback) if intent else launch
        outcome = rule(asked)
        if isinstance(outcome, Tune) and not self._can_play:
            outcome = Say(asked.say.no_player())
        listen = await self._send_to(outcome, asked) if isinstance(outcome, Tune) else None
        return converse(outcome, listen, asked.rooms.live)

    async def _button(self, request: Button) -> bytes:
        """A button means what the word means, without the words."""
        asked = await self._gather(None)
        match request:
            case NextPressed():
                outcome = next_room(asked)
            case PreviousPressed():
                outcome = previous_room(asked)
            case PlayPressed():
                outcome = resume(asked)
            case PausePressed():
                outcome = leave(asked)
        if isinstance(outcome, Tune):
            return control(outcome, await self._send_to(outcome, asked))
        return control(outcome if isinstance(outcome, Halt) else Nothing(), None)

    async def _told(self, event: Started | Stopped | Finished) -> bytes:
        play = (await self._tools.notebook.device(self._device)).plays.get(event.token)
        if play is None:
            FORGOTTEN.inc()
            return EMPTY
        await self._record.told(event, play)
        return brake(after_start(play, self._tools.follower.rooms)) if isinstance(event, Started) else EMPTY

    async def _try_again(self, event: Failed | NearlyFinished) -> bytes:
        device, rooms = await self._tools.notebook.device(self._device), self._tools.follower.rooms
        play = device.plays.get(event.token)
        if play is None:
            FORGOTTEN.inc()
            return EMPTY
        if isinstance(event, Failed):
            outcome = after_failure(event, device, rooms)
            return control(outcome, await self._record.failed(event, play, outcome))
        outcome = after_end(event, device, rooms)
        return control(outcome, await self._record.asked(outcome, None) if isinstance(outcome, Extend) else None)

    async def _gather(self, intent: Intent | None) -> Asked:
        device = await self._tools.notebook.device(self._device)
        return gather(self._tools, self._envelope, device, intent, self._head.locale)

    async def _send_to(self, outcome: Tune, asked: Asked) -> Listen:
        return await self._record.asked(outcome, (asked.current.room, asked.heard) if asked.current else None)

    def _note(self, request: SessionEnded | ExceptionEncountered | Unknown) -> bytes:
        """Nothing may be answered; an error is about an earlier answer of ours and must be seen."""
        if isinstance(request, Unknown):
            UNKNOWN.inc()
            log.info("request of unknown type", kind=self._head.type[:80])
        elif request.error is not None:
            cause = request.cause.request_id if isinstance(request, ExceptionEncountered) else ""
            REFUSED_BY_ALEXA.labels(type=request.error.type[:40]).inc()
            log.error("Alexa did not like an answer", type=request.error.type, why=request.error.message, cause=cause)
        return EMPTY
