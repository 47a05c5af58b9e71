"""Every intent of the interaction model, and what it does. The skill package is tested against this table."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from services.alexa_gateway.asked import Asked
from services.alexa_gateway.intents.fallback import fallback
from services.alexa_gateway.intents.go_back import repeat, start_over
from services.alexa_gateway.intents.help_me import help_me
from services.alexa_gateway.intents.leave import leave
from services.alexa_gateway.intents.next_room import next_room, previous_room
from services.alexa_gateway.intents.not_for_radio import loop, shuffle
from services.alexa_gateway.intents.play import play
from services.alexa_gateway.intents.resume import resume
from services.alexa_gateway.intents.whats_on import whats_on
from services.alexa_gateway.intents.yes_no import no, yes
from services.alexa_gateway.outcomes import Conversation

INTENTS: Mapping[str, Callable[[Asked], Conversation]] = MappingProxyType(
    {
        "PlayIntent": play,
        "WhatsOnIntent": whats_on,
        "AMAZON.PauseIntent": leave,
        "AMAZON.StopIntent": leave,
        "AMAZON.CancelIntent": leave,
        "AMAZON.NavigateHomeIntent": leave,
        "AMAZON.ResumeIntent": resume,
        "AMAZON.NextIntent": next_room,
        "AMAZON.PreviousIntent": previous_room,
        "AMAZON.StartOverIntent": start_over,
        "AMAZON.RepeatIntent": repeat,
        "AMAZON.LoopOnIntent": loop,
        "AMAZON.LoopOffIntent": loop,
        "AMAZON.ShuffleOnIntent": shuffle,
        "AMAZON.ShuffleOffIntent": shuffle,
        "AMAZON.YesIntent": yes,
        "AMAZON.NoIntent": no,
        "AMAZON.HelpIntent": help_me,
        "AMAZON.FallbackIntent": fallback,
    }
)
