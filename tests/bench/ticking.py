"""A tick thread with a room on air, in a process of its own:

    python -m tests.bench.ticking SECONDS [ordinary]    # prints what it was granted, then each tick's lateness in us

With `ordinary` it is refused real-time scheduling, as a process without the right is.
"""

import os
import select
import socket
import sys
import time
from ipaddress import ip_network

from services.media.engine.desk import Desk


def refused(*_: object) -> None:
    """What the kernel says to who may not."""
    raise PermissionError


def lateness(seconds: float) -> list[int]:
    """From each deadline to the tick's beginning; 20 s at most."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        desk = Desk(bound, [ip_network("127.0.0.0/8")])
        desk.open(0)
        desk.air(0, True)
        desk.start()
        print(desk.scheduling)  # noqa: T201 - it is read
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([desk.bell], [], [], 0.2)[0]:
                desk.read()
                desk.programme()
        desk.stop()
        return [late for late, _ in desk.lateness()]


if __name__ == "__main__":
    if "ordinary" in sys.argv:
        setattr(os, "sched_setscheduler", refused)  # noqa: B010 - what os is said to have does not change
    for each in lateness(float(sys.argv[1])):
        print(each)  # noqa: T201 - it is read
