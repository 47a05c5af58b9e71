"""The engine under test is the one of these sources."""

import subprocess
import sys

from tests.house.tree import REPOSITORY


def pytest_configure() -> None:
    """Compile what has changed; a moment when nothing has."""
    subprocess.run([sys.executable, str(REPOSITORY / "deploy/machine/compile.py")], check=True)
