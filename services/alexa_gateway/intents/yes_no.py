"""YesIntent and NoIntent: answers to "would you like City Talk?"."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.intents.launch import choose
from services.alexa_gateway.outcomes import Ask, Conversation, Halt, Tune


def yes(asked: Asked) -> Conversation:
    """The one room that was offered; of several, which."""
    offered = [room for room in map(asked.rooms.live_room, asked.offered) if room is not None]
    if len(offered) == 1:
        return Tune(offered[0], asked.say.playing(offered[0].title))
    if not offered:
        return choose(asked)
    question = asked.say.which_of([room.title for room in offered])
    return Ask(question, question, tuple(room.id for room in offered))


def no(_: Asked) -> Conversation:
    """Then nothing."""
    return Halt()
