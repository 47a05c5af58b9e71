"""The tick thread: absolute deadlines on the monotonic clock, so that media time keeps step with it for ever.

Tick n is made at begin + n * 20 ms. Late ticks are made up for at once, up to 10 s of them; after a longer stall time
has gone on without us and the console begins new epochs. The thread never awaits anything: changes come in through
`post`, what it made goes out through `deliver`. While nobody sends, ten ticks are made at a time, until a packet
wakes the thread; while nothing is on air, nothing but that does.
"""

import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from services.media.console import Console
from services.media.on_air import Outcome
from services.media.priority import first_in_line
from services.media.transport.route import Route
from services.media.udp import UdpPort

TICK_NS = 20_000_000
MADE_UP_FOR = 500
RELAXED = 10
LATE = 4
CALLS_MS = 200

Change = Callable[[Console], None]


class Metronome:
    """`deliver` and `failed` are called on the tick thread. A change is applied before the next tick, or the end."""

    def __init__(
        self,
        console: Console,
        port: UdpPort,
        deliver: Callable[[Outcome], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.late_ticks = 0
        self.scheduling = "not started"
        self.by_tcp: Callable[[bytes, Route], None] = _no_tcp
        self._console = console
        self._port = port
        self._deliver = deliver
        self._failed = failed
        self._changes: deque[Change] = deque()
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._ear, select.POLLIN)
        self._poll.register(self._port, select.POLLIN)
        self._going = True
        self._begin = time.monotonic_ns()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tick", daemon=True)

    def start(self) -> None:
        """Begin; `scheduling` then says what the kernel granted."""
        self._thread.start()
        self._begun.wait(timeout=5)

    def post(self, change: Change) -> None:
        """Have the console changed. Any thread. After the end nothing happens."""
        self._changes.append(change)
        with suppress(OSError):  # full: it will wake anyway; closed: it has ended
            self._bell.send(b"!")

    def stop(self) -> None:
        """Make no further tick; returns when what was on air is closed and delivered. Blocks for a moment."""
        self._going = False
        self.post(lambda _: None)
        self._thread.join(timeout=5)
        self._bell.close()
        self._ear.close()

    def _run(self) -> None:
        self.scheduling = first_in_line()
        self._begun.set()
        try:
            self._beat()
            self._change()
            last = Outcome()
            self._console.close(last)
            self._give()
            self._deliver(last)
        except Exception as fault:  # noqa: BLE001  # a thread has nobody else to tell
            self._failed(fault)

    def _beat(self) -> None:
        made = self._now() - 1
        while self._going:
            self._change()
            if self._console.idle:
                self._rest(CALLS_MS if len(self._console.calls.peers) else None)
                made = self._now() - 1
            elif self._console.attended:
                self._sleep_until(made + 1)
                self.late_ticks += max(0, self._now() - made - 1 - LATE)
                made = self._make(made)
            elif self._now() >= made + RELAXED:
                made = self._make(made)
            else:
                self._rest(self._left(made + RELAXED) / 1e6)

    def _make(self, made: int) -> int:
        """Every tick that is due; returns the last one."""
        now = self._now()
        if now - made > MADE_UP_FOR:
            made = now - 1
        self._take()
        out = Outcome()
        for tick in range(made + 1, now + 1):
            self._console.step(tick, out)
            self._give()
        if out:
            self._deliver(out)
        return now

    def _change(self) -> None:
        self._console.wake(self._now())
        while self._changes:
            self._changes.popleft()(self._console)

    def _take(self) -> None:
        take = self._console.take
        arrival = (time.monotonic_ns() - self._begin) * 48 // 1_000_000
        for data, address in self._port.drain():
            take(data, Route(*address), arrival)
        self._give()

    def _give(self) -> None:
        for data, route in self._console.calls.peers.take_datagrams():
            if route.tcp:
                self.by_tcp(data, route)
            else:
                self._port.send(data, (route.host, route.port))

    def _rest(self, milliseconds: float | None) -> None:
        """Until a change or a packet comes, whose arrival is thus known to the millisecond."""
        self._poll.poll(milliseconds)
        with suppress(BlockingIOError):
            self._ear.recv(4096)
        self._take()

    def _now(self) -> int:
        return (time.monotonic_ns() - self._begin) // TICK_NS

    def _sleep_until(self, tick: int) -> None:
        left = self._left(tick)
        if left > 0:
            time.sleep(left / 1e9)

    def _left(self, tick: int) -> int:
        """Nanoseconds until a tick is due."""
        return self._begin + tick * TICK_NS - time.monotonic_ns()


def _no_tcp(_data: bytes, _route: Route) -> None:
    """Nobody came by TCP."""
