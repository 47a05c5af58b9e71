"""Every check of the demo: evidence in, figure and verdict out. Pure; each has a test that plants its fault."""

from collections.abc import Iterator

import msgspec

from parlor.demo import chronicle, foldback
from parlor.demo.gaps import Gap, longest_gap
from parlor.demo.likeness import Likeness, compare
from parlor.demo.loudness import measure
from parlor.demo.report import Check, Report, verdict
from parlor.demo.sound import Sound

PRESENT = 0.5
ABSENT = 0.2
LONGEST_GAP = 0.1
QUIETEST, LOUDEST = -26.0, -12.0
HIGHEST = -1.0
SLOWEST = 2.0


class Sent(msgspec.Struct, frozen=True):
    """A speaker's sound as it was sent, from its first packet on."""

    name: str
    sound: Sound
    muted: bool = False


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the Echo was asked for and what it was given: rooms by id, seconds from the request to the first sound."""

    room: str
    title: str
    given: str
    wait: float


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that the checks look at. `stalls`: when the Echo's buffer ran dry while it played. `notes` are sentences for
    the report, about how all this came to be.
    """

    heard: Sound
    sent: tuple[Sent, ...]
    asked: Asked
    stage: foldback.Stage
    log: chronicle.Log
    expected: tuple[chronicle.Expected, ...]
    stalls: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


class Findings(msgspec.Struct, frozen=True):
    """The report, and where each voice was found, in the order in which they were sent."""

    report: Report
    voices: tuple[Likeness, ...]


def examine(evidence: Evidence) -> Findings:
    """Look for the voices, then run every check."""
    voices = tuple(compare(evidence.heard, sent.sound) for sent in evidence.sent)
    return judge(evidence, voices, foldback.listen(evidence.stage))


def judge(evidence: Evidence, voices: tuple[Likeness, ...], hearing: foldback.Hearing) -> Findings:
    """Run every check with the voices found already."""
    checks = [
        *(voice(sent, likeness) for sent, likeness in zip(evidence.sent, voices, strict=True)),
        gap(evidence, [v for sent, v in zip(evidence.sent, voices, strict=True) if not sent.muted]),
        level(evidence.heard),
        first_sound(evidence.asked),
        right_room(evidence.asked),
        *foldback.checks(evidence.stage, hearing),
        *log(evidence),
    ]
    return Findings(verdict(checks, evidence.notes), voices)


def voice(sent: Sent, likeness: Likeness) -> Check:
    """A speaker is heard; a muted one is not."""
    slug = sent.name.lower()
    if sent.muted:
        figure = float(likeness.strongest)
        return Check(
            name=f"{slug}-is-not-heard",
            ok=figure <= ABSENT,
            figure=round(figure, 3),
            unit="correlation",
            bar=f"<= {ABSENT}",
            sentence=f"{sent.name} is muted and talks all the time; the Echo hears none of it: nowhere is more than "
            f"{figure**2:.1%} of the sound like {sent.name}'s.",
            at=likeness.where,
        )
    figure = float(likeness.typical)
    return Check(
        name=f"{slug}-is-heard",
        ok=figure >= PRESENT,
        figure=round(figure, 3),
        unit="correlation",
        bar=f">= {PRESENT}",
        sentence=f"While {sent.name} speaks, {figure**2:.0%} of what the Echo hears between 150 and 3800 Hz is "
        f"{sent.name}'s own voice.",
        at=likeness.where,
    )


def gap(evidence: Evidence, voices: list[Likeness]) -> Check:
    """No hole, be it silence, missing samples or a stall."""
    hole = longest_gap(evidence.heard, voices, evidence.stalls)
    longest = f"the longest is {hole.length * 1000:.0f} ms" if hole.length else "there is none"
    return Check(
        name="no-gap",
        ok=hole.length <= LONGEST_GAP,
        figure=round(hole.length * 1000, 1),
        unit="ms",
        bar=f"<= {LONGEST_GAP * 1000:.0f}",
        sentence=f"Silence, missing samples or stalls in what the Echo hears: {longest}.",
        at=hole.begin if hole.length else None,
    )


def level(heard: Sound) -> Check:
    """Neither too quiet nor too loud, and never clipped."""
    loudness = measure(heard)
    return Check(
        name="level",
        ok=QUIETEST <= loudness.integrated <= LOUDEST and loudness.peak <= HIGHEST,
        figure=round(loudness.integrated, 1),
        unit="LUFS",
        bar=f"{QUIETEST:.0f} .. {LOUDEST:.0f}, peak <= {HIGHEST:.0f} dBFS",
        sentence=f"The programme is {loudness.integrated:.1f} LUFS loud (BS.1770), its highest sample "
        f"{loudness.peak:.1f} dBFS.",
        at=loudness.loudest,
    )


def first_sound(asked: Asked) -> Check:
    """From the end of the request to the first sample that the Echo plays."""
    return Check(
        name="first-sound",
        ok=asked.wait <= SLOWEST,
        figure=round(asked.wait, 3),
        unit="s",
        bar=f"<= {SLOWEST:.0f}",
        sentence=f"{asked.wait:.2f} s pass from the request until the Echo has sound to play.",
        at=0.0,
    )


def right_room(asked: Asked) -> Check:
    """The room that was asked for by name is the one that plays."""
    right = asked.given == asked.room
    told = f"and plays room {asked.room}" if right else f"and plays {asked.given or 'nothing'} instead of {asked.room}"
    return Check(
        name="right-room",
        ok=right,
        figure=float(right),
        unit="right room",
        bar="= 1",
        sentence=f"The Echo asks for “{asked.title}” {told}.",
        at=0.0,
    )


def log(evidence: Evidence) -> Iterator[Check]:
    """Everything that happened is written down, once, in order."""
    absent = chronicle.missing(evidence.log, evidence.expected)
    absences = "all are there" if not absent else "missing: " + "; ".join(each.sentence for each in absent)
    count = len(evidence.expected)
    yield Check(
        name="events-present",
        ok=not absent and count > 0,
        figure=count - len(absent),
        unit="events",
        bar=f"= {count}",
        sentence=f"{count} events have to be in the log; {absences}.",
    )
    for name, found, rule in (
        (
            "media-time-in-order",
            chronicle.backward_in_time(evidence.log),
            "no media time goes back within an aggregate",
        ),
        ("revisions-gapless", chronicle.misnumbered(evidence.log), "revisions count 1, 2, 3… in every aggregate"),
        ("hash-chain", chronicle.unchained(evidence.log), "each line carries the SHA-256 of the line before"),
    ):
        where = f"; first at {found[0].envelope.type} {found[0].envelope.subject}" if found else ""
        yield Check(
            name=name,
            ok=not found,
            figure=len(found),
            unit="faults",
            bar="= 0",
            sentence=f"In {len(evidence.log)} events {rule}{where}.",
        )
