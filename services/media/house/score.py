"""The music: three pieces that share a home chord, written down as data and a few habits of playing.

Chords are MIDI notes from the bass up. A piece is played twice through with small seeded variations: the dice decide
how hard, how late, and where a rest falls, never what chord it is.
"""

import msgspec
import numpy as np

from services.media.house.instruments import Dice, Sound, add, bass, chime, keys, pad, shaker, thump

Chord = tuple[int, ...]

HOME: Chord = (36, 55, 60, 62, 64, 67)


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One track. `length` is in even seconds, `beat` in seconds; `groove` is how present the percussion is, 0 to 1."""

    title: str
    seed: int
    length: int
    beats: int
    beat: float
    chords: tuple[Chord, ...]
    steps: tuple[int, ...]
    groove: float


FIRST_LIGHT = Piece(
    title="First Light",
    seed=11,
    length=84,
    beats=4,
    beat=0.875,
    chords=(
        HOME, (33, 52, 60, 64, 67, 71), (41, 53, 60, 64, 67, 69), (43, 55, 59, 62, 64, 69),
        HOME, (40, 55, 59, 62, 67, 71), (38, 53, 57, 60, 64, 69), (43, 53, 59, 62, 64, 69),
        (45, 52, 60, 64, 67, 71), (41, 53, 57, 60, 64, 67), (38, 53, 60, 64, 65, 69), HOME,
    ),
    steps=(0, 2, 4, 3, 5, 3, 4, 2),
    groove=0.0,
)  # fmt: skip
KITCHEN_WINDOW = Piece(
    title="Kitchen Window",
    seed=23,
    length=96,
    beats=4,
    beat=0.75,
    chords=(
        HOME, (38, 53, 57, 60, 64, 67), (43, 53, 59, 62, 64, 69), HOME,
        (45, 55, 60, 64, 67, 71), (38, 53, 57, 60, 64, 69), (43, 55, 60, 62, 65, 69), (40, 55, 59, 62, 64, 67),
        (41, 52, 57, 60, 64, 67), (40, 52, 56, 62, 65, 71), (45, 55, 60, 64, 67, 72), (38, 54, 57, 60, 64, 69),
        (41, 53, 57, 60, 64, 67), (43, 53, 59, 62, 64, 69), (36, 55, 58, 60, 64, 67), (41, 56, 60, 62, 65, 67),
    ),
    steps=(0, 3, 2, 4, 1, 5, 3, 4),
    groove=1.0,
)  # fmt: skip
LAST_TRAM = Piece(
    title="Last Tram",
    seed=37,
    length=84,
    beats=3,
    beat=0.875,
    chords=(
        HOME, (41, 53, 57, 60, 64, 67), (34, 53, 58, 62, 65, 69), (41, 53, 57, 60, 65, 69),
        (38, 53, 57, 60, 64, 69), (33, 52, 57, 60, 64, 67), (34, 53, 58, 62, 65, 69), (43, 53, 60, 62, 65, 69),
        HOME, (40, 55, 59, 62, 64, 67), (41, 53, 57, 60, 64, 67), (42, 54, 57, 60, 64, 69),
        (43, 55, 60, 64, 67, 72), (43, 53, 59, 62, 67, 71), (41, 55, 57, 60, 64, 67), HOME,
    ),
    steps=(0, 2, 4, 5, 4, 3),
    groove=0.45,
)  # fmt: skip
PIECES = (FIRST_LIGHT, KITCHEN_WINDOW, LAST_TRAM)


def play(piece: Piece, ring: Sound) -> None:
    """All parts of a piece into the ring. The last chord always has the time that is left."""
    dice = np.random.default_rng(piece.seed)
    bar = piece.beats * piece.beat
    bars = round(piece.length / bar)
    for number in range(bars):
        at = number * bar
        chord = piece.chords[number % len(piece.chords)]
        warmth = min(1.0, 0.55 + number / 8, 0.55 + (bars - number) / 6)
        hold(chord, at, bar, ring, dice)
        add(ring, at, 0.11 * bass(chord[0], bar * 0.95))
        arpeggio(piece, chord, at, ring, dice)
        if number % 4 in (1, 3) and number > 3:
            answer(chord, at, piece, ring, dice)
        beat(piece, at, warmth, ring, dice)


def hold(chord: Chord, at: float, bar: float, ring: Sound, dice: Dice) -> None:
    """The pad: every chord tone but the bass, reaching into its neighbours."""
    for note in chord[1:]:
        add(ring, at - 0.7, 0.052 * pad(note, bar + 2.0, dice))


def arpeggio(piece: Piece, chord: Chord, at: float, ring: Sound, dice: Dice) -> None:
    """Eighth notes through the chord; one in six is left out, none is exactly on time or equally loud."""
    for place, step in enumerate(piece.steps):
        if dice.random() < 1 / 6 and place:
            continue
        late = dice.normal(0.0, 0.007)
        force = (0.62 if place % 2 == 0 else 0.42) * dice.uniform(0.8, 1.1)
        note = chord[step] if step else chord[1]
        add(ring, at + place * piece.beat / 2 + late, 0.125 * keys(note, force))


def answer(chord: Chord, at: float, piece: Piece, ring: Sound, dice: Dice) -> None:
    """Two or three high notes of the chord, falling more often than rising."""
    tops = sorted({note + 12 for note in chord[2:]}, reverse=dice.random() < 0.7)
    start = int(dice.integers(0, 2))
    for place, note in enumerate(tops[start : start + 3]):
        add(ring, at + (place + 1) * piece.beat + dice.normal(0.0, 0.01), 0.075 * keys(note, 0.75 - 0.12 * place))
    if dice.random() < 0.35:
        add(ring, at + piece.beats * piece.beat * 0.75, 0.016 * chime(tops[0] + 12))


def beat(piece: Piece, at: float, warmth: float, ring: Sound, dice: Dice) -> None:
    """Felt kick on one, shaker between the beats."""
    if not piece.groove:
        return
    add(ring, at, 0.09 * piece.groove * thump(warmth))
    for place in range(piece.beats * 2):
        force = piece.groove * warmth * (0.5 if place % 2 else 0.22) * dice.uniform(0.7, 1.1)
        add(ring, at + place * piece.beat / 2 + dice.normal(0.0, 0.006), 0.06 * shaker(force, dice))
