"""LoopOn, LoopOff, ShuffleOn, ShuffleOff: what live radio does not have, said in one sentence; it plays on."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.outcomes import Conversation, Say


def loop(asked: Asked) -> Conversation:
    """Says that there is no loop."""
    return Say(asked.say.no_loop())


def shuffle(asked: Asked) -> Conversation:
    """Says that there is no shuffle."""
    return Say(asked.say.no_shuffle())
