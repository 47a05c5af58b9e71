"""What can be wrong with `parlor up` alone; the other faults are in libs/events/embedded/faults.py."""

from libs.events.embedded.faults import Fault


class AlreadyRunning(Fault):
    """The state folder is in use by another process of ours."""
