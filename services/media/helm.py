"""The thread that steers the tick threads: it tells them what changes, and makes of what they say facts, and of what
they mix programmes.

It never ticks. It sleeps until a desk has something, or somebody posts a change; what it made goes out through
`deliver`. A tick thread never waits for it: when it is held up for longer than a desk keeps what it mixed, the epoch of
the rooms that missed something ends.
"""

import os
import select
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from services.media.console import Console
from services.media.on_air import Outcome

Change: TypeAlias = Callable[[Console], None]

REST_MS = 200
"""How long it sleeps at most while calls and rooms have timers."""


class Helm:
    """`deliver` and `failed` are called on its thread. Changes of one console are applied in their order."""

    def __init__(
        self,
        consoles: Sequence[Console],
        deliver: Callable[[Outcome], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.consoles = tuple(consoles)
        self._deliver = deliver
        self._failed = failed
        self._changes: deque[tuple[Console, Change]] = deque()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        for fd in (self._bell, *(console.deck.desk.bell for console in consoles)):
            self._poll.register(fd, select.POLLIN)
        self._going = True
        self._thread = threading.Thread(target=self._run, name="helm", daemon=True)

    def start(self) -> None:
        """Begin, and let the desks begin."""
        for console in self.consoles:
            console.deck.desk.start()
        self._thread.start()

    @property
    def scheduling(self) -> str:
        """What the kernel granted the tick threads."""
        return str(self.consoles[0].deck.desk.scheduling)

    def post(self, at: int, change: Change) -> None:
        """Have the console of that number changed. Any thread. After the end nothing happens."""
        self._changes.append((self.consoles[at], change))
        with suppress(OSError):  # it has ended
            os.eventfd_write(self._bell, 1)

    def stop(self) -> None:
        """Mix no more; returns when what was on air is closed and delivered. Blocks for a moment."""
        self._going = False
        self.post(0, lambda _: None)
        self._thread.join(timeout=5)
        for console in self.consoles:
            console.deck.desk.stop()
        os.close(self._bell)

    def _run(self) -> None:
        try:
            while self._going:
                self._poll.poll(self._patience())
                self._turn()
            self._change()
            last = Outcome()
            for console in self.consoles:
                console.close(last)
            self._deliver(last)
        except Exception as fault:  # noqa: BLE001  # a thread has nobody else to tell
            self._failed(fault)

    def _turn(self) -> None:
        out = Outcome()
        self._change()
        for console in self.consoles:
            console.turn(out)
        if out:
            self._deliver(out)

    def _change(self) -> None:
        with suppress(BlockingIOError):
            os.eventfd_read(self._bell)
        while self._changes:
            console, change = self._changes.popleft()
            change(console)

    def _patience(self) -> int | None:
        """How long nothing needs to be looked at, in ms."""
        return None if all(console.at_rest for console in self.consoles) else REST_MS
