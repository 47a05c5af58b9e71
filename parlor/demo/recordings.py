"""From recordings to what each speaker sends: a WAV file per speaker, and the same sound to compare with."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from parlor.demo.cast import ALONE, LENGTH, Speaker
from parlor.demo.script import Part, led_in, monologue, talk
from parlor.demo.sound import Sound
from parlor.demo.wav import write
from parlor.echo.hearing import HeardAudio
from services.media.mixing.quantise import widen
from services.media.sources.recording import frames


class Line(msgspec.Struct, frozen=True):
    """What one speaker sends."""

    speaker: Speaker
    part: Part
    file: Path


def rehearse(speakers: Sequence[Speaker], folder: Path) -> list[Line]:
    """Lay out the conversation and write it into `folder`, which is made. Whoever speaks from the page begins ALONE
    seconds before the others. Raises Unplayable.
    """
    folder.mkdir()
    talking = [speaker for speaker in speakers if not speaker.muted]
    parts = dict(zip(talking, talk([load(speaker.file) for speaker in talking], LENGTH), strict=True))
    for number, speaker in enumerate(speakers):
        if speaker.muted:
            parts[speaker] = monologue(load(speaker.file), LENGTH, number)
    for speaker in (each for each in speakers if each.from_page):
        parts[speaker] = led_in(parts[speaker], load(speaker.file), ALONE)
    lines = []
    for speaker in speakers:
        file = folder / f"{speaker.name.lower()}.wav"
        write(file, parts[speaker].sound)
        lines.append(Line(speaker, parts[speaker], file))
    return lines


def load(file: Path) -> Sound:
    """Every sample of a file. Raises Unplayable."""
    return np.concatenate([widen(pcm) for pcm in frames(file)])


def heard_sound(heard: HeardAudio) -> Sound:
    """What came out of the speaker, as float."""
    return np.asarray(widen(heard.samples), np.float32)
