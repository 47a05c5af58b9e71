"""The hot path, in NumPy: packets to frames to mixes. No await, no I/O, no clock, no logging; `now` is an argument."""
