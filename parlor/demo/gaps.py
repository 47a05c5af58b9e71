"""Holes in what was heard: runs of silence, and places where the timeline jumps because samples are missing.

Every sender in the demo sends room tone (-50 dBFS) under its words, as a real microphone does, so the programme is
never digitally silent by nature; whatever stays below -60 dBFS is a hole. A jump is seen in the lag at which a voice is
found from one window to the next: it is one number, to the sample, unless something was left out or put in.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec
import numpy as np

from parlor.demo.likeness import Likeness
from parlor.demo.sound import RATE, Sound, levels, seconds

FLOOR = -60.0
FRAME = RATE // 200
LEAST = 0.002
SURE = 0.35
"""Below this likeness a window's lag says nothing."""


class Gap(msgspec.Struct, frozen=True):
    """Where it begins in the recording and how long it is, in seconds."""

    begin: float
    length: float


NO_GAP = Gap(0.0, 0.0)


def longest_gap(recording: Sound, voices: Iterable[Likeness], stalls: Iterable[Gap] = ()) -> Gap:
    """The longest silence, jump or stall (the speaker's buffer ran dry while it played); NO_GAP if there is none."""
    found = [*stalls, *silences(recording), *(jump for voice in voices for jump in jumps(voice))]
    return max(found, key=lambda gap: gap.length, default=NO_GAP)


def silences(recording: Sound) -> Iterator[Gap]:
    """Runs of 5 ms frames below the floor."""
    quiet = np.concatenate(([False], levels(recording, FRAME) < FLOOR, [False]))
    edges = np.flatnonzero(np.diff(quiet))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield Gap(seconds(int(first) * FRAME), seconds(int(last - first) * FRAME))


def jumps(voice: Likeness) -> Iterator[Gap]:
    """Changes of lag between one sure window and the next."""
    sure = [window for window in voice.windows if window.likeness > SURE]
    for before, after in pairwise(sure):
        if abs(after.lag - before.lag) > LEAST:
            yield Gap(after.begin, abs(after.lag - before.lag))
