# What flows: 20 ms of float32 at 48 kHz, full scale is 1.0; two channels lie one behind the other. The twin of mixing/frame.py.

cdef enum:
    RATE = 48000
    TICK = 960
    LONGEST = 5760   # samples in the longest Opus packet: 120 ms
    LARGEST = 1275   # bytes of the largest Opus frame
    DATAGRAM = 1500  # bytes of the longest datagram that is read
