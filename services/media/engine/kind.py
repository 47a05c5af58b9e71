"""How a source's sound comes."""

from enum import IntEnum


class Kind(IntEnum):
    """RTP packets; samples that a thread of ours brings; a browser's SRTP. The order is that of source.pxd."""

    RTP = 0
    PCM = 1
    WEBRTC = 2
