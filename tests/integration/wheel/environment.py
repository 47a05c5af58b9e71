"""An empty environment: nothing of ours in it, no compiler on its PATH, packages only as the lock knows them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
LOCK = REPOSITORY / "requirements-dev.lock"
RECIPE = REPOSITORY / "deploy" / "wheel"
OURS = re.compile(r"(PYTHON|PYTEST|NATS|PARLOR|DATABASE|VIRTUAL_ENV|COVERAGE)")


class Environment:
    """One virtual environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "bin"

    def make(self) -> None:
        """Begin it, without even pip."""
        run([sys.executable, "-m", "venv", "--without-pip", self.folder])

    def install_locked(self, *names: str) -> None:
        """Packages with all that they need, from the registry, in the versions and with the hashes of our lock."""
        wanted = self.folder / "wanted.lock"
        wanted.write_text("".join(locked(names)))
        self._pip("--require-hashes", "--no-deps", "-r", wanted)

    def install(self, requirement: str) -> None:
        """A file and an extra of it; what it says that it needs must be there already."""
        self._pip("--no-index", requirement)

    def _pip(self, *words: str | Path) -> None:
        pip = (sys.executable, "-m", "pip", "--python", self.programs / "python", "install", "--quiet")
        run([*pip, "--only-binary", ":all:", *words])

    def python(self, *words: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
        """What its Python does, with nothing but it on the PATH."""
        environ = {name: value for name, value in os.environ.items() if not OURS.match(name)}
        own = {"PATH": str(self.programs), "PYTHONDONTWRITEBYTECODE": "1"}
        own["PYTEST_DEBUG_TEMPROOT"] = str(self.folder.parent)  # where our own session does not clean up
        return subprocess.run(
            [self.programs / "python", *words],
            cwd=cwd,
            env=environ | own,
            capture_output=True,
            text=True,
            check=False,
        )


def summary(ran: "subprocess.CompletedProcess[str]") -> str:
    """Pytest's last line, with the rest behind it for whoever reads a failure."""
    lines = ran.stdout.splitlines() or ["nothing was said"]
    return "\n".join([lines[-1], *lines, ran.stderr])


def run(words: list[str | Path], cwd: Path | None = None) -> None:
    """Do it, or fail with what it said."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def locked(names: tuple[str, ...]) -> Iterator[str]:
    """The lines of the lock about these packages."""
    blocks = re.split(r"^(?=[a-z0-9])", LOCK.read_text(), flags=re.MULTILINE)
    by_name = {re.split(r"[\[=]", block)[0]: block for block in blocks}
    return (by_name[name] for name in names)


def build(into: Path) -> Path:
    """The wheel, made from this tree."""
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", into], cwd=RECIPE)
    [wheel] = into.glob("parlor_events-*-py3-none-any.whl")
    return wheel
