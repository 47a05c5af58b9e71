"""What can be wrong with a machine, as sentences.

Fault                    something that a person can put right; the command line prints it and ends with 1
├── ServerDied           a server ended at start, with the last thing that it said
├── DiskFull             no room for the state folder
├── PartMissing          a program or package that we need is not installed
└── AlreadyRunning       another `parlor up` holds this state folder (parlor/embedded/faults.py)
"""


class Fault(Exception):
    """Expected trouble: one clear sentence, never a traceback."""


class ServerDied(Fault):
    """A server did not come up."""


class DiskFull(Fault):
    """There is no room left where the state is kept."""


class PartMissing(Fault):
    """Something that should have been installed is not."""
