"""Makes the recordings in this folder: `python -m services.media.house.render` (needs ffmpeg, and flite for the voice).

They are committed, so this only has to run when the music or a sentence changes. Playing order is the order of names.
Every file begins and ends on the same soft drone in the same phase, so any file may follow any other.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from services.media.house.instruments import RATE, Sound, add, chime, drone, room, swell
from services.media.house.score import PIECES, play

HERE = Path(__file__).parent
FLOOR = 0.030
LOUD = 0.083
VOICE = "slt"
IDENTS = (
    ("You are listening to Parlor.", "Live radio, that you can talk to."),
    ("This is the Parlor house programme.", "Open a room, and the air is yours."),
    ("Parlor.", "When nobody speaks, we keep a light on."),
)
ARTIST = "Parlor House"


def edges(length: int) -> Sound:
    """Lets all but the drone in and out."""
    return swell(float(length), 2.2, 3.0)


def levelled(music: Sound, target: float) -> Sound:
    """Scaled to this RMS, with peaks rounded off above 0.5."""
    scaled: Sound = music * (target / np.sqrt(np.mean(music**2)))
    over = np.abs(scaled) > 0.5
    scaled[over] = np.sign(scaled[over]) * (0.5 + 0.3 * np.tanh((np.abs(scaled[over]) - 0.5) / 0.3))
    return scaled


def finished(part: Sound, length: int, target: float = LOUD) -> Sound:
    """A part on its drone."""
    floor = drone(length)
    return np.asarray(levelled(part * edges(length), target) + floor * (FLOOR / np.sqrt(np.mean(floor**2))))


def piece(number: int) -> Sound:
    """One track, in its room."""
    score = PIECES[number]
    ring = np.zeros(score.length * RATE)
    play(score, ring)
    wet = room(ring, np.random.default_rng(score.seed + 1))
    return finished(ring + 0.42 * wet, score.length)


def spoken(sentence: str) -> Sound:
    """The sentence in flite's CMU voice at 48 kHz, without its rumble."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder, "voice.wav")
        subprocess.run(  # noqa: S603 - fixed arguments, our own sentences
            ["flite", "--setf", "duration_stretch=1.08", "-voice", VOICE, "-t", sentence, "-o", str(wav)],  # noqa: S607 - from PATH
            check=True,
        )
        warm = "equalizer=f=220:t=q:w=1:g=2,equalizer=f=3200:t=q:w=1:g=-2"
        chain = f"aresample=48000,highpass=f=90,{warm},aformat=channel_layouts=mono"
        raw = subprocess.run(  # noqa: S603 - fixed arguments
            ["ffmpeg", "-v", "error", "-i", str(wav), "-af", chain, "-f", "f64le", "-"],  # noqa: S607 - from PATH
            check=True,
            capture_output=True,
        ).stdout
    voice = np.frombuffer(raw, np.float64).copy()
    return np.asarray(voice / np.sqrt(np.mean(voice[np.abs(voice) > 0.01] ** 2)) * 0.15)


def ident(number: int) -> Sound:
    """Four chime notes, then two sentences, on the drone."""
    first, second = (spoken(sentence) for sentence in IDENTS[number])
    until = 2.6 + (len(first) + len(second)) / RATE + 0.45
    length = 2 * round((until + 2.4) / 2)
    ring = np.zeros(length * RATE)
    for place, note in enumerate((67, 72, 74, 79)):
        add(ring, 0.7 + place * 0.34, 0.05 * chime(note))
    voice = np.zeros(length * RATE)
    add(voice, 2.6, first)
    add(voice, 2.6 + len(first) / RATE + 0.45, second)
    add(ring, until, 0.035 * chime(84))
    wet = room(ring + 0.5 * voice, np.random.default_rng(5), 1.6)
    floor = drone(length)
    whole = (ring + voice + 0.3 * wet) * swell(float(length), 0.5, 1.0)
    return np.asarray(whole + floor * (FLOOR / np.sqrt(np.mean(floor**2))))


def write(sound: Sound, name: str, title: str) -> None:
    """Mono Ogg/Opus in 20 ms packets, titled."""
    target = HERE / name
    subprocess.run(  # noqa: S603 - fixed arguments, our own titles
        ["ffmpeg", "-v", "error", "-y", "-f", "f64le", "-ar", str(RATE), "-ac", "1", "-i", "-",  # noqa: S607 - from PATH
         "-c:a", "libopus", "-application", "audio", "-vbr", "constrained", "-b:a", "36k",
         "-frame_duration", "20", "-bitexact",
         "-metadata", f"title={title}", "-metadata", f"artist={ARTIST}",
         "-metadata", "license=https://creativecommons.org/publicdomain/zero/1.0/", str(target)],
        check=True,
        input=sound.tobytes(),
    )  # fmt: skip


def main() -> None:
    """All of them."""
    for number, score in enumerate(PIECES):
        write(ident(number), f"{2 * number + 1:02d}-ident.opus", "Parlor")
        slug = score.title.lower().replace(" ", "-")
        write(piece(number), f"{2 * number + 2:02d}-{slug}.opus", score.title)


if __name__ == "__main__":
    main()
