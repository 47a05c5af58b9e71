"""One audio file as frames, by PyAV."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from services.media.mixing.frame import RATE, TICK, Pcm
from services.media.mixing.quantise import quantise
from services.media.track import Track


class Unplayable(Exception):
    """A file that holds no sound that we can decode; the message names it."""


def frames(path: Path) -> Iterator[Pcm]:
    """The file from its beginning, mono, 960 samples each, the last one filled up with silence. Raises Unplayable."""
    rest = np.zeros(0, np.int16)
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            for samples in _resampled(container.decode(stream)):
                line = np.concatenate((rest, samples))
                whole = len(line) - len(line) % TICK
                for at in range(0, whole, TICK):
                    yield line[at : at + TICK].copy()
                rest = line[whole:]
    except (av.FFmpegError, IndexError) as fault:
        raise Unplayable(f"{path.name}: {fault}") from fault
    if len(rest):
        yield np.concatenate((rest, np.zeros(TICK - len(rest), np.int16)))


def track(path: Path) -> Track:
    """Title and artist from the file's tags; without them, the file's name. Raises Unplayable."""
    try:
        with av.open(str(path)) as container:
            tags = {**container.metadata, **container.streams.audio[0].metadata}
    except (av.FFmpegError, IndexError) as fault:
        raise Unplayable(f"{path.name}: {fault}") from fault
    named = {key.lower(): value for key, value in tags.items()}
    return Track(named.get("title", path.stem), named.get("artist", ""))


def _resampled(decoded: Iterator[AudioFrame]) -> Iterator[Pcm]:
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    for frame in decoded:
        if (frame.format.name, frame.layout.name, frame.sample_rate) == ("fltp", "mono", RATE):
            yield quantise(frame.to_ndarray()[0])
            continue
        for part in resampler.resample(frame):
            yield part.to_ndarray()[0]
    for part in resampler.resample(None):
        yield part.to_ndarray()[0]
