"""Replay Parlor's logs in your tests. The fixtures come by themselves; these names are for the rest of a test."""

from parlor_events.testing.broker import Broker
from parlor_events.testing.live import LiveEvents
from parlor_events.testing.plugin import (
    parlor_snapshot,
    pytest_addoption,
    replayed_broker,
    replayed_log,
    replayed_room,
)
from parlor_events.testing.replayed import ReplayedLog, ReplayedRoom
from parlor_events.testing.snapshot import Snapshot
from parlor_events.testing.story import Story

__all__ = [
    "Broker",
    "LiveEvents",
    "ReplayedLog",
    "ReplayedRoom",
    "Snapshot",
    "Story",
    "parlor_snapshot",
    "pytest_addoption",
    "replayed_broker",
    "replayed_log",
    "replayed_room",
]
