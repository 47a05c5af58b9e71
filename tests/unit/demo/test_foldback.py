"""What speakers hear of each other: each check's fault is planted, and that check alone turns false."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from parlor.demo.checks import Evidence, Findings
from parlor.demo.earshot import Arrival, Ear, listened
from parlor.demo.foldback import ALONE as BAR
from parlor.demo.foldback import checks, listen
from parlor.demo.sound import RATE, Sound
from services.media.mixing.opus import LOWDELAY, Encoder
from tests.unit.demo.conftest import DELAY, OPENED, but, failed

pytestmark = pytest.mark.slow

CODECS = 0.0025
"""Seconds by which CELT is later than DELAY: its look-ahead."""


def heard_by_ben(evidence: Evidence, change: Callable[[Ear], Ear]) -> Evidence:
    """The same, but for Ben's ear."""
    stage = evidence.stage
    lone = msgspec.structs.replace(stage.lone, heard=change(stage.lone.heard))
    return but(evidence, stage=msgspec.structs.replace(stage, lone=lone))


def with_leak(evidence: Evidence, db: float, *, alone: bool) -> Callable[[Ear], Ear]:
    """Ben's own voice comes back to him, so loud, while he is alone or else later."""
    stage = evidence.stage

    def leak(ear: Ear) -> Ear:
        own: Sound = stage.exact.heard.sound[: len(ear.sound)] * np.float32(10 ** (db / 20))
        end = round((stage.exact.said.begin - ear.begin) * RATE)
        part = slice(0, end) if alone else slice(end, len(own))
        sound = ear.sound.copy()
        sound[part] += own[part]
        return msgspec.structs.replace(ear, sound=sound)

    return leak


def test_all_is_well_far_from_the_bars(good: Evidence, findings: Findings) -> None:
    found = {check.name: check for check in findings.report.checks}

    assert found["own-voice-alone"].figure <= BAR - 40
    assert found["own-voice-among-others"].figure <= -38
    assert found["mouth-to-ear"].figure == pytest.approx((DELAY + CODECS) * 1000, abs=2)
    assert found["the-stage-hears-each-other"].figure > 0.8
    assert good.stage.exact.name == "Ana"


def test_a_voice_that_comes_back_50_db_lower_while_nobody_else_talks_is_found(good: Evidence) -> None:
    assert failed(heard_by_ben(good, with_leak(good, -50, alone=True))) == ["own-voice-alone"]


def test_a_voice_that_comes_back_70_db_lower_is_as_good_as_none(good: Evidence) -> None:
    assert failed(heard_by_ben(good, with_leak(good, -70, alone=True))) == []


def test_a_voice_that_comes_back_27_db_lower_under_the_others_is_found(good: Evidence) -> None:
    assert failed(heard_by_ben(good, with_leak(good, -27, alone=False))) == ["own-voice-among-others"]


def test_a_leak_is_measured_to_the_decibel(good: Evidence) -> None:
    stage = heard_by_ben(good, with_leak(good, -24, alone=False)).stage
    figures = {check.name: check.figure for check in checks(stage, listen(stage))}

    assert figures["own-voice-among-others"] == pytest.approx(-24, abs=1.5)


def test_a_leak_is_found_where_one_ear_gets_its_packets_some_milliseconds_later(good: Evidence) -> None:
    leak = with_leak(good, -20, alone=False)
    spoilt = heard_by_ben(good, lambda ear: msgspec.structs.replace(leak(ear), begin=ear.begin + 0.006))

    assert failed(spoilt) == ["own-voice-among-others"]


def test_who_hears_nobody_is_noticed(good: Evidence) -> None:
    deaf = heard_by_ben(good, lambda ear: msgspec.structs.replace(ear, sound=np.zeros_like(ear.sound)))

    assert failed(deaf) == ["the-stage-hears-each-other", "mouth-to-ear"]


def test_what_comes_150_ms_later_is_late(good: Evidence) -> None:
    assert failed(heard_by_ben(good, lambda ear: msgspec.structs.replace(ear, begin=ear.begin + 0.15))) == [
        "mouth-to-ear"
    ]


def test_what_is_heard_before_it_is_said_is_no_measurement(good: Evidence) -> None:
    assert failed(heard_by_ben(good, lambda ear: msgspec.structs.replace(ear, begin=ear.begin - 0.1))) == [
        "mouth-to-ear"
    ]


def test_half_a_second_alone_proves_nothing(good: Evidence) -> None:
    short = msgspec.structs.replace(good.stage, between=(OPENED + 1.0, OPENED + 1.5))

    assert failed(but(good, stage=short)) == ["own-voice-alone"]


def test_packets_are_heard_where_their_timestamps_say(good: Evidence) -> None:
    encoder = Encoder(LOWDELAY, 48_000, loss=0)
    voice = good.stage.exact.said.sound
    packets = [encoder.encode(np.ascontiguousarray(voice[at : at + 960])) for at in range(0, 48_000, 960)]
    start = (1 << 32) - 9_600
    arrivals = [
        Arrival(5.0 + n * 0.02 + 0.001 * (n % 3), (start + n * 960) % (1 << 32), packet)
        for n, packet in enumerate(packets)
        if n != 20
    ]
    ear = listened(arrivals)

    assert len(ear.sound) == 48_000
    assert ear.begin == pytest.approx(5.001)
    assert np.abs(ear.sound[20 * 960 : 21 * 960]).max() == 0.0
    assert max(ear.late) == pytest.approx(0.001)


def test_nothing_that_came_is_an_ear_that_heard_nothing() -> None:
    assert len(listened([]).sound) == 0
