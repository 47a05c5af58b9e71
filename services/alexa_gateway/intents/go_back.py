"""StartOverIntent and RepeatIntent: live radio that can be heard again, as far back as segments are kept."""

from libs.events.ids import Samples
from services.alexa_gateway.asked import Asked
from services.alexa_gateway.intents.launch import launch
from services.alexa_gateway.outcomes import Conversation, Tune

RATE = 48_000
A_LITTLE = Samples(30 * RATE)
RENDITION = "aac"
"""Stored segments are AAC."""


def start_over(asked: Asked) -> Conversation:
    """From the moment it went live, or from as far back as can be."""
    room = asked.last_room
    if room is None or asked.clock is None:
        return launch(asked)
    if room.since >= earliest(asked):
        return Tune(room, asked.say.from_the_start(room.title), room.since, RENDITION)
    minutes = max(1, asked.reach // (60 * RATE))
    return Tune(room, asked.say.as_far_back_as_possible(minutes), earliest(asked), RENDITION)


def repeat(asked: Asked) -> Conversation:
    """Thirty seconds before what was heard last."""
    room = asked.last_room
    if room is None or asked.clock is None:
        return launch(asked)
    heard = asked.clock if asked.heard is None else asked.heard
    return Tune(room, asked.say.back_a_little(), Samples(max(earliest(asked), heard - A_LITTLE)), RENDITION)


def earliest(asked: Asked) -> Samples:
    """The oldest moment that is kept."""
    return Samples(max(0, (asked.clock or 0) - asked.reach))
