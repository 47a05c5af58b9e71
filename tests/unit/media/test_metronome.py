"""The tick thread with a real clock and a real socket: it keeps time, takes changes, sleeps when there is nothing."""

import threading
from collections.abc import Callable
from ipaddress import ip_network

import pytest

from libs.events.ids import Samples
from libs.events.media import MixStarted, MixStopped
from libs.service.cannotstart import CannotStart
from services.media.console import Console
from services.media.metronome import Metronome
from services.media.on_air import Outcome
from services.media.transport.admission import Admission
from services.media.udp import UdpPort
from tests.unit.media.evening import ROOM, FakeCart, automated, live, stage
from tests.unit.media.mixing.sounds import tone

BOUND_S = 10.0


class Band:
    """A metronome, and what it delivered."""

    def __init__(self) -> None:
        self.made: list[Outcome] = []
        self.faults: list[Exception] = []
        self._news = threading.Condition()
        self.port = UdpPort("127.0.0.1", 0)
        console = Console(Admission([ip_network("127.0.0.0/8")]), lambda: FakeCart(tone(1000, 0.02, 0.1)))
        self.metronome = Metronome(console, self.port, self.deliver, self.failed)
        self.metronome.start()

    def deliver(self, outcome: Outcome) -> None:
        with self._news:
            self.made.append(outcome)
            self._news.notify_all()

    def failed(self, fault: Exception) -> None:
        with self._news:
            self.faults.append(fault)
            self._news.notify_all()

    def until(self, condition: Callable[[], bool]) -> bool:
        with self._news:
            return self._news.wait_for(condition, BOUND_S)

    def beacons(self) -> list[Samples]:
        return [beacon.mediatime for outcome in self.made for beacon in outcome.beacons]

    def facts(self) -> list[type]:
        return [type(fact) for outcome in self.made for fact, _ in outcome.facts]


def test_a_room_is_taken_up_ticks_in_real_time_and_is_let_go_at_the_end() -> None:
    band = Band()
    band.metronome.post(lambda console: console.own(stage(automated, live), 1, Samples(0)))
    assert band.until(lambda: len(band.beacons()) >= 2)
    band.metronome.stop()
    assert band.beacons()[:2] == [48_000, 96_000]
    assert band.facts()[0] is MixStarted
    assert band.facts()[-1] is MixStopped
    assert band.faults == []
    band.port.close()


def test_with_nothing_on_air_it_sleeps_and_still_ends_at_once() -> None:
    band = Band()
    band.metronome.stop()
    assert [bool(outcome) for outcome in band.made] == [False]
    band.port.close()


def test_what_ends_the_thread_is_told() -> None:
    band = Band()

    def broken(_: Console) -> None:
        raise RuntimeError(ROOM)

    band.metronome.post(broken)
    assert band.until(lambda: bool(band.faults))
    band.metronome.stop()
    assert [str(fault) for fault in band.faults] == [ROOM]
    band.port.close()


def test_a_port_that_somebody_has_is_refused_by_name() -> None:
    taken = UdpPort("127.0.0.1", 0)
    with pytest.raises(CannotStart, match="RTP_PORT"):
        UdpPort("127.0.0.1", taken.port)
    taken.close()


def test_it_says_what_scheduling_the_kernel_granted() -> None:
    band = Band()
    granted = band.metronome.scheduling
    band.metronome.stop()
    band.port.close()

    assert granted in ("ordinary", "real-time")
