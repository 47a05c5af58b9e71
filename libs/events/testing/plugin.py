"""The plugin itself: an option and the fixtures. Starts nothing and connects to nothing before a test asks for it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeAlias

import pytest

from .kept import beside, read_log
from .replayed import ReplayedLog, ReplayedRoom
from .snapshot import Snapshot

if TYPE_CHECKING:
    from .broker import Broker

Name: TypeAlias = str | os.PathLike[str]
ReplayLog: TypeAlias = Callable[..., ReplayedLog]
"""What `replayed_log` is."""
ReplayRoom: TypeAlias = Callable[..., ReplayedRoom]
"""What `replayed_room` is."""
ReplayIntoBroker: TypeAlias = "Callable[..., Broker]"
"""What `replayed_broker` is."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--parlor-update` writes the snapshots anew."""
    group = parser.getgroup("parlor", "replayed logs of Parlor")
    group.addoption("--parlor-update", action="store_true", help="write what parlor_snapshot compares with")


@pytest.fixture
def replayed_log(request: pytest.FixtureRequest) -> ReplayLog:
    """`replayed_log("evening.jsonl")`: all of a log that lies beside the test.

    The path is relative to the test's file. A damaged line is refused by number; `strict=True` also refuses types that
    this version does not know, which are else counted (`.unknown`) and skipped.
    """

    def replayed(name: Name, *, strict: bool = False) -> ReplayedLog:
        __tracebackhide__ = True
        return read_log(beside(request.path, name), strict=strict)

    return replayed


@pytest.fixture
def replayed_room(replayed_log: ReplayLog) -> ReplayRoom:
    """`replayed_room("concert.jsonl").state`: one room of a log that lies beside the test.

    `room=` says which when the log has several; the rest is as with `replayed_log`.
    """

    def replayed(name: Name, *, room: str = "", strict: bool = False) -> ReplayedRoom:
        __tracebackhide__ = True
        return replayed_log(name, strict=strict).room(room)

    return replayed


@pytest.fixture
def replayed_broker(replayed_log: ReplayLog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplayIntoBroker]:
    """`replayed_broker("concert.jsonl").url`: a nats-server of this test's own with that log in it, or an empty log.

    It ends with the test, also when pytest is killed. NATS_URL names another one to use, whose log must be empty and is
    emptied after the test. Without any, the error says what to install.
    """
    with ExitStack() as brokers:

        def replayed(name: Name | None = None) -> "Broker":
            __tracebackhide__ = True
            from .broker import broker

            log = None if name is None else replayed_log(name)
            made = brokers.enter_context(broker(tmp_path_factory.mktemp("parlor-broker")))
            if log is not None:
                made.replay(log)
            return made

        yield replayed


@pytest.fixture
def parlor_snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """`parlor_snapshot(value)`: fails unless it is the JSON that was committed in `snapshots/` beside the test.

    `--parlor-update` writes that file.
    """
    return Snapshot(request.path, request.node.name, renew=request.config.getoption("--parlor-update"))
