"""The checks of what speakers hear: each other, not themselves. Pure; each has a test that plants its fault."""

from collections.abc import Iterator

import msgspec
import numpy as np

from parlor.demo.earshot import Ear
from parlor.demo.mixminus import Found, Speech, alone, find
from parlor.demo.report import Check

PRESENT = 0.5
LATEST = 150.0
"""ms from mouth to ear: up to there a conversation goes as it does face to face (ITU-T G.114)."""

ALONE, AMONG = -60.0, -30.0


class Side(msgspec.Struct, frozen=True):
    """One of two who speak with each other: what they said, what they heard."""

    name: str
    said: Speech
    heard: Ear


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Two who hear each other. The departure of each packet of `exact` is known; `lone` talked alone from one monotonic
    time to another.
    """

    exact: Side
    lone: Side
    between: tuple[float, float]


class Hearing(msgspec.Struct, frozen=True):
    """Each of the two, looked for in both ears."""

    exact: Found
    lone: Found


def listen(stage: Stage) -> Hearing:
    """Look for both."""
    one, other, since = stage.exact, stage.lone, stage.exact.said.begin
    return Hearing(find(one.said, one.heard, other.heard, since), find(other.said, other.heard, one.heard, since))


def checks(stage: Stage, hearing: Hearing) -> Iterator[Check]:
    """All four."""
    yield each_other(stage, hearing)
    yield mouth_to_ear(stage, hearing)
    yield by_oneself(stage)
    yield among_others(stage, hearing)


def each_other(stage: Stage, hearing: Hearing) -> Check:
    """Both hear the other one: without that, not to hear oneself proves nothing."""
    figure = min(hearing.exact.likeness.typical, hearing.lone.likeness.typical)
    return Check(
        name="the-stage-hears-each-other",
        ok=figure >= PRESENT,
        figure=round(figure, 3),
        unit="correlation",
        bar=f">= {PRESENT}",
        sentence=f"By WebRTC (WHEP), {stage.exact.name} hears {stage.lone.name}, and {stage.lone.name} hears "
        f"{stage.exact.name}: {figure**2:.0%} or more of it is the other one's own voice.",
    )


def mouth_to_ear(stage: Stage, hearing: Hearing) -> Check:
    """From the departure of a sound to its arrival on the stage: network, waiting, mixing and both codecs."""
    found = np.asarray(hearing.exact.delays or (10.0,)) * 1000
    figure, worst = float(np.median(found)), float(np.percentile(found, 99))
    return Check(
        name="mouth-to-ear",
        ok=0 < figure <= LATEST,
        figure=round(figure, 1),
        unit="ms",
        bar=f"<= {LATEST:.0f}",
        sentence=f"What {stage.exact.name} says arrives at {stage.lone.name}'s ears after {figure:.0f} ms (99 of 100 "
        f"packets within {worst:.0f} ms).",
    )


def by_oneself(stage: Stage) -> Check:
    """Nobody else talks: one's own voice comes back to nobody."""
    own, other = (side.heard.between(*stage.between) for side in (stage.lone, stage.exact))
    long_enough = min(len(own), len(other)) >= 48_000
    figure = alone(own, other) if long_enough else 0.0
    return Check(
        name="own-voice-alone",
        ok=figure <= ALONE,
        figure=round(figure, 1),
        unit="dB",
        bar=f"<= {ALONE:.0f}",
        sentence=f"While {stage.lone.name} alone talks, all that {stage.lone.name} hears is {figure:.0f} dB of what "
        f"{stage.exact.name} hears.",
    )


def among_others(stage: Stage, hearing: Hearing) -> Check:
    """All talk: under the others' voices one's own is not."""
    figure = max(hearing.exact.own, hearing.lone.own)
    return Check(
        name="own-voice-among-others",
        ok=figure <= AMONG,
        figure=round(figure, 1),
        unit="dB",
        bar=f"<= {AMONG:.0f}",
        sentence=f"While all talk, {stage.exact.name}'s and {stage.lone.name}'s own voices are {figure:.0f} dB or less "
        f"in what they hear (least squares, 256 taps).",
    )
