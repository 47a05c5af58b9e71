# Where a source goes, and what somebody hears: mixing/bus.py.

cdef enum Bus:
    ON_AIR
    IN_GREEN
    IN_TALKBACK

cdef enum Ear:
    HEARS_AIR
    HEARS_GREEN
    HEARS_ONE
