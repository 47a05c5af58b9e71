"""The page, the kitchen and the composition: what can be told without running a demo."""

import contextlib
import re
import shutil
from pathlib import Path

import msgspec
import pytest

from parlor.demo.cast import SPEAKERS
from parlor.demo.checks import Evidence, Findings
from parlor.demo.composition import forget, free_ports
from parlor.demo.kitchen import record
from parlor.demo.page import Moments, Shown, page
from parlor.demo.recordings import Line
from parlor.demo.script import monologue
from parlor.embedded.faults import AlreadyRunning
from parlor.embedded.infra import locked
from tests.unit.demo.conftest import ANA, BEN

needs_voice = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


@needs_voice
def test_the_kitchen_is_words_then_programme_then_words(good: Evidence) -> None:
    recorded = record([("you", "play it"), ("Alexa", "Playing.")], good.heard, [("you", "stop")])

    assert [spoken.who for spoken in recorded.spoken] == ["you", "Alexa", "you"]
    assert recorded.spoken[1].begin < recorded.programme < recorded.spoken[2].begin
    assert recorded.mp3[:2] in (b"\xff\xfb", b"\xff\xfa")


@needs_voice
def test_the_page_needs_no_other_file_and_holds_every_check(good: Evidence, findings: Findings) -> None:
    recorded = record([("you", "say </script> & go")], good.heard, [])
    lines = tuple(
        Line(speaker, monologue(sent.sound, 5.0, 0), Path("none"))
        for speaker, sent in zip(SPEAKERS, good.sent, strict=True)
    )
    shown = Shown(
        heard=good.heard,
        lines=lines,
        findings=findings,
        log=tuple(good.log),
        people={ANA: "Ana", BEN: "Ben"},
        kitchen=recorded,
        moments=Moments(5.0, (1.0,)),
    )
    text = page(shown)
    found = re.search(r"^const data = (.*);$", text, re.MULTILINE)

    assert found is not None
    data = msgspec.json.decode(found[1].replace("<\\/", "</"))
    assert [check["name"] for check in data["checks"]] == [check.name for check in findings.report.checks]
    assert data["dialogue"][0]["text"] == "say </script> & go"
    assert text.count("</script>") == 1
    assert not re.search(r"""(?:src|href)=["']|url\(|@import|https?://""", text)


def test_ports_are_all_different_and_the_mixers_admin_port_is_free_too() -> None:
    ports = free_ports()

    assert len({ports.http, ports.https, ports.admin, ports.admin + 1}) == 4


def test_what_the_last_demo_left_is_forgotten(tmp_path: Path) -> None:
    state = tmp_path / "out" / "state"
    forget(state)
    (state / "nats").mkdir(parents=True)
    forget(state)

    assert not state.exists()


def test_a_demo_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    with contextlib.ExitStack() as stack:
        stack.enter_context(locked(state))
        with pytest.raises(AlreadyRunning):
            forget(state)

    assert state.exists()
