"""conduct.py's judgement as a Python object, for tests that hold it beside its twin."""

import cython
from cython.cimports.services.media.engine import conduct
from cython.cimports.services.media.engine.conduct import Conduct

FAULTS = (None, "floods", "ssrc-changes", "sequence-jumps", "timestamps-go-back", "full-scale", "nothing-but-dtx")
"""In the order of conduct.pxd."""


@cython.cclass
class Witness:
    """mixing/conduct.py's Conduct."""

    _conduct: Conduct

    def __cinit__(self) -> None:
        conduct.begin(cython.address(self._conduct))

    def packet(self, sequence: int, timestamp: int, dtx: bool) -> None:  # noqa: FBT001  # Cython's classes take no keyword alone
        """One came."""
        conduct.packet(cython.address(self._conduct), sequence, timestamp, dtx)

    def strange(self) -> None:
        """One came with another SSRC."""
        conduct.strange(cython.address(self._conduct))

    def tick(self, level: float) -> str | None:
        """20 ms have passed."""
        return FAULTS[cython.cast(cython.int, conduct.tick(cython.address(self._conduct), level))]
