"""ResumeIntent: back to live, always as a fresh stream."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.intents.launch import launch
from services.alexa_gateway.outcomes import Ask, Conversation, Say, Tune


def resume(asked: Asked) -> Conversation:
    """The room that was playing here, however long ago; when that is over, says so."""
    left = asked.current.room if asked.current else asked.device.left
    room = asked.rooms.live_room(left)
    if room is not None:
        return Tune(room, asked.say.back_live(room.title))
    title = asked.rooms.ended.get(left) if left is not None else None
    if title is None:
        return launch(asked)
    if not asked.titles:
        return Say(asked.say.over_nothing_live(title))
    return Ask(asked.say.over(title, asked.titles), asked.say.say_a_name(asked.titles), asked.named)
