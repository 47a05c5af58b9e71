"""FallbackIntent: nothing that the model covers was heard. First rephrase, then two choices, then the safe action."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.intents.launch import choose, launch
from services.alexa_gateway.outcomes import Ask, Conversation, Say, Tune

PATIENCE = 2


def fallback(asked: Asked) -> Conversation:
    """Never only "something went wrong": every step offers a way on."""
    if not asked.titles:
        return Say(asked.say.nothing_live())
    if asked.misses >= PATIENCE:
        return _safe(asked)
    words = asked.say.missed(asked.titles) if asked.misses else asked.say.help(asked.titles)
    return Ask(words, asked.say.still_there(), asked.named, asked.misses + 1)


def _safe(asked: Asked) -> Conversation:
    best = launch(asked)
    if isinstance(best, Tune):
        return best
    first = asked.rooms.live[0]
    return Tune(first, asked.say.playing_one_of_several(first.title)) if asked.titles else choose(asked)
