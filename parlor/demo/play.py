"""The story: a room opens, two people talk, a third is muted, an Echo in a kitchen asks for the room and listens."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import msgspec

from libs.events.telemetry import RoomMeters
from parlor.demo.browser import Browser
from parlor.demo.cast import HOST, LISTENING, SPEAKERS, TITLE, Speaker
from parlor.demo.chronicle import Expected
from parlor.demo.composition import Composition
from parlor.demo.earshot import Ear
from parlor.demo.recordings import Line
from parlor.demo.scene import Scene
from parlor.demo.stage import DemoFailed, Person
from parlor.demo.view import View
from parlor.demo.watch import watching
from parlor.echo.device import Echo
from parlor.echo.directives import Play
from parlor.echo.hearing import HeardAudio
from parlor.echo.signer import Signer
from parlor.localca import ensure

SETTLED = 1.0
"""Seconds of talk before the Echo asks, as with any room that one tunes in to."""


class Said(msgspec.Struct, frozen=True):
    """One sentence in the kitchen. `at` is the monotonic time at which it began to be said."""

    who: str
    text: str
    at: float


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What the story left behind. `began`: by name, the monotonic time at which they began to send; `ended`: when the
    Echo stopped listening. `ears` is what they heard on the stage, `alone` when only the one from the page was there.
    """

    room: str
    people: Mapping[str, str]
    given: str
    heard: HeardAudio
    began: Mapping[str, float]
    ended: float
    ears: Mapping[str, Ear]
    alone: tuple[float, float]
    how: str
    said: tuple[Said, ...]
    sounded: float
    lines: tuple[bytes, ...]
    expected: tuple[Expected, ...]


class Kitchen:
    """A person and their Echo, with what both said."""

    def __init__(self, echo: Echo, view: View) -> None:
        self.said: list[Said] = []
        self.play: Play | None = None
        self._echo = echo
        self._view = view

    async def say(self, text: str) -> bool:
        """Say it to Alexa; True when she goes on listening."""
        self._tell("you", text)
        heard = await self._echo.say(text)
        if heard.speech:
            self._tell("Alexa", heard.speech)
        self.play = heard.play or self.play
        return heard.listening

    def _tell(self, who: str, text: str) -> None:
        self.said.append(Said(who, text, time.monotonic()))
        self._view.said(who, text)


async def perform(composition: Composition, lines: Sequence[Line], browser: Browser | str, view: View) -> Taken:
    """All of it. Raises DemoFailed, or what went wrong at the Echo."""

    def meters(beacon: RoomMeters) -> None:
        view.meters(beacon)

    async with watching(composition.state, view.fact, meters) as watch, signed_in(composition.page) as people:
        view.people({person.id: name for name, person in people.items()})
        room = await set_up(people[HOST], people, view)
        expected = expectations(room, people)
        async with contextlib.AsyncExitStack() as stack:
            scene = Scene(composition.page, room, people, stack)
            await scene.begin(lines, browser, composition.state, view)
            await watch.until(expected.on_air)
            await asyncio.sleep(SETTLED)
            async with echo(composition) as device:
                kitchen, heard, sounded = await tune_in(device, view)
            ended = time.monotonic()
            ears = await scene.ears.heard()
            await people[HOST].step(room, "end")
            await watch.until(expected.after)
        view.step("The room has ended; everything is written down")
        return Taken(
            room=room,
            people={name: person.id for name, person in people.items()},
            given=room_in(kitchen.play),
            heard=heard,
            began=scene.began,
            ended=ended,
            ears=ears,
            alone=scene.alone,
            how=scene.how,
            said=tuple(kitchen.said),
            sounded=sounded,
            lines=tuple(await watch.lines()),
            expected=expected.on_air + expected.after,
        )


async def set_up(host: Person, people: Mapping[str, Person], view: View) -> str:
    """Open the room, put everybody on the stage, mute who is to be muted; the room's id."""
    room = await host.open_room(TITLE)
    view.step(f"{host.name} opened the room “{TITLE}” over HTTP")
    await host.step(room, "go-live")
    for speaker in SPEAKERS:
        await host.step(room, "admit", people[speaker.name].id)
    for speaker in (each for each in SPEAKERS if each.muted):
        await host.step(room, "mute", people[speaker.name].id)
        view.step(f"On the stage: {', '.join(each.name for each in SPEAKERS)}; {speaker.name} is muted")
    return room


async def tune_in(device: Echo, view: View) -> tuple[Kitchen, HeardAudio, float]:
    """Ask for the room by name, listen, say stop. The last value: monotonic time of the first sound."""
    kitchen = Kitchen(device, view)
    listening = await kitchen.say("Alexa, open parlor live")
    asked = f"play {TITLE.lower()}"
    await kitchen.say(asked if listening else f"Alexa, ask parlor live to {asked}")
    if kitchen.play is None:
        raise DemoFailed(f"Alexa does not play “{TITLE}”; she says: {kitchen.said[-1].text}")
    request = time.monotonic()
    view.listening(LISTENING)
    heard = await device.listen(LISTENING)
    view.heard(heard)
    sounded = request + heard.first_audio_after / 1000
    await kitchen.say("Alexa, stop")
    await device.quiet()
    return kitchen, heard, sounded


@contextlib.asynccontextmanager
async def signed_in(page: str) -> AsyncIterator[dict[str, Person]]:
    """Host and speakers, by name."""
    async with contextlib.AsyncExitStack() as stack:
        names = (HOST, *(speaker.name for speaker in SPEAKERS))
        yield {name: await stack.enter_async_context(Person(page, name)) for name in names}


@contextlib.asynccontextmanager
async def echo(composition: Composition) -> AsyncIterator[Echo]:
    """The Echo in the kitchen; it trusts and signs with what this installation made."""
    authority = ensure(composition.state)
    async with Echo(f"{composition.echo}/alexa", authority.ca_pem, Signer.local(authority)) as device:
        yield device


class Expectations(msgspec.Struct, frozen=True):
    """Facts that have to be there before the Echo asks, and once all is over."""

    on_air: tuple[Expected, ...]
    after: tuple[Expected, ...]


def expectations(room: str, people: Mapping[str, Person]) -> Expectations:
    """What a demo has to leave in the log."""
    return Expectations(
        (
            Expected("rooms.room-opened.v1", {"room": room, "title": TITLE}, f"{TITLE} was opened"),
            Expected("rooms.went-live.v1", {"room": room}, f"{TITLE} went live"),
            Expected("media.mix-started.v1", {"room": room}, "a mixer took the room"),
            *(each for speaker in SPEAKERS for each in arrival(speaker, room, people[speaker.name].id)),
        ),
        (
            Expected("media.stream-ready.v1", {"room": room, "rendition": "mp3"}, "the MP3 stream was on air"),
            Expected("playback.playback-asked.v1", {"room": room}, "the Echo was told to play the room"),
            Expected("playback.playback-started.v1", {"room": room}, "the Echo said that it plays"),
            Expected("playback.playback-stopped.v1", {"room": room}, "the Echo said that it stopped"),
            Expected("rooms.room-ended.v1", {"room": room}, "the room was ended"),
        ),
    )


def arrival(speaker: Speaker, room: str, person: str) -> tuple[Expected, ...]:
    """How a speaker comes on the stage and on the air."""
    whose, name = {"room": room, "person": person}, speaker.name
    there = (
        Expected("rooms.speaker-admitted.v1", whose, f"{name} was admitted"),
        Expected("media.source-registered.v1", whose, f"{name}'s sender was registered"),
        Expected("media.source-connected.v1", whose, f"{name}'s packets came"),
        Expected("presence.speaker-joined.v1", whose, f"{name} joined"),
    )
    if speaker.muted:
        return (*there, Expected("rooms.speaker-muted.v1", whose, f"{name} was muted"))
    return (*there, Expected("media.speaking-started.v1", whose, f"{name} was heard to speak"))


def room_in(play: Play | None) -> str:
    """The room whose stream the Echo was given: the name of `/live/<room>.mp3`."""
    return Path(play.audio_item.stream.url.partition("?")[0]).stem if play else ""
