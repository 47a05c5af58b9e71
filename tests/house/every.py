"""Importing all that a rule about classes must see."""

import importlib

from tests.house.tree import REPOSITORY


def every_refusal_module() -> None:
    """Import the modules that hold refusals."""
    for pattern in ("services/*/errors.py", "services/*/*/errors.py", "libs/*/*refus*.py"):
        for file in sorted(REPOSITORY.glob(pattern)):
            importlib.import_module(".".join(file.relative_to(REPOSITORY).with_suffix("").parts))
