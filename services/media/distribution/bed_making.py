"""Makes the bed that the edge plays while no mixer sends: `python -m services.media.distribution.bed_making`.

A soft chord that breathes, quiet enough to talk about. All its tones have whole periods in the loop, and the loop is
cut out of the middle of three, so that the encoders' overlap also closes: it may go round for ever without a seam.
"""

import numpy as np
from numpy.typing import NDArray

from libs.events.air import SEGMENT
from libs.events.ids import RoomId, Samples
from services.media.distribution.bed import LOOP, OPENING, bed_file
from services.media.distribution.formats import FORMATS, SAMPLE_RATE
from services.media.distribution.rendition import Rendition

CHORD_HZ = (110.0, 164.8, 220.0, 277.2, 329.6, 440.0)
LEVEL = 0.035


def loop() -> NDArray[np.float64]:
    """One round, as floats of full scale 1."""
    t = np.arange(LOOP) / SAMPLE_RATE
    base = SAMPLE_RATE / LOOP
    sound = np.zeros(LOOP)
    for n, wanted in enumerate(CHORD_HZ):
        low, high = np.floor(wanted / base) * base, np.ceil(wanted / base) * base
        breath = 0.6 + 0.4 * np.sin(2 * np.pi * (base * (1 + n % 2) * t + n / len(CHORD_HZ)))
        sound += breath * (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)) / (n + 2)
    return sound * (LEVEL / float(np.sqrt(np.mean(sound**2))))


def encoded(name: str, channels: int) -> bytes:
    """The opening and one round, as a plain file of frames."""
    round_ = loop()
    fade = np.sin(np.linspace(0, np.pi / 2, OPENING)) ** 2
    whole = np.concatenate((round_[-OPENING:] * fade, round_, round_, round_))
    rendition = Rendition(RoomId("bedbedbedbed"), name, epoch=1, first=Samples(0), channels=channels)
    pcm = np.repeat(np.round(whole * 32_767).astype(np.int16)[:, None], channels, axis=1)
    frames: list[bytes] = []
    for at in range(0, len(pcm), SEGMENT):
        block = pcm[at : at + SEGMENT]
        frames += [frame for message in rendition.push(block, Samples(at))[0] for frame in message.frames]
    length = FORMATS[name].frame
    opening, rounds = OPENING // length, LOOP // length
    return b"".join(frames[:opening] + frames[opening + rounds : opening + 2 * rounds])


if __name__ == "__main__":
    for form in FORMATS.values():
        for channels in (1, 2):
            bed_file(form, channels).write_bytes(encoded(form.name, channels))
