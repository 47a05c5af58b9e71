"""Servers that outlived an earlier run, and pid files that outlived their servers."""

import contextlib
import signal
from pathlib import Path

import psutil

PATIENCE = 5.0


def end_leftover(pid_file: Path, program: Path, argument: Path) -> None:
    """Make sure that no server of an earlier run still uses this state, and forget its pid file.

    Only a process that runs the program with this very argument is ours to end: the number in a stale file may by
    now belong to anybody.
    """
    pid = noted_pid(pid_file)
    if pid is not None:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process = psutil.Process(pid)
            command = process.cmdline()
            if command and Path(command[0]).name == program.name and str(argument) in command:
                end(process)
    pid_file.unlink(missing_ok=True)


def noted_pid(pid_file: Path) -> int | None:
    """The number in a pid file's first line."""
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def end(process: psutil.Process) -> None:
    """It may be ending already, as its leash was let go: wait, ask, insist."""
    family = [process, *process.children(recursive=True)]
    if not psutil.wait_procs(family, timeout=PATIENCE)[1]:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGINT)
    for survivor in psutil.wait_procs(family, timeout=PATIENCE)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            survivor.kill()
    psutil.wait_procs(family, timeout=PATIENCE)
