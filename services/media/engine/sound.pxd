# What a source is, and so what may be done to it: mixing/sound.py.

cdef enum Sound:
    PLAIN
    VOICE
    MUSIC
    BED
