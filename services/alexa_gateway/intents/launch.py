"""LaunchRequest, "open parlor live": plays at once when the guess is good, else says what is live and asks."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.outcomes import Ask, Conversation, Say, Tune


def launch(asked: Asked) -> Conversation:
    """The room left under ten minutes ago, else the only live one, else the question."""
    live = asked.rooms.live
    guess = asked.last_room or (live[0] if len(live) == 1 else None)
    if guess is None:
        return choose(asked)
    words = asked.say.playing_one_of_several(guess.title) if len(live) > 1 else asked.say.playing(guess.title)
    return Tune(guess, words)


def choose(asked: Asked) -> Conversation:
    """Name at most three and ask."""
    if not asked.titles:
        return Say(asked.say.nothing_live())
    return Ask(asked.say.which(asked.titles), asked.say.say_a_name(asked.titles), asked.named)
