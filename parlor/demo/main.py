"""From nothing to `out/demo/`: run the story, examine what came of it, write it all down."""

import asyncio
import signal
import tempfile
from pathlib import Path

from rich.console import Console

from parlor.demo import checks, report
from parlor.demo.cast import SPEAKERS, TITLE
from parlor.demo.chronicle import read
from parlor.demo.composition import running
from parlor.demo.play import Taken, perform
from parlor.demo.recordings import Line, heard_sound, rehearse
from parlor.demo.sound import RATE
from parlor.demo.view import PlainView, View


def run_demo(out: Path) -> bool:
    """The demo, with its result in `out`; True when every check holds. Raises Fault, CannotStart, BadAnswer."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    view: View = PlainView(Console(soft_wrap=True))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="parlor-demo-") as folder:
        view.step("Parlor starts: NATS, PostgreSQL, four services, a mixer")
        with running(out / "state") as composition:
            lines = rehearse(SPEAKERS, Path(folder))
            taken = asyncio.run(perform(composition, lines, view))
    return written(out, taken, lines, view)


def written(out: Path, taken: Taken, lines: list[Line], view: View) -> bool:
    """Examine, tell, write."""
    findings = checks.examine(evidence(taken, lines))
    taken.heard.write_wav(out / "echo-heard.wav")
    (out / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in taken.lines))
    (out / "report.json").write_bytes(report.written(findings.report))
    view.verdict(findings.report)
    return findings.report.ok


def evidence(taken: Taken, lines: list[Line]) -> checks.Evidence:
    """What the checks look at."""
    return checks.Evidence(
        heard=heard_sound(taken.heard),
        sent=tuple(
            checks.Sent(line.speaker.name, line.part.sound[: round(taken.talked * RATE)], line.speaker.muted)
            for line in lines
        ),
        asked=checks.Asked(room=taken.room, title=TITLE, given=taken.given, wait=taken.heard.first_audio_after / 1000),
        log=read(taken.lines),
        expected=taken.expected,
    )
