"""What flows on a bus: 20 ms of float32 at 48 kHz, full scale is 1.0; of one channel, or 2 by 960 of two."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Float: TypeAlias = NDArray[np.float32]
Pcm: TypeAlias = NDArray[np.int16]

RATE = 48_000
"""Samples in a second; the only rate inside the mixer."""

TICK = 960
"""Samples in a frame: 20 ms."""

SILENCE: Float = np.zeros(TICK, np.float32)
SILENCE.flags.writeable = False
