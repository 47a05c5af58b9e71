"""A plot as SVG: lines over a logarithmic axis, each with its name at its end. For a look, so no library."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from pathlib import Path

from tests.bench.report import OUT

WIDTH, HEIGHT, LEFT, RIGHT, EDGE = 640, 360, 80, 190, 40
COLOURS = ("#0b6e99", "#b3541e", "#4a7c2c", "#6b4fa0")


def plot(name: str, title: str, axes: tuple[str, str], lines: Mapping[str, Sequence[tuple[float, float]]]) -> Path:
    """Leave `out/bench/<name>.svg`; `axes` name what goes to the right (logarithmic) and what goes up (from 0)."""
    rights = sorted({x for line in lines.values() for x, _ in line})
    top = max(y for line in lines.values() for _, y in line) * 1.1
    low, high = log10(rights[0]), log10(rights[-1])

    def place(x: float, y: float) -> tuple[float, float]:
        right = LEFT + (log10(x) - low) / (high - low or 1) * (WIDTH - LEFT - RIGHT)
        return right, HEIGHT - EDGE - y / top * (HEIGHT - 2 * EDGE)

    parts = [text(WIDTH / 2, 20, title, "middle"), text(LEFT, HEIGHT - 6, axes[0]), text(8, EDGE - 8, axes[1])]
    parts += [text(place(x, 0)[0], HEIGHT - EDGE + 14, f"{x:,.0f}", "middle") for x in rights]
    for part in range(5):
        across, up = place(rights[0], top * part / 4)
        parts.append(text(across - 8, up + 4, f"{top * part / 4:,.0f}", "end"))
        parts.append(f'<path d="M{across:.1f} {up:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
    for colour, (label, line) in zip(COLOURS, lines.items(), strict=False):
        path = " ".join(f"{right:.1f},{up:.1f}" for right, up in (place(x, y) for x, y in line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(text(WIDTH - RIGHT + 6, place(*line[-1])[1] + 4, label, colour=colour))
    OUT.mkdir(parents=True, exist_ok=True)
    file = OUT / f"{name}.svg"
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )
    return file


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#333") -> str:
    """One label."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
