"""Each check's fault is planted, and that check alone turns false."""

import hashlib

import msgspec
import numpy as np
import pytest

from libs.events.envelope import decode, encode
from libs.events.ids import START, Samples
from parlor.demo.checks import Asked, Evidence, Findings, examine
from parlor.demo.gaps import Gap
from parlor.demo.report import written
from parlor.demo.sound import RATE
from tests.unit.demo.conftest import ROOM, but, failed, found, on_air, told

pytestmark = pytest.mark.slow


def test_a_good_demo_passes_every_check(good: Evidence) -> None:
    findings = examine(good)

    assert [check.name for check in findings.report.checks if not check.ok] == []
    assert findings.report.ok


def test_every_check_has_another_name(findings: Findings) -> None:
    names = [check.name for check in findings.report.checks]

    assert len(set(names)) == len(names) == 15


def test_a_speaker_who_is_not_on_air_is_missed(good: Evidence) -> None:
    ana, ben, _ = good.sent

    assert failed(but(good, heard=on_air(ana.sound + ben.sound * 0.01))) == ["ben-is-heard"]


def test_a_muted_voice_that_is_let_through_is_found(good: Evidence) -> None:
    ana, ben, carlo = good.sent

    assert failed(but(good, heard=on_air(ana.sound, ben.sound, 0.4 * carlo.sound))) == ["carlo-is-not-heard"]


def test_a_muted_voice_that_leaks_for_one_second_is_found(good: Evidence) -> None:
    ana, ben, carlo = good.sent
    leak = np.zeros_like(carlo.sound)
    leak[9 * RATE : 10 * RATE] = carlo.sound[9 * RATE : 10 * RATE]

    assert failed(but(good, heard=on_air(ana.sound, ben.sound, leak))) == ["carlo-is-not-heard"]


def test_a_muted_voice_that_leaks_20_db_too_low_is_found(good: Evidence) -> None:
    ana, ben, carlo = good.sent

    assert failed(but(good, heard=on_air(ana.sound, ben.sound, 0.1 * carlo.sound))) == ["carlo-is-not-heard"]


def test_200_ms_of_silence_are_a_gap(holed: Evidence) -> None:
    assert failed(holed) == ["no-gap"]


def test_200_ms_left_out_are_a_gap(good: Evidence) -> None:
    cut = np.delete(good.heard, slice(5 * RATE, 5 * RATE + RATE // 5))

    assert failed(but(good, heard=cut)) == ["no-gap"]


def test_an_echo_whose_buffer_ran_dry_for_200_ms_has_a_gap(good: Evidence) -> None:
    assert failed(but(good, stalls=(Gap(4.0, 0.2),))) == ["no-gap"]


def test_80_ms_of_silence_are_no_gap(good: Evidence) -> None:
    heard = good.heard.copy()
    heard[3 * RATE : 3 * RATE + RATE * 8 // 100] = 0

    assert failed(but(good, heard=heard)) == []


def test_too_loud_is_noticed(good: Evidence) -> None:
    assert failed(but(good, heard=np.clip(good.heard * 4, -1, 1))) == ["level"]


def test_too_quiet_is_noticed(good: Evidence) -> None:
    assert failed(but(good, heard=good.heard * np.float32(0.3))) == ["level"]


def test_a_first_sound_after_more_than_2_s_is_late(good: Evidence) -> None:
    late = msgspec.structs.replace(good.asked, wait=2.4)

    assert failed(but(good, asked=late)) == ["first-sound"]


def test_another_room_than_the_one_asked_for_is_noticed(good: Evidence) -> None:
    wrong = msgspec.structs.replace(good.asked, given="otherroom2")

    assert failed(but(good, asked=wrong)) == ["right-room"]


def test_no_room_at_all_is_noticed(good: Evidence) -> None:
    nothing = Asked(room=ROOM, title="Morning Table", given="", wait=0.7)

    assert failed(but(good, asked=nothing)) == ["right-room"]


def test_an_event_that_was_never_written_is_missed(good: Evidence) -> None:
    assert failed(but(good, log=told(without="media.stream-ready.v1"))) == ["events-present"]


def test_an_expected_person_is_not_another_person(good: Evidence) -> None:
    other = [*good.expected[:-1], msgspec.structs.replace(good.expected[2], fields={"person": "dora234567"})]

    assert failed(but(good, expected=tuple(other))) == ["events-present"]


def test_expecting_nothing_proves_nothing(good: Evidence) -> None:
    assert failed(but(good, expected=())) == ["events-present"]


def test_media_time_that_goes_back_is_noticed(good: Evidence) -> None:
    log = list(good.log)
    last = max(n for n, record in enumerate(log) if record.envelope.subject == log[0].envelope.subject)
    early = msgspec.structs.replace(log[last].envelope, mediatime=Samples(1))
    log[last] = decode(encode(early), START)

    assert failed(but(good, log=log)) == ["media-time-in-order"]


def test_a_revision_left_out_is_noticed(good: Evidence) -> None:
    log = list(good.log)
    last = max(n for n, record in enumerate(log) if record.envelope.subject == log[0].envelope.subject)
    log[last] = decode(encode(msgspec.structs.replace(log[last].envelope, revision=9)), START)

    assert failed(but(good, log=log)) == ["revisions-gapless"]


def test_a_changed_line_breaks_the_chain(good: Evidence) -> None:
    log = list(good.log)
    log[0] = decode(encode(msgspec.structs.replace(log[0].envelope, via="somebody else")), START)

    assert failed(but(good, log=log)) == ["hash-chain"]


def test_a_chain_is_the_sha_256_of_the_line_before(good: Evidence) -> None:
    room = [record for record in good.log if record.envelope.subject == good.log[0].envelope.subject]

    assert room[1].envelope.prevhash == hashlib.sha256(room[0].line).hexdigest()


def test_the_report_says_where_a_gap_can_be_heard(holed: Evidence) -> None:
    checks = {check.name: check for check in found(holed).report.checks}

    assert checks["no-gap"].at is not None
    assert abs(checks["no-gap"].at - 3.0) < 0.02


def test_every_report_can_be_written_as_json(holed: Evidence) -> None:
    read = msgspec.json.decode(written(found(holed).report))

    assert read["ok"] is False
    assert {check["name"] for check in read["checks"] if not check["ok"]} == {"no-gap"}
