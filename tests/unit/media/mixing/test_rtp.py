"""Golden packets (RFC 3550 section 5.1, RFC 8285, RFC 6464) and whatever else a socket may bring."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.mixing.rtp import LONGEST, NotRtp, Packet, is_rtcp, pack, parse

PLAIN = bytes.fromhex("806f 0001 00000002 deadbeef".replace(" ", "")) + b"opus"


def test_a_plain_packet_is_read_field_by_field() -> None:
    assert parse(PLAIN) == Packet(111, 1, 2, 0xDEADBEEF, b"opus")


def test_the_marker_is_not_part_of_the_payload_type() -> None:
    packet = parse(b"\x80\xef" + PLAIN[2:])
    assert (packet.payload_type, packet.marker) == (111, True)


def test_contributing_sources_are_skipped() -> None:
    assert parse(b"\x82" + PLAIN[1:12] + bytes(8) + b"opus").payload == b"opus"


def test_padding_is_taken_off() -> None:
    assert parse(b"\xa0" + PLAIN[1:] + b"\x00\x00\x03").payload == b"opus"


def test_a_one_byte_extension_gives_the_level() -> None:
    # Chromium's offer: id 1 is ssrc-audio-level; the voice bit is the highest, the level is 21 dB below full scale.
    assert parse(b"\x90" + PLAIN[1:12] + bytes.fromhex("bede0001 10950000".replace(" ", "")) + b"opus").level == 21


def test_a_two_byte_extension_gives_the_level() -> None:
    assert parse(b"\x90" + PLAIN[1:12] + bytes.fromhex("10000001 01011500".replace(" ", "")) + b"opus").level == 21


def test_other_extensions_and_padding_between_them_are_skipped() -> None:
    extension = bytes.fromhex("bede0002 00 3200aabb 107f 00".replace(" ", ""))
    packet = parse(b"\x90" + PLAIN[1:12] + extension + b"opus")
    assert (packet.level, packet.payload) == (127, b"opus")


def test_an_unknown_extension_profile_is_skipped_whole() -> None:
    packet = parse(b"\x90" + PLAIN[1:12] + bytes.fromhex("abcd0001 10950000".replace(" ", "")) + b"opus")
    assert (packet.level, packet.payload) == (None, b"opus")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "12 to 1500 bytes, not 0"),
        (PLAIN[:11], "not 11"),
        (PLAIN + bytes(LONGEST), "not 1516"),
        (b"\x40" + PLAIN[1:], "version 1"),
        (b"\x8f" + PLAIN[1:], "header of 72 bytes in 16"),
        (b"\xa0" + PLAIN[1:] + b"\x00", "padding of 0"),
        (b"\xa0" + PLAIN[1:] + b"\xff", "without padding"),
        (b"\x90" + PLAIN[1:14], "begins behind"),
        (b"\x90" + PLAIN[1:12] + bytes.fromhex("bede0002") + b"opus", "ends behind the end"),
        (b"\x90" + PLAIN[1:12] + bytes.fromhex("bede00010000001f") + b"opus", "element ends behind"),
        (b"\x90" + PLAIN[1:12] + bytes.fromhex("1000000101090000") + b"opus", "element ends behind"),
    ],
)
def test_damage_is_named(data: bytes, why: str) -> None:
    with pytest.raises(NotRtp, match=why):
        parse(data)


def test_rtcp_on_the_same_port_is_told_apart() -> None:
    assert is_rtcp(bytes.fromhex("80c80006deadbeef"))
    assert not is_rtcp(PLAIN)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_packet_or_refused(data: bytes) -> None:
    _parse_or_refuse(data)


@given(st.integers(0x80, 0xBF), st.sampled_from([b"\xbe\xde", b"\x10\x00", b"\x10\x0f"]), st.binary(max_size=120))
def test_any_header_extension_is_read_within_its_bounds(first: int, profile: bytes, rest: bytes) -> None:
    contributing = bytes(4 * (first & 0x0F))
    _parse_or_refuse(bytes([first]) + PLAIN[1:12] + contributing + profile + rest)


def _parse_or_refuse(data: bytes) -> None:
    try:
        packet = parse(data)
    except NotRtp:
        return
    assert len(packet.payload) <= len(data) - 12
    assert packet.payload in data
    assert packet.level is None or 0 <= packet.level <= 127


@given(
    st.builds(
        Packet,
        payload_type=st.integers(0, 127),
        sequence=st.integers(0, 0xFFFF),
        timestamp=st.integers(0, 0xFFFFFFFF),
        ssrc=st.integers(0, 0xFFFFFFFF),
        payload=st.binary(max_size=400),
        marker=st.booleans(),
        level=st.none() | st.integers(0, 127),
    )
)
def test_what_is_packed_is_parsed_again(packet: Packet) -> None:
    assert parse(pack(packet)) == packet
