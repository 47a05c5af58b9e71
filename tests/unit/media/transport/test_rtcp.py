"""RTCP as it goes over the wire, and the numbers in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.engine.told import Traffic
from services.media.transport.downlink import Downlink
from services.media.transport.rtcp import (
    Block,
    Goodbye,
    Nack,
    Names,
    NotRtcp,
    ReceiverReport,
    Report,
    SenderReport,
    build,
    parse,
)
from services.media.transport.uplink import Uplink

RATE = 48_000

BLOCK = Block(ssrc=1, fraction=25, lost=-3, highest=70_000, jitter=48, last=0x12345678, delay=65_536)

SR = bytes.fromhex(
    "81c8000c" "1a2b3c4d" "e1b2c3d400000000" "00000960" "0000000a" "00000320"
    "00000007" "0000000c" "0001ffff" "00000011" "c3d40000" "00010000"
    "81ca0003" "1a2b3c4d" "0103616263" "000000"
)  # fmt: skip
"""Made by hand after the drawings of RFC 3550 sections 6.4.1 and 6.5."""


def test_a_compound_is_read_as_drawn() -> None:
    report, names = parse(SR)
    block = Block(ssrc=7, fraction=0, lost=12, highest=0x1FFFF, jitter=17, last=0xC3D40000, delay=65_536)
    assert report == SenderReport(0x1A2B3C4D, 0xE1B2C3D4 << 32, 2400, 10, 800, (block,))
    assert names == Names(((0x1A2B3C4D, "abc"),))
    assert build([report, names]) == SR


REPORTS: list[Report] = [
    SenderReport(1, 2**63, 2**32 - 1, 5, 6, (BLOCK, BLOCK)),
    ReceiverReport(9),
    ReceiverReport(9, (BLOCK,) * 31),
    Names(((1, "a"), (2, "ab"), (3, "abc"), (4, "abcd"))),
    Goodbye((1, 2, 3)),
    Nack(1, 2, (65_535, 0, 7)),
]


@pytest.mark.parametrize("report", REPORTS)
def test_what_is_built_is_read_again(report: Report) -> None:
    assert parse(build([report])) == [report]
    assert parse(build([*REPORTS[:2], report])) == [*REPORTS[:2], report]


def test_a_mask_of_lost_packets_counts_on_from_the_first() -> None:
    data = bytes.fromhex("81cd0003" "00000001" "00000002" "ffff" "8001")  # fmt: skip
    assert parse(data) == [Nack(1, 2, (65_535, 0, 15))]


def test_kinds_that_we_do_not_know_are_stepped_over() -> None:
    xr = bytes.fromhex("80cf0002" "00000001" "00000002")  # fmt: skip
    assert parse(xr + build([Goodbye((5,))])) == [Goodbye((5,))]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\xc9",
        b"\x40\xc9\x00\x01" + bytes(4),
        b"\x80\xc9\x00\x02" + bytes(4),
        b"\x81\xc8\x00\x06" + bytes(24),
        b"\x82\xc9\x00\x07" + bytes(28),
        b"\x81\xca\x00\x01" + bytes(4),
        b"\x81\xca\x00\x02\x00\x00\x00\x01\x01\xff\x00\x00",
        b"\x82\xcb\x00\x01" + bytes(4),
        b"\xa0\xc9\x00\x01" + bytes(4),
        b"\xa0\xc9\x00\x01\x00\x00\x00\xff",
        b"\x81\xcd\x00\x01" + bytes(4),
    ],
)
def test_what_promises_more_than_it_has_is_refused(data: bytes) -> None:
    with pytest.raises(NotRtcp):
        parse(data)


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda rest: SR[:20] + rest))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        reports = parse(data)
    except NotRtcp:
        return
    build(reports)


@given(st.data())
def test_a_changed_compound_is_read_or_refused(data: st.DataObject) -> None:
    whole = build(REPORTS)
    at = data.draw(st.integers(0, len(whole) - 1))
    try:
        parse(whole[:at] + data.draw(st.binary(min_size=1, max_size=3)) + whole[at + 1 :])
    except NotRtcp:
        return


def came(expected: int, received: int, ssrc: int = 1) -> Traffic:
    return Traffic(ssrc, 70_000 + expected, expected, received, 0, 0, 0, 0)


def lost(uplink: Uplink) -> tuple[int, int]:
    (report,) = uplink.report(0)
    assert isinstance(report, ReceiverReport)
    return report.blocks[0].lost, report.blocks[0].fraction


def test_a_report_tells_of_all_losses_and_of_the_share_of_those_since_the_last_one() -> None:
    uplink = Uplink()
    assert uplink.report(0) == [ReceiverReport(1)]
    uplink.counted(came(100, 90))
    assert lost(uplink) == (10, 25)
    assert lost(uplink) == (10, 0)
    uplink.counted(came(200, 190))
    assert lost(uplink) == (10, 0)
    uplink.counted(came(10, 10, ssrc=2))
    assert lost(uplink) == (0, 0)


def test_a_report_tells_when_the_last_of_the_senders_came() -> None:
    uplink = Uplink()
    uplink.counted(came(1, 1))
    uplink.reported(SenderReport(1, 0x0000_0005_8000_0000, 0, 1, 1), RATE)
    (report,) = uplink.report(3 * RATE)
    assert isinstance(report, ReceiverReport)
    (block,) = report.blocks
    assert (block.last, block.delay) == (0x0005_8000, 2 * 65_536)


def test_the_round_trip_is_what_is_left_without_the_delay_at_the_other_end() -> None:
    downlink = Downlink(77)
    downlink.counted(Traffic(0, -1, 0, 0, 0, packets=1, octets=1, timestamp=0), 0)
    report = downlink.report(10 * RATE)[0]
    assert isinstance(report, SenderReport)
    block = Block(77, 0, 0, 0, 0, report.ntp >> 16 & 0xFFFFFFFF, 65_536)
    downlink.reported(ReceiverReport(1, (block,)), 11 * RATE + RATE // 10)
    assert downlink.round_trip is not None
    assert abs(downlink.round_trip - RATE // 10) <= 1
