"""All that a hunt ever began with, or found, is taken again in every run; the hunt itself is in `make soak`."""

import os
from pathlib import Path

import psutil
import pytest

from tests.fuzz.hunt import hunt
from tests.fuzz.parsers import PARSERS
from tests.fuzz.seeds import CORPUS

KEPT = [file for name in PARSERS for file in sorted((CORPUS / name).iterdir())]
ROUNDS = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 15
GROWTH = 6 << 20


@pytest.mark.parametrize("file", KEPT, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_strangers_send_is_survived_by_its_parser(file: Path) -> None:
    PARSERS[file.parent.name](file.read_bytes())


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_survives_what_was_meant_for_another(name: str) -> None:
    for file in KEPT:
        PARSERS[name](file.read_bytes()[:600])


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_keeps_nothing_of_what_it_refused(name: str) -> None:
    kept = [file.read_bytes() for file in KEPT if file.parent.name == name]
    ours = psutil.Process()

    def again() -> int:
        for _ in range(ROUNDS):
            for data in kept:
                PARSERS[name](data)
        return int(ours.memory_info().rss)

    again()
    grown = [again() for _ in range(3)]
    assert grown[-1] - grown[0] < GROWTH


def test_a_parser_that_fails_is_found(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="`make soak` installs it")
    found = hunt("planted", 20, tmp_path)
    assert found is not None
    assert found.read_bytes()[:3] == b"bad"
