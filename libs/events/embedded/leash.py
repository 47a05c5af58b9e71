"""Run a program that ends when its parent does, even when the parent is killed with 9.

    python -I -S leash.py PARENT SIGNAL PROGRAM ARGUMENT…

On Linux the kernel sends SIGNAL (prctl(2), PR_SET_PDEATHSIG) and this process becomes PROGRAM. Elsewhere it stays,
looks twice a second whether its parent is still PARENT, and passes SIGTERM and SIGINT on. Standard library only, as
it is run as a file.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1


def become(parent: int, on_death: int, program: list[str]) -> None:
    """Turn into the program; the parent's death is already looked after."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, on_death, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(program[0], program)  # noqa: S606  (becoming the program is the point)


def watch(parent: int, on_death: int, program: list[str]) -> int:
    """Stay as the program's parent; returns its exit status."""
    child = subprocess.Popen(program)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda number, _frame: child.send_signal(number))
    while child.poll() is None:
        if os.getppid() != parent:
            child.send_signal(on_death)
            return child.wait()
        time.sleep(0.5)
    return child.returncode


def main(arguments: list[str]) -> int:
    """Entry point; see the module's docstring."""
    parent, on_death, program = int(arguments[0]), int(arguments[1]), arguments[2:]
    if sys.platform == "linux":
        become(parent, on_death, program)
    return watch(parent, on_death, program)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
