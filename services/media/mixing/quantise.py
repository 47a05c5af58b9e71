"""Float to int16, once, at the very end."""

import numpy as np

from .frame import Float, Pcm

SCALE = np.float32(32_768.0)


def quantise(frame: Float) -> Pcm:
    """Nearest step, ties to even; full scale and beyond saturate at 32,767 and -32,768."""
    steps: Pcm = np.clip(np.rint(frame * SCALE), -32_768, 32_767).astype(np.int16)
    return steps


def widen(pcm: Pcm) -> Float:
    """The inverse: exact."""
    return pcm.astype(np.float32) * np.float32(1.0 / 32_768.0)
