"""A tick thread and its recording in a process of their own, to be killed: says its port, and goes on."""

import signal
import sys
from pathlib import Path

from services.media.recording.kinds import Kind
from services.media.recording.thread import Recording
from tests.unit.media.engine.studio import desk
from tests.unit.media.recording.test_recording import seat


def main() -> None:
    """Until killed."""
    folder = Path(sys.argv[1])
    tape = Recording({kind: folder / kind for kind in Kind}, print, print)
    tape.start()
    with desk() as (made, port):
        seat(made, tape)
        print(port, flush=True)  # noqa: T201  # who started it reads it
        signal.pause()


if __name__ == "__main__":
    main()
