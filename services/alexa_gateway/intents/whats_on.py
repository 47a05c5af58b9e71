"""WhatsOnIntent: "what's live"."""

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.intents.launch import choose
from services.alexa_gateway.outcomes import Conversation


def whats_on(asked: Asked) -> Conversation:
    """Names at most three and asks which."""
    return choose(asked)
