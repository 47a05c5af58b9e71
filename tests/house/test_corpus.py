"""Logs that were kept stay as they are, for as long as there is this program; what is known of them only grows.

`corpus.txt` has the SHA-256 of every file in tests/replay. A log has one line for ever. What it adds up to may be told
in more detail one day: then a line is added, and the last one counts.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from libs.events.logstate import LogState, fold
from libs.events.replay import read_lines
from libs.events.vocabulary import BY_TAG
from tests.house.tree import REPOSITORY

FOLDER = REPOSITORY / "tests" / "replay"
LOGS = sorted(FOLDER.glob("*.jsonl"))
LISTS = ("tests/house/corpus.txt", "tests/house/tags.txt")
ADD = "add its line to tests/house/corpus.txt: sha256sum <file>, with its name alone"


def listed(text: str) -> dict[str, list[str]]:
    """The hashes of each file, in the order in which they were added."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        digest, name = line.split()
        found.setdefault(name, []).append(digest)
    return found


def wrong(files: Mapping[str, bytes], hashes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Files that are not as they were when they were listed."""
    for name in sorted(files.keys() | hashes.keys()):
        known = hashes.get(name, ())
        if name not in files:
            yield f"{name} is gone"
        elif not known:
            yield f"{name} is new: {ADD}"
        elif name.endswith(".jsonl") and list(known) != [sha256(files[name]).hexdigest()]:
            yield f"{name} has changed: what was written once is never written anew"
        elif known[-1] != sha256(files[name]).hexdigest():
            yield f"{name} has changed: if it only tells more, {ADD}"


def test_every_kept_file_is_as_it_was() -> None:
    files = {
        file.name: file.read_bytes() for ending in ("jsonl", "expected.json") for file in FOLDER.glob(f"*.{ending}")
    }

    assert list(wrong(files, listed((REPOSITORY / LISTS[0]).read_text()))) == []


def test_a_file_that_changed_went_or_is_not_listed_is_found() -> None:
    files = {"a.jsonl": b"a", "b.jsonl": b"B", "c.expected.json": b"C", "e.expected.json": b"e"}
    was = {name: [sha256(text).hexdigest()] for name, text in {**files, "b.jsonl": b"b", "d.jsonl": b"d"}.items()}
    del was["e.expected.json"]
    was["c.expected.json"] = [sha256(b"C").hexdigest(), sha256(b"c").hexdigest()]

    assert [fault.partition(":")[0] for fault in wrong(files, was)] == [
        "b.jsonl has changed",
        "c.expected.json has changed",
        "d.jsonl is gone",
        "e.expected.json is new",
    ]
    twice = was | {"a.jsonl": [*was["a.jsonl"], *was["a.jsonl"]]}
    assert "a.jsonl has changed" in next(wrong(files, twice))


def history(path: str) -> Iterator[bytes]:
    """The file as it was after each commit that git knows of; nothing where the tree is no repository."""
    git = ["git", "-C", str(REPOSITORY)]
    log = subprocess.run([*git, "log", "--format=%H", "--", path], capture_output=True, check=False)
    for commit in log.stdout.decode().split():
        shown = subprocess.run([*git, "show", f"{commit}:{path}"], capture_output=True, check=False)
        if shown.returncode == 0:
            yield shown.stdout


@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_what_was_shipped_only_gains_lines(path: str) -> None:
    now = (REPOSITORY / path).read_text().splitlines()

    assert {line for was in history(path) for line in was.decode().splitlines()} - set(now) == set()
    assert len(now) == len(set(now))


def contradicted(was: Any, now: Any) -> bool:
    """True when something was said that is no longer said, or otherwise."""
    if isinstance(was, dict) and isinstance(now, dict):
        return any(key not in now or contradicted(value, now[key]) for key, value in was.items())
    return bool(was != now)


@pytest.mark.parametrize("file", LOGS, ids=lambda file: file.stem)
def test_what_a_kept_log_adds_up_to_is_only_told_in_more_detail(file: Path) -> None:
    path = file.with_suffix(".expected.json")
    now = msgspec.json.decode(path.read_bytes())

    earlier = history(str(path.relative_to(REPOSITORY)))
    assert not any(contradicted(msgspec.json.decode(was), now) for was in earlier)


def test_what_is_said_otherwise_is_found() -> None:
    told = {"rooms": {"jazz": {"status": "live", "hands": ["ben"]}}}

    assert not contradicted(
        told, {"rooms": {"jazz": {"status": "live", "hands": ["ben"], "kind": "open"}}, "people": 2}
    )
    assert contradicted(told, {"rooms": {"jazz": {"status": "live"}}})
    assert contradicted(told, {"rooms": {"jazz": {"status": "ended", "hands": ["ben"]}}})


@pytest.mark.parametrize("file", LOGS, ids=lambda file: file.stem)
def test_a_kept_log_has_its_end_in_what_is_expected_and_says_how_it_was_made(file: Path) -> None:
    facts = list(read_lines(file.read_bytes().splitlines()))
    known = msgspec.json.decode(file.with_suffix(".expected.json").read_bytes(), type=dict[int, LogState])

    assert known[len(facts)] == fold(facts)
    assert file.stem == "demo" or f"`{file.name}`" in (file.with_suffix(".py").read_text().partition("\n")[0])


def untold(tags: Sequence[str]) -> list[str]:
    """Types of facts that no kept log has."""
    told = {found.decode() for file in LOGS for found in re.findall(rb'"type":"([a-z0-9.-]+)"', file.read_bytes())}
    return sorted(set(tags) - told)


def test_every_type_of_fact_that_was_ever_shipped_is_in_a_kept_log() -> None:
    assert untold([*BY_TAG, *(REPOSITORY / LISTS[1]).read_text().split()]) == []
    assert untold(["rooms.confetti-thrown.v1"]) == ["rooms.confetti-thrown.v1"]
