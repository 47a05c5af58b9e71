"""HelpIntent: two examples that fit the moment, and a question."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.outcomes import Ask, Conversation


def help_me(asked: Asked) -> Conversation:
    """Other examples while something plays than before."""
    words = asked.say.help_while_playing() if asked.playing else asked.say.help(asked.titles)
    return Ask(words, asked.say.still_there(), asked.named)
