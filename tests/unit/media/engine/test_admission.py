"""Whose packets are taken, and what is counted when they are not."""

from collections.abc import Iterator

import pytest

from services.media.engine.desk import Desk
from services.media.mixing.rtp import Packet, pack
from tests.unit.media.engine.studio import Person, by_hand
from tests.unit.media.mixing.sounds import packets, tone

GOOD = next(packets(tone(440, 0.02), ssrc=1))
ANAS = 7


class Doors:
    """A desk that knows one sender, and two addresses."""

    def __init__(self, made: Desk, port: int) -> None:
        self.desk = made
        self.here, self.there = Person(port, 1), Person(port, 1)
        made.open(0)
        made.add(0, ANAS, 1, 111)
        made.turn()

    def come(self, data: bytes, *, elsewhere: bool = False) -> dict[str, int]:
        """A datagram; what was counted of it."""
        before = self.desk.counts()
        (self.there if elsewhere else self.here).socket.send(data)
        self.desk.turn()
        after = self.desk.counts()
        return {why: after[why] - before[why] for why in after if why != "tick" and after[why] != before[why]}


@pytest.fixture
def doors() -> Iterator[Doors]:
    with by_hand() as (made, port):
        yield Doors(made, port)


def changed(**fields: int | bytes) -> bytes:
    whole = {name: getattr(GOOD, name) for name in ("payload_type", "sequence", "timestamp", "ssrc", "payload")}
    return pack(Packet(**{**whole, **fields}))


def test_a_registered_sender_is_taken(doors: Doors) -> None:
    assert doors.come(pack(GOOD)) == {"taken": 1}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello", "not-rtp"),
        (bytes.fromhex("80c80006deadbeef"), "rtcp"),
        (changed(ssrc=2), "unknown-ssrc"),
        (changed(payload_type=0), "wrong-payload-type"),
        (changed(payload=b""), "not-opus"),
    ],
)
def test_what_is_not_taken_is_counted_by_its_reason(doors: Doors, data: bytes, reason: str) -> None:
    assert doors.come(data) == {reason: 1}


def test_the_first_address_keeps_the_place(doors: Doors) -> None:
    doors.come(pack(GOOD))
    assert doors.come(pack(GOOD), elsewhere=True) == {"wrong-sender": 1}


def test_what_is_no_opus_latches_nothing(doors: Doors) -> None:
    doors.come(changed(payload=b""), elsewhere=True)
    assert doors.come(pack(GOOD)) == {"taken": 1}
    assert doors.come(pack(GOOD), elsewhere=True) == {"wrong-sender": 1}


def test_a_lost_sender_may_come_back_from_elsewhere(doors: Doors) -> None:
    doors.come(pack(GOOD))
    for _ in range(255):
        doors.desk.turn()
    assert doors.come(changed(sequence=900), elsewhere=True) == {"taken": 1}


def test_a_place_that_is_gone_takes_nothing(doors: Doors) -> None:
    doors.desk.remove(ANAS)
    doors.desk.turn(3)
    doors.desk.turn()
    assert doors.come(pack(GOOD)) == {"unknown-ssrc": 1}
