"""How packets come in: registered RTP, and WebRTC. No socket and no clock: bytes and `now` in, bytes and words out.

`now` is samples at 48 kHz of any steady clock, as everywhere in media.
"""
