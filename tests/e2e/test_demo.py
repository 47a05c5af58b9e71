"""The main job without hands, on real parts."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
MADE = ("echo-heard.wav", "kitchen.mp3", "events.jsonl", "report.json", "index.html")


@pytest.mark.timeout(240)
def test_the_demo_holds_every_check_and_writes_all_it_promises(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    ran = subprocess.run(
        [sys.executable, "-m", "parlor", "demo", "--out", str(out)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=220,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert all((out / name).stat().st_size > 0 for name in MADE)
    assert msgspec.json.decode((out / "report.json").read_bytes())["ok"] is True
