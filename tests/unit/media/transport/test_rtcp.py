"""RTCP as it goes over the wire, and the numbers in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.transport.downlink import Downlink
from services.media.transport.offer import to_receive
from services.media.transport.reception import Reception
from services.media.transport.red import NotRed, unpack
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
from tests.unit.media.transport.client import offered

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


@pytest.mark.parametrize("begin", [0, 65_500, 65_535])
def test_losses_are_counted_over_the_wrap(begin: int) -> None:
    reception = Reception()
    for n in range(100):
        if n % 10 != 5:
            reception.receive((begin + n) % 65_536, n * 960, n * 960)
    block = reception.block(1, 100 * 960)
    assert (block.lost, block.fraction, block.highest, block.jitter) == (10, 25, begin + 99, 0)
    assert reception.block(1, 100 * 960).fraction == 0


def test_jitter_is_the_mean_deviation_of_transit_times() -> None:
    reception = Reception()
    for n in range(500):
        reception.receive(n, n * 960, n * 960 + 480 * (n % 2))
    assert 470 <= reception.block(1, 0).jitter <= 480


def test_a_source_that_begins_anew_is_not_a_source_that_lost_thousands() -> None:
    reception = Reception()
    reception.receive(100, 0, 0)
    reception.receive(40_000, 960, 960)
    assert reception.block(1, 960).lost == 0


def test_a_hole_is_filled_once_and_only_if_it_is_one() -> None:
    reception = Reception()
    for sequence in (65_534, 65_535, 1, 2):
        reception.receive(sequence, 0, 0)
    assert reception.fill(0)
    assert not reception.fill(0)
    assert not any(reception.fill(sequence) for sequence in (65_533, 65_534, 1, 2, 3))


def test_a_report_tells_when_the_last_of_the_senders_came() -> None:
    reception = Reception()
    reception.receive(1, 0, 0)
    reception.reported(SenderReport(1, 0x0000_0005_8000_0000, 0, 1, 1), RATE)
    block = reception.block(1, 3 * RATE)
    assert (block.last, block.delay) == (0x0005_8000, 2 * 65_536)


def test_the_round_trip_is_what_is_left_without_the_delay_at_the_other_end() -> None:
    downlink = Downlink(to_receive(offered("chromium-hears")), 77)
    downlink.packet(b"\xf8", 0)
    report = downlink.report(10 * RATE)[0]
    assert isinstance(report, SenderReport)
    block = Block(77, 0, 0, 0, 0, report.ntp >> 16 & 0xFFFFFFFF, 65_536)
    downlink.reported(ReceiverReport(1, (block,)), 11 * RATE + RATE // 10)
    assert downlink.round_trip is not None
    assert abs(downlink.round_trip - RATE // 10) <= 1


def test_packets_that_are_asked_for_come_again_within_a_budget() -> None:
    text = offered("chromium-hears").replace("a=fmtp:111", "a=rtcp-fb:111 nack\r\na=fmtp:111")
    downlink = Downlink(to_receive(text), 77)
    sent = [downlink.packet(bytes((n,)), n * 960) for n in range(60)]
    for each in sent:
        downlink.sent(each)
    numbers = [int.from_bytes(each[2:4], "big") for each in sent]
    assert downlink.reported(Nack(1, 77, (numbers[58], numbers[0])), 0) == [sent[58]]
    assert downlink.reported(Nack(1, 78, (numbers[58],)), 0) == []
    again = sum(len(downlink.reported(Nack(1, 77, tuple(numbers)), 0)) for _ in range(10))
    assert again == 99


@given(st.binary(max_size=100))
def test_any_redundant_payload_is_read_or_refused(payload: bytes) -> None:
    try:
        blocks = unpack(payload)
    except NotRed:
        return
    assert sum(len(block) for _, _, block in blocks) <= len(payload)
