"""What a source is, and so what may be done to it."""

from enum import IntEnum


class Sound(IntEnum):
    """PLAIN is mixed as it comes. A VOICE is brought to one loudness (agc.py). A BED goes down while somebody talks.
    MUSIC is a concert: nothing is done to it, no silence is cut out of it, and on the stage everybody always hears it.
    """

    PLAIN = 0
    VOICE = 1
    MUSIC = 2
    BED = 3
