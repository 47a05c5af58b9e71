"""NextIntent and PreviousIntent: walking through what is live."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.intents.launch import choose
from services.alexa_gateway.outcomes import Conversation, Say, Tune
from services.alexa_gateway.state import Room


def next_room(asked: Asked) -> Conversation:
    """The live room after this one; after the last comes the first."""
    return _tune(asked, beside(asked, 1))


def previous_room(asked: Asked) -> Conversation:
    """The live room that was heard here before, else the one before in the list."""
    here = asked.room
    before = (asked.rooms.live_room(room_id) for room_id in asked.device.rooms_before(here.id if here else None))
    return _tune(asked, next((room for room in before if room is not None), None) or beside(asked, -1))


def beside(asked: Asked, step: int) -> Room | None:
    """The neighbour in the list of live rooms; None when there is no other room."""
    live, here = asked.rooms.live, asked.last_room
    others = [room for room in live if room != here]
    if not others:
        return None
    return live[(live.index(here) + step) % len(live)] if here in live else others[0]


def _tune(asked: Asked, room: Room | None) -> Conversation:
    if room is not None:
        return Tune(room, asked.say.playing(room.title))
    return Say(asked.say.only_one(asked.titles[0])) if asked.titles else choose(asked)
