"""What a projection makes of a replay is held against the JSON that was committed."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from libs.events.testing.plugin import ReplayRoom
from libs.events.testing.snapshot import Snapshot

INTERVIEW = "../../replay/interview.jsonl"


def test_a_room_is_as_committed(replayed_room: ReplayRoom, parlor_snapshot: Snapshot) -> None:
    room = replayed_room(INTERVIEW)

    parlor_snapshot(room.state)
    parlor_snapshot(room.at(7).state, "when Cy came")


@dataclass
class Chart:
    """A projection of somebody else's."""

    names: set[str]
    scores: dict[int, float]


def committed(tmp_path: Path, *, renew: bool = False) -> Snapshot:
    return Snapshot(tmp_path / "test_chart.py", "test_top[a b]", renew=renew)


def test_a_value_is_written_when_told_and_compared_ever_after(tmp_path: Path) -> None:
    chart = Chart({"b", "a"}, {2: 0.5, 1: 1.5})
    committed(tmp_path, renew=True)(chart)

    committed(tmp_path)(chart)

    file = tmp_path / "snapshots" / "test_chart" / "test_top-a-b.json"
    assert file.read_text() == (
        '{\n  "names": [\n    "a",\n    "b"\n  ],\n  "scores": {\n    "1": 1.5,\n    "2": 0.5\n  }\n}\n'
    )


def test_a_value_that_changed_is_shown_line_by_line(tmp_path: Path) -> None:
    committed(tmp_path, renew=True)(Chart({"a"}, {1: 1.5}))

    with pytest.raises(AssertionError, match="--parlor-update") as failed:
        committed(tmp_path)(Chart({"a"}, {1: 2.5}))

    assert [line for line in str(failed.value).splitlines() if line.startswith(("-  ", "+  "))] == [
        '-    "1": 1.5',
        '+    "1": 2.5',
    ]


def test_the_layout_of_the_committed_file_does_not_count(tmp_path: Path) -> None:
    committed(tmp_path, renew=True)({"b": 1, "a": 2})
    [file] = tmp_path.rglob("*.json")
    file.write_text('{"b":1,"a":2}')

    committed(tmp_path)({"a": 2, "b": 1})


def test_what_was_never_committed_is_no_pass(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"there is no .*test_top-a-b\.json yet.*--parlor-update"):
        committed(tmp_path)(1)
    assert not list(tmp_path.iterdir())


def test_two_values_of_one_test_need_two_names(tmp_path: Path) -> None:
    snapshot = committed(tmp_path, renew=True)
    snapshot(1)
    snapshot(2, "second")

    with pytest.raises(ValueError, match="give the second one a name"):
        snapshot(3)
