"""16-bit mono WAV files."""

import wave
from pathlib import Path

import numpy as np

from parlor.demo.sound import RATE, Sound


def write(file: Path, sound: Sound) -> None:
    """Full scale is 1.0; more is cut off. Raises OSError."""
    samples = np.clip(np.round(sound * 32_768), -32_768, 32_767).astype("<i2")
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
