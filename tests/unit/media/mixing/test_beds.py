"""Beds under speech, and music to which nothing is done."""

import numpy as np
import pytest

from services.media.mixing.frame import TICK, Float
from services.media.mixing.level import dbfs
from services.media.mixing.opus import AUDIO, Encoder
from services.media.mixing.rtp import Packet
from services.media.mixing.sound import Sound
from services.media.mixing.stage import Places, StageTick
from services.media.mixing.tick import Input, RoomTick
from services.media.mixing.voice import Voice
from tests.unit.media.mixing.sounds import tone

BED = tone(1_000, 0.02, 0.2)
WORD = tone(300, 0.02, 0.1)


def bed_levels(talk: list[bool], fade: int = 480, kind: Sound = Sound.VOICE) -> list[float]:
    """How loud the bed is heard in each tick, in decibels beside what it is."""
    tick, levels = RoomTick(), []
    for talks in talk:
        word = Input("word", WORD if talks else None, 1.0, sound=kind, level=dbfs(WORD) if talks else -120.0)
        mixed = tick.mix([Input("bed", BED, 1.0, fade, sound=Sound.BED), word])
        levels.append(dbfs(mixed.open["bed"]) - dbfs(BED))
    return levels


def test_a_bed_is_12_db_lower_100_ms_after_the_first_word() -> None:
    levels = bed_levels([False] * 60 + [True] * 20)
    assert levels[59] == 0.0
    assert levels[66] == pytest.approx(-12.04, abs=0.1)
    assert levels[62] > -8


@pytest.mark.parametrize("fade", [480, 24_000])
def test_it_is_back_a_second_and_a_half_after_the_last_word(fade: int) -> None:
    levels = bed_levels([False] * 60 + [True] * 20 + [False] * 100, fade)
    assert levels[80 + 20] == pytest.approx(-12.04, abs=0.1)
    assert -9 < levels[80 + 50] < -2
    assert levels[80 + 80] == 0.0


def test_a_pause_between_words_lets_it_stay_down() -> None:
    levels = bed_levels([False] * 60 + ([True] * 10 + [False] * 20) * 4)
    assert max(levels[70:]) == pytest.approx(-12.04, abs=0.1)


def test_music_beds_and_who_is_muted_push_no_bed_down() -> None:
    assert min(bed_levels([True] * 100, kind=Sound.MUSIC)[60:]) == 0.0
    tick = RoomTick()
    for _ in range(80):
        muted = Input("word", WORD, 0.0, sound=Sound.VOICE, level=-23.0)
        mixed = tick.mix([Input("bed", BED, sound=Sound.BED), muted])
    assert dbfs(mixed.open["bed"]) == dbfs(BED)


def test_a_musician_is_heard_on_the_stage_however_many_are_louder() -> None:
    stage, heard = StageTick(1), {key: tone(200, 0.02, 0.3) for key in ("a", "b", "c")}
    levels = {"a": -10.0, "b": -11.0, "c": -40.0}
    for _ in range(60):
        without = stage.mix(heard, levels)
        packets = StageTick(1).mix(heard, levels, Places(music=("c",)))
    assert set(without.own) == {"a"}
    assert set(packets.own) == {"a", "c"}


@pytest.mark.parametrize("music", [False, True])
def test_music_that_says_it_is_silent_is_heard_to_its_end(music: bool) -> None:  # noqa: FBT001  # parametrize gives it
    encoder, voice = Encoder(AUDIO), Voice()
    voice.music = music
    frames: list[Float | None] = []
    for n in range(60):
        payload = encoder.encode(tone(400, 0.02, 0.3))
        voice.push(Packet(111, n, n * TICK, 1, payload, level=127 if n >= 20 else None), n * TICK)
        frames.append(voice.take())
    last = [frame for frame in frames[40:] if frame is not None and np.abs(frame).max() > 0.1]
    assert len(last) == (20 if music else 0)
