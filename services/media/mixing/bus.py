"""Where a source goes on the desk, and what somebody who listens there hears."""

from enum import IntEnum


class Bus(IntEnum):
    """AIR is the programme, and so the stage. GREEN is the green room: heard by those whose ear is there, and by nobody
    else. TALKBACK is heard by the stage and the green room, and is never on the programme.
    """

    AIR = 0
    GREEN = 1
    TALKBACK = 2


class Ear(IntEnum):
    """AIR is the programme without oneself, and talkback. GREEN is the green room without oneself, and talkback. SOLO
    is one source as it comes, whatever its fader and its bus (pre-fader listen).
    """

    AIR = 0
    GREEN = 1
    SOLO = 2
