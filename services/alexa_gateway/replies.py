"""Outcomes as Alexa's response JSON (Request and Response JSON Reference), within its limits.

One class per directive, one function per kind of request. `shouldEndSession` follows from the outcome, it is never
chosen: true with a stream or a plain sentence, false with a question.
"""

from collections.abc import Sequence

import msgspec

from libs.events.ids import Milliseconds
from services.alexa_gateway.outcomes import Ask, Brake, Control, Conversation, Extend, Halt, Nothing, Say, Tune
from services.alexa_gateway.state import Room

BUDGET = 24_576
"""Bytes of a whole response; Alexa refuses more."""
LONGEST_SPEECH = 8_000
NAMES_AT_MOST = 100
"""Values and synonyms of one dynamic entity update."""


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A piece of a response; what is left at its default is not sent."""


class Speech(Part, frozen=True, kw_only=True, tag_field="type", tag="PlainText"):
    """Read as it stands, so names that people typed can't become markup."""

    text: str


class Reprompt(Part, frozen=True, kw_only=True):
    """Said once more when nobody answers."""

    output_speech: Speech


class Stream(Part, frozen=True, kw_only=True):
    """Where the device gets its sound. Live has no offset."""

    url: str
    token: str
    expected_previous_token: str | None = None
    offset_in_milliseconds: Milliseconds | None = None


class Metadata(Part, frozen=True, kw_only=True):
    """What a screen shows for as long as this stream plays."""

    title: str
    subtitle: str


class AudioItem(Part, frozen=True, kw_only=True):
    """A stream and its face."""

    stream: Stream
    metadata: Metadata


class Play(Part, frozen=True, kw_only=True, tag_field="type", tag="AudioPlayer.Play"):
    """`REPLACE_ALL`, or `ENQUEUE` after the token that plays."""

    play_behavior: str
    audio_item: AudioItem


class StopDirective(Part, frozen=True, kw_only=True, tag_field="type", tag="AudioPlayer.Stop"):
    """Stop what plays."""


class EntityName(Part, frozen=True, kw_only=True):
    """What may be said."""

    value: str
    synonyms: tuple[str, ...] = ()


class Entity(Part, frozen=True, kw_only=True):
    """One room."""

    id: str
    name: EntityName


class EntityType(Part, frozen=True, kw_only=True):
    """Values for a slot type, for this conversation."""

    name: str
    values: tuple[Entity, ...]


class UpdateEntities(Part, frozen=True, kw_only=True, tag_field="type", tag="Dialog.UpdateDynamicEntities"):
    """Tells Alexa's ear which names to expect."""

    update_behavior: str
    types: tuple[EntityType, ...]


class Response(Part, frozen=True, kw_only=True):
    """What the device does."""

    output_speech: Speech | None = None
    reprompt: Reprompt | None = None
    directives: tuple[Play | StopDirective | UpdateEntities, ...] = ()
    should_end_session: bool | None = None


class Attributes(Part, frozen=True, kw_only=True):
    """What we want to be told in the next turn: ids only."""

    offered: tuple[str, ...] = ()
    misses: int = 0


class Reply(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The whole answer."""

    version: str = "1.0"
    session_attributes: Attributes | msgspec.UnsetType = msgspec.UNSET
    response: Response = Response()


EMPTY = msgspec.json.encode(Reply())
"""Legal for every request."""


class Listen(msgspec.Struct, frozen=True):
    """A place to listen, made for one play: the URL with its token, and the token itself."""

    url: str
    token: str


def converse(outcome: Conversation, listen: Listen | None, rooms: Sequence[Room] = ()) -> bytes:
    """The answer to somebody who spoke. `listen` is there when the outcome is a Tune, `rooms` are names to expect."""
    match outcome:
        case Say(words):
            return fitted(Reply(response=Response(output_speech=speech(words), should_end_session=True)))
        case Halt():
            return fitted(Reply(response=Response(directives=(StopDirective(),), should_end_session=True)))
        case Tune(room, words):
            said = speech(words) if words else None
            plays = (play(room, listen),) if listen else ()
            return fitted(Reply(response=Response(output_speech=said, directives=plays, should_end_session=True)))
        case Ask():
            return fitted(ask(outcome, entities(rooms)), ask(outcome, ()))


def control(outcome: Control, listen: Listen | None) -> bytes:
    """The answer to a button or to a stream that ended: never a word, no `shouldEndSession`."""
    match outcome:
        case Tune(room):
            return fitted(Reply(response=Response(directives=(play(room, listen),) if listen else ())))
        case Extend(room, after):
            return fitted(Reply(response=Response(directives=(play(room, listen, after),) if listen else ())))
        case Halt():
            return fitted(Reply(response=Response(directives=(StopDirective(),))))
        case Nothing():
            return EMPTY


def brake(outcome: Brake) -> bytes:
    """The answer to PlaybackStarted: at most a stop."""
    return control(outcome, None)


def fitted(*choices: Reply) -> bytes:
    """The first choice that keeps to the budget, else the empty reply."""
    encoded = (msgspec.json.encode(choice) for choice in choices)
    return next((answer for answer in encoded if len(answer) <= BUDGET), EMPTY)


def speech(words: str) -> Speech:
    """Words, cut at the limit."""
    return Speech(text=words[:LONGEST_SPEECH])


def ask(outcome: Ask, directives: tuple[UpdateEntities, ...]) -> Reply:
    """A question that leaves the microphone open."""
    return Reply(
        session_attributes=Attributes(offered=outcome.offered, misses=outcome.misses),
        response=Response(
            output_speech=speech(outcome.words),
            reprompt=Reprompt(output_speech=speech(outcome.again)),
            directives=directives,
            should_end_session=False,
        ),
    )


def play(room: Room, listen: Listen, after: str | None = None) -> Play:
    """The one directive that makes sound."""
    stream = Stream(
        url=listen.url,
        token=listen.token,
        expected_previous_token=after,
        offset_in_milliseconds=Milliseconds(0),
    )
    face = Metadata(title=room.title, subtitle="Parlor, live")
    return Play(
        play_behavior="REPLACE_ALL" if after is None else "ENQUEUE",
        audio_item=AudioItem(stream=stream, metadata=face),
    )


def entities(rooms: Sequence[Room]) -> tuple[UpdateEntities, ...]:
    """Live names for the slot type of PlayIntent, as many as Alexa takes."""
    values: list[Entity] = []
    left = NAMES_AT_MOST
    for room in rooms:
        left -= 1 + len(room.aliases)
        if left < 0:
            break
        values.append(Entity(id=room.id, name=EntityName(value=room.title, synonyms=room.aliases)))
    if not values:
        return ()
    return (UpdateEntities(update_behavior="REPLACE", types=(EntityType(name="RoomName", values=tuple(values)),)),)
