"""The helm with desks that tick by the clock: it keeps rooms on air, takes changes, sleeps when there is nothing."""

import threading
from collections.abc import Callable
from ipaddress import ip_network

import pytest

from libs.events.ids import RoomId, Samples
from libs.events.media import MixStarted, MixStopped
from libs.events.rooms import RoomKind, RoomOpened
from libs.service.cannotstart import CannotStart
from services.media.console import Console
from services.media.deck import Deck
from services.media.engine.desk import Desk
from services.media.helm import Helm
from services.media.on_air import Outcome
from services.media.udp import UdpPort, udp_ports
from tests.unit.media.evening import ANA, ROOM, FakePlayer, automated, live, stage
from tests.unit.media.mixing.sounds import tone

pytestmark = pytest.mark.slow

BOUND_S = 10.0


class Band:
    """A helm, and what it delivered."""

    def __init__(self, threads: int = 1) -> None:
        self.made: list[Outcome] = []
        self.faults: list[Exception] = []
        self._news = threading.Condition()
        self._ports = udp_ports("127.0.0.1", 0, threads)
        networks = [ip_network("127.0.0.0/8")]
        decks = [Deck(Desk(port.socket, networks), port.port) for port in self._ports]
        consoles = [Console(deck, lambda: FakePlayer(tone(1000, 0.02, 0.1))) for deck in decks]
        self.helm = Helm(consoles, self.deliver, self.failed)
        self.helm.start()

    def stop(self) -> None:
        self.helm.stop()
        for port in self._ports:
            port.close()

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

    def beacons(self, room: RoomId = ROOM) -> list[Samples]:
        return [beacon.mediatime for outcome in self.made for beacon in outcome.beacons if beacon.room == room]

    def facts(self) -> list[type]:
        return [type(fact) for outcome in self.made for fact, _ in outcome.facts]


def test_a_room_is_taken_up_goes_on_in_real_time_and_is_let_go_at_the_end() -> None:
    band = Band()
    band.helm.post(0, lambda console: console.own(stage(automated, live), 1, Samples(0)))
    assert band.until(lambda: len(band.beacons()) >= 2)
    band.stop()
    assert band.beacons()[:2] == [48_000, 96_000]
    assert band.facts()[0] is MixStarted
    assert band.facts()[-1] is MixStopped
    assert band.faults == []


def test_rooms_of_several_threads_are_on_air_side_by_side() -> None:
    band = Band(threads=2)
    other = RoomId("blueroom0001")
    blue = RoomOpened(room=other, title="Blue", kind=RoomKind.OPEN, host=ANA, automation="house")
    band.helm.post(0, lambda console: console.own(stage(automated, live), 1, Samples(0)))
    band.helm.post(1, lambda console: console.own(stage(blue), 1, Samples(0)))
    assert band.until(lambda: bool(band.beacons() and band.beacons(other)))
    assert [console.rooms for console in band.helm.consoles] == [(ROOM,), (other,)]
    band.stop()


def test_with_nothing_on_air_it_sleeps_and_still_ends_at_once() -> None:
    band = Band()
    band.stop()
    assert [bool(outcome) for outcome in band.made] == [False]


def test_what_ends_the_thread_is_told() -> None:
    band = Band()

    def broken(_: Console) -> None:
        raise RuntimeError(ROOM)

    band.helm.post(0, broken)
    assert band.until(lambda: bool(band.faults))
    band.stop()
    assert [str(fault) for fault in band.faults] == [ROOM]


def test_a_port_that_somebody_has_is_refused_by_name_and_those_before_it_are_given_back() -> None:
    taken = UdpPort("127.0.0.1", 0)
    with pytest.raises(CannotStart, match="RTP_PORT"):
        udp_ports("127.0.0.1", taken.port - 1, 2)
    UdpPort("127.0.0.1", taken.port - 1).close()
    taken.close()


def test_it_says_what_scheduling_the_kernel_granted() -> None:
    band = Band()
    granted = band.helm.scheduling
    band.stop()
    assert granted.split(",")[0] in ("ordinary", "real-time")
