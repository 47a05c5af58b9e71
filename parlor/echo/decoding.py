"""Coded frames to what comes out of the speaker: 48 kHz, one channel, 16 bit."""

from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000


class Decoder:
    """One stream's decoder; keeps state from frame to frame."""

    def __init__(self, codec: str) -> None:
        self._codec = cast("av.AudioCodecContext", av.CodecContext.create(codec, "r"))
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)

    def decode(self, frame: bytes) -> NDArray[np.int16]:
        """Samples that this frame completes: possibly none for the first, none for one that is damaged."""
        try:
            decoded = self._codec.decode(av.Packet(frame))
        except av.FFmpegError:
            return np.zeros(0, np.int16)
        pieces = [
            piece.to_ndarray().reshape(-1).astype(np.int16, copy=False)
            for whole in decoded
            for piece in self._resampler.resample(whole)
        ]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
