"""From nothing to `out/demo/`: run the story, examine what came of it, write it all down."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from libs.events.envelope import Recorded
from libs.events.vocabulary import AnyEvent
from parlor.demo import checks, kitchen, report
from parlor.demo.cast import SPEAKERS, TITLE
from parlor.demo.chronicle import Log, moment, read
from parlor.demo.composition import Composition, running
from parlor.demo.foldback import Side, Stage
from parlor.demo.gaps import Gap
from parlor.demo.guest import opened
from parlor.demo.live import LiveView
from parlor.demo.mixminus import Speech
from parlor.demo.page import Moments, Shown, page
from parlor.demo.play import Taken, perform
from parlor.demo.recordings import Line, heard_sound, rehearse
from parlor.demo.sound import RATE
from parlor.demo.view import PlainView, View

MADE = ("echo-heard.wav", "kitchen.mp3", "events.jsonl", "report.json", "index.html")
"""What a demo leaves in its folder. What an earlier one left is no result of this one."""


def run_demo(out: Path) -> bool:
    """The demo, with its result in `out`; True when every check holds. Raises Fault, CannotStart, BadAnswer."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kitchen.require_voice()
    out.mkdir(parents=True, exist_ok=True)
    for name in MADE:
        (out / name).unlink(missing_ok=True)
    with shown_on(Console()) as view:
        view.step("Parlor starts: NATS, PostgreSQL, four services, a mixer")
        with running(out / "state") as composition:
            lines = rehearse(SPEAKERS, composition.state / "senders")
            taken = asyncio.run(performed(composition, lines, view))
        view.step("Parlor has ended; now everything is examined")
        return written(out, taken, lines, view)


async def performed(composition: Composition, lines: list[Line], view: View) -> Taken:
    """With a browser, where there is one."""
    (guest,) = (line for line in lines if line.speaker.from_page)
    async with opened(guest.file, composition.state / "browser") as browser:
        return await perform(composition, lines, browser, view)


@contextlib.contextmanager
def shown_on(console: Console) -> Iterator[View]:
    """A live picture on a terminal, else plain lines."""
    if console.is_terminal:
        with LiveView(console) as live:
            yield live
    else:
        yield PlainView(console)


def written(out: Path, taken: Taken, lines: list[Line], view: View) -> bool:
    """Examine, tell, write."""
    found = evidence(taken, lines)
    findings = checks.examine(found)
    said = [(each.who, each.text) for each in taken.said]
    recorded = kitchen.record(said[:-1], found.heard, said[-1:])
    (out / "kitchen.mp3").write_bytes(recorded.mp3)
    taken.heard.write_wav(out / "echo-heard.wav")
    (out / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in taken.lines))
    (out / "report.json").write_bytes(report.written(findings.report))
    shown = Shown(
        heard=found.heard,
        lines=tuple(lines),
        findings=findings,
        log=tuple(record for record in found.log if ours(record, taken.room)),
        people={person: name for name, person in taken.people.items()},
        kitchen=recorded,
        moments=moments(taken, found.log, findings),
    )
    (out / "index.html").write_text(page(shown), encoding="utf-8")
    view.verdict(findings.report)
    view.step(f"Written: {out / 'index.html'}")
    return findings.report.ok


def ours(record: Recorded[AnyEvent], room: str) -> bool:
    """True for what belongs to the demo's room, also where an Echo did it."""
    return room in (record.envelope.aggregate.scope, getattr(record.event, "room", None))


def moments(taken: Taken, log: Log, findings: checks.Findings) -> Moments:
    """Media time of the recording's beginning, from the moment at which the first speaker's packets came and the place
    at which their voice was found; and of each line, from when the Echo was told to play.
    """
    first = taken.people[SPEAKERS[0].name]
    at = {
        record.envelope.type: moment(record) / RATE
        for record in reversed(log)
        if ours(record, taken.room)
        and record.envelope.mediatime is not None
        and getattr(record.event, "person", first) == first
    }
    asked = next(each.at for each in reversed(taken.said[:-1]) if each.who == "you")
    shift = at.get("playback.playback-asked.v1", 0.0) - asked
    heard = at.get("media.source-connected.v1", 0.0) + findings.voices[0].lag
    return Moments(round(heard, 3), tuple(round(each.at + shift, 2) for each in taken.said))


def sent(taken: Taken, line: Line) -> Speech:
    """What somebody had sent when the Echo stopped listening."""
    begin = taken.began[line.speaker.name]
    return Speech(line.part.sound[: round((taken.ended - begin) * RATE)], begin)


def stage(taken: Taken, lines: list[Line]) -> Stage:
    """The two who talk with each other, one by RTP and one from the page."""
    exact, lone = sorted((line for line in lines if not line.speaker.muted), key=lambda line: line.speaker.from_page)
    sides = [Side(line.speaker.name, sent(taken, line), taken.ears[line.speaker.name]) for line in (exact, lone)]
    return Stage(exact=sides[0], lone=sides[1], between=taken.alone)


def evidence(taken: Taken, lines: list[Line]) -> checks.Evidence:
    """What the checks look at."""
    return checks.Evidence(
        heard=heard_sound(taken.heard),
        sent=tuple(checks.Sent(line.speaker.name, sent(taken, line).sound, line.speaker.muted) for line in lines),
        stage=stage(taken, lines),
        asked=checks.Asked(room=taken.room, title=TITLE, given=taken.given, wait=taken.heard.first_audio_after / 1000),
        log=read(taken.lines),
        expected=taken.expected,
        notes=(taken.how,),
        stalls=tuple(Gap(gap.after / 1000, gap.lasted / 1000) for gap in taken.heard.gaps),
    )
