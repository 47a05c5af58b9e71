"""The compiled mixer: what services/media/mixing does, in C's time and without Python's lock. One concept a file; what
a file gives to others is declared in the .pxd beside it. `make` compiles, into modules beside the sources.
"""

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path


class EngineMissing(ImportError):
    """The engine is not compiled; the message says how that is done."""


def _require_modules() -> None:
    home = Path(__file__).parent
    missing = [
        file.stem
        for file in sorted(home.glob("*.py"))
        if file.stem != "__init__" and not any(file.with_suffix(suffix).is_file() for suffix in EXTENSION_SUFFIXES)
    ]
    if missing:
        raise EngineMissing(
            f"the compiled mixer is not there ({', '.join(missing)}): run `make`, which compiles it on Linux "
            "with gcc, python3-dev, libopus-dev, libspeexdsp-dev and libssl-dev"
        )


_require_modules()
