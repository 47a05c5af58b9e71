# From where a datagram came, and why it was not taken.

cdef enum:
    ADDRESS = 28

cdef struct Address:
    int size
    unsigned char bytes[ADDRESS]

cdef enum:
    TAKEN
    NOT_ALLOWED
    RTCP
    NOT_RTP
    UNKNOWN_SSRC
    WRONG_SENDER
    WRONG_PAYLOAD_TYPE
    NOT_OPUS
    NO_MEMORY
    NO_KEYS
    NOT_AUTHENTIC
    SECOND_SSRC
    TOO_MANY
    DROPS
