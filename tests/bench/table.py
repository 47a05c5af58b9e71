"""The table of README.md, out of a run of `make bench BENCH=peers`:

python -m tests.bench.table      # keeps out/bench/peers.json as docs/peers.json, and writes the table anew
"""

import shutil
from pathlib import Path

import msgspec

from tests.bench.report import OUT, Figure, Report

HOME = Path(__file__).parents[2]
KEPT, README = HOME / "docs/peers.json", HOME / "README.md"
BEGIN, END = "<!-- from docs/peers.json, by python -m tests.bench.table -->\n", "<!-- end of table -->\n"
WHOLE = 48.0
"""Packets a second: 50, less what a loaded machine delays."""

HEAD = "| people in rooms | Parlor | Janus AudioBridge | people on a core, for one of theirs |\n|---|---|---|---|\n"


def table(report: Report) -> str:
    """One row for each shape."""
    by_name = {figure.name: figure for figure in report.figures}
    shapes = [name.removesuffix(": Parlor") for name in by_name if name.endswith(": Parlor")]
    rows = []
    for shape in shapes:
        ours, theirs = by_name[f"{shape}: Parlor"], by_name[f"{shape}: Janus AudioBridge"]
        heard = [by_name[f"{shape}: packets a second that each hears, {who}"].value for who in ("Parlor", "Janus")]
        each = [cell(one, packets) for one, packets in zip((ours, theirs), heard, strict=True)]
        rows.append(f"| {shape} | {each[0]} | {each[1]} | {theirs.value / ours.value:.1f} |\n")
    return HEAD + "".join(rows)


def cell(cost: Figure, packets: float) -> str:
    """What it costs; and how much of it was done, where that was not all."""
    short = "" if packets > WHOLE else f", for {packets:.0f} packets a second"
    return f"{cost.value:.0f} us ({cost.ratio:.2f}){short}"


def with_table(text: str, report: Report) -> str:
    """The page with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table(report) + END + after


def kept() -> Report:
    """The run that is in the repository."""
    return msgspec.json.decode(KEPT.read_bytes(), type=Report)


if __name__ == "__main__":
    shutil.copyfile(OUT / "peers.json", KEPT)
    README.write_text(with_table(README.read_text(), kept()))
