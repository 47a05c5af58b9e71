"""While sound flows the engine asks nobody for memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.media.transport.srtp import Profile

pytestmark = pytest.mark.slow

COUNTER = Path(__file__).with_name("allocations.c")


@pytest.mark.skipif("LD_PRELOAD" in os.environ, reason="a sanitizer counts already")
@pytest.mark.parametrize("profile", list(Profile))
def test_nothing_is_allocated_for_a_packet_or_a_tick(tmp_path: Path, profile: Profile) -> None:
    counter = tmp_path / "allocations.so"
    subprocess.run([os.environ.get("CC", "gcc"), "-shared", "-fPIC", str(COUNTER), "-o", str(counter)], check=True)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.unit.media.engine.steady", profile.name],
        env=os.environ | {"LD_PRELOAD": str(counter)},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = ran.stdout.splitlines()
    assert first.startswith("protect and unprotect: 0 allocations")
    assert second == "250 ticks of five people: 0 allocations"
