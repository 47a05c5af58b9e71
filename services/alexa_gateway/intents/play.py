"""PlayIntent: "play City Talk", "the second one"."""

import re

from services.alexa_gateway.asked import NAMED, Asked
from services.alexa_gateway.intents.launch import choose
from services.alexa_gateway.naming import GOOD, alike, find, told_apart
from services.alexa_gateway.outcomes import Ask, Conversation, Say, Tune
from services.alexa_gateway.state import Room

ORDINALS = {"1": 0, "first": 0, "1st": 0, "2": 1, "second": 1, "2nd": 1, "3": 2, "third": 2, "3rd": 2, "last": -1}


def play(asked: Asked) -> Conversation:
    """Plays the room that is meant; asks when two fit; says what is live when none does."""
    heard = spoken(asked)
    rooms = told_apart(meant(asked, heard))
    if len(rooms) == 1:
        return Tune(rooms[0], asked.say.playing(rooms[0].title))
    if rooms:
        offered = rooms[:NAMED]
        question = asked.say.which_of([room.title for room in offered])
        return Ask(question, question, tuple(room.id for room in offered))
    return not_live(asked, heard) if heard else choose(asked)


def spoken(asked: Asked) -> str:
    """What was said where a name stands."""
    intent = asked.intent
    return (intent.slot("name").value or intent.slot("ordinal").value or "") if intent else ""


def meant(asked: Asked, heard: str) -> tuple[Room, ...]:
    """By the order in which rooms were just named, else by what Alexa resolved, else by our own ear."""
    by_place = _by_place(asked, heard)
    if by_place is not None:
        return (by_place,)
    resolved = asked.intent.slot("name").ids if asked.intent else ()
    by_id = tuple(room for room in asked.rooms.live if room.id in resolved)
    return by_id or find(heard, asked.rooms.live).rooms


def not_live(asked: Asked, heard: str) -> Conversation:
    """A room that is over or has not begun is named as such."""
    titles = asked.titles
    waiting = find(heard, [room for room in asked.rooms.open.values() if not room.live]).rooms
    if waiting:
        return Say(asked.say.not_started(waiting[0].title))
    ended = [title for title in reversed(asked.rooms.ended.values()) if alike(heard, title) >= GOOD]
    if not titles:
        words = asked.say.over_nothing_live(ended[0]) if ended else asked.say.not_found_nothing_live(heard)
        return Say(words)
    words = asked.say.over(ended[0], titles) if ended else asked.say.not_live(heard, titles)
    return Ask(words, asked.say.say_a_name(titles), asked.named)


def _by_place(asked: Asked, heard: str) -> Room | None:
    said = re.fullmatch(r"(?:the )?(\w+)(?: one)?", heard.lower())
    place = ORDINALS.get(said[1]) if said else None
    if place is None or not -1 <= place < len(asked.offered):
        return None
    return asked.rooms.live_room(asked.offered[place]) if asked.offered else None
