"""Starting that holder from a test, and looking for what it leaves behind."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

REPOSITORY = Path(__file__).parents[3]
ORDINARY = (
    "setpriv",
    "--securebits=+no_setuid_fixup",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=+dac_read_search",
    "--ambient-caps=+dac_read_search",
)
"""Nobody, who may read what we may (the checkout can lie in a folder of root's) and write only what is his. The secure
bit lets access(2) see it that way too."""


class Holder:
    """One running holder and its report."""

    def __init__(self, process: "subprocess.Popen[str]", report: dict[str, Any]) -> None:
        self.process = process
        self.database: str = report["database"]
        self.nats: str = report["nats"]
        self.children: list[int] = report["children"]

    def end(self) -> int:
        """Let it stop by itself; returns its exit status."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(30)

    def kill(self) -> None:
        """Kill it with 9, the parent alone."""
        self.process.kill()
        self.process.wait(10)

    def kill_tree(self) -> None:
        """Kill it and its children with 9."""
        family = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
        for member in family:
            member.kill()
        self.process.wait(10)
        psutil.wait_procs(family, timeout=10)


@contextmanager
def held(state: Path, prefix: Sequence[str] = ()) -> Iterator[Holder]:
    """A holder on this state; it is gone after the block."""
    process = started(state, prefix)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"the holder ended at start: {process.communicate()[1]}")
        yield Holder(process, json.loads(line))
    finally:
        if process.stdin and not process.stdin.closed:
            process.stdin.close()
        try:
            process.wait(30)
        finally:
            process.kill()
            for pipe in (process.stdout, process.stderr):
                assert pipe is not None
                pipe.close()


def started(state: Path, prefix: Sequence[str] = ()) -> "subprocess.Popen[str]":
    """The process alone."""
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", "tests.integration.embedded.holder", str(state)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(state: Path) -> str:
    """What a holder that must not start says; it ends with 1 and without a traceback."""
    process = started(state)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1, said
    assert "Traceback" not in said
    return said


def left_behind(state: Path) -> list[str]:
    """Processes whose command line names this state."""
    return [
        " ".join(process.info["cmdline"])
        for process in psutil.process_iter(["cmdline"])
        if any(str(state) in part for part in process.info["cmdline"] or ()) and process.pid != os.getpid()
    ]


def none_left(state: Path, children: Sequence[int]) -> bool:
    """Wait until the children are gone; True when nothing of this state runs."""
    processes = []
    for pid in children:
        try:
            processes.append(psutil.Process(pid))
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=15)
    return not left_behind(state)


def can_be_somebody_else() -> bool:
    """Are we root, and may we become nobody?"""
    if os.geteuid() != 0 or shutil.which(ORDINARY[0]) is None:
        return False
    return subprocess.run([*ORDINARY, "true"], capture_output=True, check=False).returncode == 0
