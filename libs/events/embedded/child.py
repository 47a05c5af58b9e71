"""A server process of ours: started on a leash, said to be ready by a probe, stopped by degrees."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .faults import DiskFull, ServerDied

LEASH = Path(__file__).with_name("leash.py")
NO_SPACE = "No space left on device"
LOOK_EVERY = 0.01


class Child:
    """One child process. Start it from the main thread: the kernel's leash is tied to the thread that forks."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, on_parent_death: signal.Signals, environ: Mapping[str, str] | None = None) -> None:
        """Start it, output to the log file (which begins anew)."""
        leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(on_parent_death))]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                leash + self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environ or {})},
                start_new_session=True,  # Ctrl-C is for us: we stop our children in order
            )

    @property
    def running(self) -> bool:
        """Is it there?"""
        return self.process is not None and self.process.poll() is None

    def wait_ready(self, ready: Callable[[], bool], within: float = 20.0) -> None:
        """Return once the probe says yes; raises ServerDied or DiskFull with what the server said last."""
        deadline = time.monotonic() + within
        while not ready():
            if not self.running:
                raise fault(self.name, "ended at start", self.log)
            if time.monotonic() > deadline:
                self.stop([(signal.SIGKILL, 5.0)])
                raise fault(self.name, f"was not ready within {within:.0f} s", self.log)
            time.sleep(LOOK_EVERY)

    def stop(self, degrees: Sequence[tuple[signal.Signals, float]]) -> None:
        """Send each signal in turn and give it its seconds, until the process is gone. Twice is harmless."""
        for number, seconds in degrees:
            if self.process is None or self.process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)


def fault(name: str, what: str, log: Path) -> ServerDied | DiskFull:
    """The trouble that a server's log tells of, as one sentence."""
    said = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    if any(NO_SPACE in line for line in said):
        return DiskFull(f"no space left on the disk that holds {log.parent}: free some and start again")
    telling = [line for line in said if any(word in line for word in ("FATAL", "[FTL]", "error", "ERROR"))] or said
    last = telling[-1] if telling else "it said nothing"
    return ServerDied(f"{name} {what}: {last}")
