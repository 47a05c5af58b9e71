"""Buses, faders, levels, guards: what the audience hears, told in numbers."""

import numpy as np
import pytest

from services.media.mixing.buses import mix_minus, programme
from services.media.mixing.dead_air import DeadAirGuard
from services.media.mixing.frame import SILENCE, TICK, Float
from services.media.mixing.level import FLOOR, TalkDetector, dbfs
from services.media.mixing.quantise import quantise, widen
from services.media.mixing.ramp import Ramp
from services.media.mixing.tick import Input, RoomTick
from tests.unit.media.mixing.sounds import frames, strength, tone

ANA, BEN, CLEO = tone(300, 1.0, 0.2), tone(500, 1.0, 0.2), tone(800, 1.0, 0.2)


def mixed(*sounds: tuple[str, Float, float]) -> Float:
    room = RoomTick()
    cut = {key: frames(sound) for key, sound, _ in sounds}
    ticks = len(next(iter(cut.values())))
    made = [room.mix([Input(key, cut[key][n], gain) for key, _, gain in sounds]).pcm for n in range(ticks)]
    return widen(np.concatenate(made))


def test_the_programme_is_the_sum_of_who_is_open() -> None:
    sound = mixed(("ana", ANA, 1.0), ("ben", BEN, 1.0), ("cleo", CLEO, 0.0))
    assert strength(sound[4800:], 300) == pytest.approx(0.2, abs=0.002)
    assert strength(sound[4800:], 500) == pytest.approx(0.2, abs=0.002)
    assert strength(sound[4800:], 800) < 1e-5


def test_somebody_on_stage_hears_everybody_but_themselves() -> None:
    voices = [ANA[:TICK], BEN[:TICK], CLEO[:TICK]]
    total = programme(voices)
    for n, own in enumerate(voices):
        others = programme([voice for m, voice in enumerate(voices) if m != n])
        assert np.abs(mix_minus(total, own) - others).max() < 2**-22


def test_mixing_wide_and_limiting_once_keeps_what_cancels() -> None:
    loud = np.full(TICK, 0.9, np.float32)
    assert np.array_equal(programme([loud, loud, -loud]), loud)


def test_nobody_open_is_silence() -> None:
    room = RoomTick()
    assert not room.mix([]).pcm.any()
    assert room.mix([Input("ana", ANA[:TICK], 0.0)]).level == FLOOR


def test_a_muted_speaker_fades_within_10_ms_and_is_then_absent() -> None:
    room = RoomTick()
    sound = frames(tone(1000, 1.0, 0.5))
    for frame in sound[:10]:
        room.mix([Input("ana", frame)])
    room.mix([Input("ana", sound[10], 0.0)])
    assert room.fader("ana") == 0.0
    room.mix([Input("ana", sound[11], 0.0)])
    assert not room.mix([Input("ana", sound[12], 0.0)]).pcm.any()


def test_no_mute_and_no_unmute_is_a_step() -> None:
    room = RoomTick()
    hum = np.full(TICK, 0.5, np.float32)
    gains = [0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0]
    line = widen(np.concatenate([room.mix([Input("ana", hum, gain)]).pcm for gain in gains]))
    assert np.abs(np.diff(line)).max() <= 0.5 / 480 + 1e-4


def test_an_input_that_comes_back_enters_in_a_ramp_again() -> None:
    room = RoomTick()
    hum = np.full(TICK, 0.5, np.float32)
    for _ in range(3):
        room.mix([Input("ana", hum)])
    room.mix([])
    assert room.fader("ana") == 0.0


def test_a_fader_may_take_its_time() -> None:
    slow = Ramp(4800, 4800)
    levels = [slow.apply(np.ones(TICK, np.float32), 1.0) for _ in range(6)]
    assert [float(level[-1]) for level in levels if level is not None] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1])


def test_full_scale_saturates_and_never_wraps() -> None:
    assert quantise(np.array([1.0, -1.0, 1.5, -9.0, 0.0], np.float32)).tolist() == [32767, -32768, 32767, -32768, 0]


def test_widening_is_exact() -> None:
    steps = np.arange(-32768, 32768, dtype=np.int16)
    assert np.array_equal(quantise(widen(steps)), steps)


def test_a_full_scale_sine_is_3_db_below_full_scale() -> None:
    assert dbfs(tone(1000, 0.02, 1.0)) == pytest.approx(-3.01, abs=0.01)
    assert dbfs(SILENCE) == FLOOR


def test_talk_begins_after_100_ms_and_ends_after_a_second() -> None:
    talk = TalkDetector()
    assert [talk.update(-30) for _ in range(5)] == [False] * 4 + [True]
    assert not any(talk.update(-45) for _ in range(200))
    assert [talk.update(-60) for _ in range(50)] == [False] * 49 + [True]
    assert not talk.talking


def test_a_click_is_no_talk_and_a_breath_is_no_ending() -> None:
    talk = TalkDetector()
    assert not any(talk.update(level) for level in [-10, -10, -70, -10, -10, -10, -10] + [-70] * 60)
    for _ in range(5):
        talk.update(-20)
    assert not any(talk.update(level) for level in ([-80] * 40 + [-20]) * 3)


def test_dead_air_is_five_seconds_below_the_floor_and_ends_with_sound() -> None:
    guard = DeadAirGuard()
    assert [guard.update(-90) for _ in range(250)] == [False] * 249 + [True]
    assert not guard.update(-20)
    assert not guard.update(-90)
    assert [guard.update(-20) for _ in range(25)] == [False] * 24 + [True]
    assert not guard.dead


def test_a_word_every_four_seconds_is_no_dead_air() -> None:
    guard = DeadAirGuard()
    assert not any(guard.update(level) for level in ([-90] * 200 + [-20]) * 5)
