"""Whose packets are taken, and what is counted when they are not."""

from ipaddress import ip_network

import pytest

from services.media.mixing.rtp import Packet, pack
from services.media.sender import TIMEOUT, Sender
from services.media.transport.admission import Admission, Drop
from tests.unit.media.evening import HERE, ana_registered
from tests.unit.media.mixing.sounds import packets, tone

THERE = ("127.0.0.1", 40_001)
FAR = ("192.0.2.7", 40_000)
GOOD = next(packets(tone(440, 0.02), ssrc=1))


def doors() -> tuple[Admission, Sender]:
    admission = Admission([ip_network("127.0.0.0/8"), ip_network("::1/128")])
    sender = Sender(ana_registered, 0)
    admission.know([sender])
    return admission, sender


def changed(**fields: int | bytes) -> bytes:
    whole = {name: getattr(GOOD, name) for name in ("payload_type", "sequence", "timestamp", "ssrc", "payload")}
    return pack(Packet(**{**whole, **fields}))


def test_a_registered_sender_is_taken() -> None:
    admission, sender = doors()
    admission.take(pack(GOOD), HERE, 0)
    assert admission.taken == 1
    assert sender.voice is not None


@pytest.mark.parametrize(
    ("data", "address", "reason"),
    [
        (pack(GOOD), FAR, Drop.NOT_ALLOWED),
        (pack(GOOD), ("2001:db8::1", 5), Drop.NOT_ALLOWED),
        (b"hello", HERE, Drop.NOT_RTP),
        (bytes.fromhex("80c80006deadbeef"), HERE, Drop.RTCP),
        (changed(ssrc=2), HERE, Drop.UNKNOWN_SSRC),
        (changed(payload_type=0), HERE, Drop.WRONG_PAYLOAD_TYPE),
        (changed(payload=b""), HERE, Drop.NOT_OPUS),
    ],
)
def test_what_is_not_taken_is_counted_by_its_reason(data: bytes, address: tuple[str, int], reason: Drop) -> None:
    admission, sender = doors()
    admission.take(data, address, 0)
    assert admission.dropped == {reason: 1}
    assert admission.taken == 0
    assert sender.voice is None


def test_the_first_address_keeps_the_place() -> None:
    admission, _ = doors()
    admission.take(pack(GOOD), HERE, 0)
    admission.take(pack(GOOD), THERE, 0)
    assert admission.dropped == {Drop.WRONG_SENDER: 1}


def test_what_is_no_opus_latches_nothing() -> None:
    admission, sender = doors()
    admission.take(changed(payload=b""), THERE, 0)
    admission.take(pack(GOOD), HERE, 0)
    assert admission.taken == 1
    assert not sender.latched(THERE)


def test_a_lost_sender_may_come_back_from_elsewhere() -> None:
    admission, sender = doors()
    admission.take(pack(GOOD), HERE, 0)
    sender.connected = True
    assert sender.lost(TIMEOUT)
    assert sender.latched(THERE)


def test_a_place_that_is_gone_takes_nothing() -> None:
    admission, _ = doors()
    admission.know([])
    admission.take(pack(GOOD), HERE, 0)
    assert admission.dropped == {Drop.UNKNOWN_SSRC: 1}
