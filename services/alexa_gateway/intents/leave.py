"""Pause, Stop, Cancel and NavigateHome: "Alexa, stop" arrives as PauseIntent while something plays."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.outcomes import Conversation, Halt


def leave(_: Asked) -> Conversation:
    """Stops without a word: a goodbye would only be in the way. What was left is remembered for Resume and launch."""
    return Halt()
