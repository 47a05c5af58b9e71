"""Our mixer in a process of its own, for measuring it from outside:

    python -m tests.bench.ours ROOMS PEOPLE TALKERS OWN_MIXES      # prints its port; ends with its input

Participant n of all has the SSRC FIRST + n; those who don't talk are muted. Python reads what the tick thread says, as
the real mixer does.
"""

import select
import socket
import subprocess
import sys
from ipaddress import ip_network

from services.media.engine.desk import Desk

FIRST = 50_000


class Ours:
    """Starts one, and ends it."""

    def __init__(self, rooms: int, people: int, talkers: int, own_mixes: int = 3) -> None:
        argv = [sys.executable, "-m", "tests.bench.ours", *map(str, (rooms, people, talkers, own_mixes))]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    @property
    def pid(self) -> int:
        """The process that is measured."""
        return self._process.pid

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def serve(rooms: int, people: int, talkers: int, own_mixes: int) -> None:
    """Until there is no input."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        bound.bind(("127.0.0.1", 0))
        desk = Desk(bound, [ip_network("127.0.0.0/8")])
        for room in range(rooms):
            desk.open(room, own_mixes)
            for n in range(people):
                number = room * people + n
                desk.add(room, number, FIRST + number, 111, True)
                desk.gain(number, 1.0 if n < talkers else 0.0)
        desk.start()
        print(bound.getsockname()[1], flush=True)  # noqa: T201  # it is read
        while sys.stdin not in (ready := select.select([sys.stdin, desk.bell], [], [])[0]):
            if desk.bell in ready:
                desk.read()
        desk.stop()


if __name__ == "__main__":
    serve(*(int(each) for each in sys.argv[1:5]))
