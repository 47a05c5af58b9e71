"""Voices, beds and programmes at their loudness, on the engine itself, tick by tick."""

import socket
from collections.abc import Iterator

import numpy as np
import pytest

from services.media.engine.desk import Desk
from services.media.engine.kind import Kind
from services.media.engine.told import Fact, Meters
from services.media.mixing.frame import TICK, Float
from services.media.mixing.sound import Sound
from tests.unit.media.engine.programme import Programme, tone
from tests.unit.media.engine.studio import LOOPBACK
from tests.unit.media.mixing.sounds import strength
from tests.unit.media.mixing.test_loudness import ebur128, speech

pytestmark = pytest.mark.slow


@pytest.fixture
def made() -> Iterator[Desk]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield Desk(bound, [LOOPBACK])


class Room:
    """One on air, to which sounds are played tick by tick."""

    def __init__(self, made: Desk) -> None:
        self.made = made
        self.heard = Programme(made)
        made.open(0)
        made.air(0, True)

    def play(self, **sounds: Float) -> "Room":
        """Each for source n of its name, `s1`, `s2`."""
        for at in range(0, max(map(len, sounds.values())), TICK):
            for name, sound in sounds.items():
                if at < len(sound):
                    self.made.play(int(name[1:]), sound[at : at + TICK].tobytes(), 1)
            self.made.turn()
            self.heard.look()
        return self

    def add(self, source: int, sound: Sound, gain: float = 0.0) -> None:
        self.made.add(0, source, kind=Kind.PCM)
        self.made.treat(source, sound, gain)
        self.made.gain(source, 1.0)

    def meters(self, source: int) -> Meters:
        """The last ones; -1 for the room's."""
        fact = Fact.ROOM_METER if source < 0 else Fact.METER
        found = [each.meters for each in self.heard.told if each.fact is fact and each.source == source]
        assert found[-1] is not None
        return found[-1]


def test_a_soft_voice_is_brought_to_20_lufs_below_zero_and_its_gain_is_told(made: Desk) -> None:
    room = Room(made)
    room.add(1, Sound.VOICE)
    room.play(s1=speech("june", 14) * np.float32(0.4))
    assert ebur128(room.heard.sound[0, -5 * 48_000 :])[2] == pytest.approx(-20.0, abs=1.5)
    assert 3.0 < room.meters(1).gain <= 15.0


def test_who_comes_back_begins_with_the_gain_that_they_had(made: Desk) -> None:
    room = Room(made)
    room.add(1, Sound.VOICE, 8.0)
    room.play(s1=speech("june", 1)[:19_200])
    assert room.meters(1).gain == 8.0


def test_music_and_what_nobody_said_anything_of_stay_as_they_come(made: Desk) -> None:
    room = Room(made)
    room.add(1, Sound.MUSIC)
    room.add(2, Sound.PLAIN)
    room.play(s1=tone(9_600 * 20, 400.0, peak=0.02), s2=tone(9_600 * 20, 900.0, peak=0.02))
    sound = room.heard.sound[0, -48_000:]
    assert strength(sound, 400.0) == pytest.approx(0.02, abs=1e-3)
    assert strength(sound, 900.0) == pytest.approx(0.02, abs=1e-3)


def test_a_bed_lies_12_db_lower_while_somebody_talks(made: Desk) -> None:
    room = Room(made)
    room.add(1, Sound.PLAIN)
    room.add(2, Sound.BED)
    bed = tone(48_000 * 4, 1_000.0, peak=0.1)
    word = tone(48_000 * 2, 300.0, peak=0.2)
    room.play(s1=np.concatenate((np.zeros(48_000, np.float32), word, np.zeros(48_000, np.float32))), s2=bed)
    sound = room.heard.sound[0]
    assert strength(sound[24_000:45_600], 1_000.0) == pytest.approx(0.1, abs=0.005)
    assert strength(sound[72_000:120_000], 1_000.0) == pytest.approx(0.025, abs=0.002)


@pytest.mark.parametrize("target", [-14.0, -16.0])
def test_a_room_s_programme_comes_to_its_target_and_its_meters_say_what_ffmpeg_says(made: Desk, target: float) -> None:
    room = Room(made)
    made.loudness(0, target)
    room.add(1, Sound.VOICE)
    room.play(s1=speech("allison", 24))
    last = room.heard.sound[0, -8 * 48_000 :]
    assert ebur128(last)[2] == pytest.approx(target, abs=1.0)
    assert ebur128(last)[3] <= -1.0
    whole = ebur128(room.heard.sound[0])
    read = room.meters(-1)
    assert (read.short, read.integrated) == pytest.approx(whole[1:3], abs=0.15)
    assert read.gain > 0.0
