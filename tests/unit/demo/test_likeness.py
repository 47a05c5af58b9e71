"""The figures that parlor/demo/likeness.py and the bars of the checks rest on."""

import numpy as np
import pytest

from parlor.demo.checks import ABSENT, PRESENT, Evidence, Findings
from parlor.demo.likeness import compare
from parlor.demo.sound import RATE
from tests.unit.demo.conftest import SKIPPED, on_air


def test_a_voice_is_found_where_it_was_sent(findings: Findings) -> None:
    ana, ben, _ = findings.voices

    assert ana.lag == pytest.approx(SKIPPED, abs=0.05)
    assert ben.lag == pytest.approx(ana.lag, abs=0.001)


def test_a_voice_that_is_there_is_far_from_the_bar_and_so_is_one_that_is_not(findings: Findings) -> None:
    ana, ben, carlo = findings.voices

    assert min(ana.typical, ben.typical) > PRESENT + 0.25
    assert carlo.strongest < ABSENT / 2


def test_neither_gain_nor_sign_hides_a_voice(good: Evidence) -> None:
    quiet = compare(good.heard * np.float32(-0.05), good.sent[0].sound)

    assert quiet.typical > PRESENT + 0.25


def test_a_voice_is_found_in_a_longer_and_later_recording(good: Evidence) -> None:
    late = np.concatenate((np.zeros(3 * RATE, np.float32), good.heard))

    assert compare(late, good.sent[0].sound).lag == pytest.approx(SKIPPED - 3.0, abs=0.05)


def test_silence_is_like_nobody(good: Evidence) -> None:
    nobody = compare(np.zeros(4 * RATE, np.float32), good.sent[0].sound)

    assert nobody.typical == nobody.strongest == 0.0


def test_two_equally_loud_voices_share_the_sound(good: Evidence) -> None:
    ana, _, carlo = good.sent
    both = compare(on_air(ana.sound, carlo.sound), ana.sound)

    assert 0.5 < both.typical < 0.85
