"""What others make of our files: ffmpeg, with its own Opus decoder and with libopus."""

import subprocess
from pathlib import Path

import numpy as np

from services.media.mixing.frame import Float

DECODERS = ("opus", "libopus")


def decoded(path: Path, decoder: str = "opus", channels: int = 1) -> Float:
    """Samples of a file, as it says itself where they lie; ffmpeg may not complain."""
    command = ["ffmpeg", "-v", "warning", "-c:a", decoder, "-i", str(path), "-f", "f32le", "-ac", str(channels), "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b"", done.stderr.decode()
    return np.frombuffer(done.stdout, np.float32)


def loud(sound: Float, begin: int, end: int) -> float:
    """RMS of a part."""
    part = sound[begin:end].astype(np.float64)
    return float(np.sqrt(np.mean(part * part))) if len(part) else 0.0
