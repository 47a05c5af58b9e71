"""STUN: the test vectors of RFC 5769, round trips, and anything at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.transport.route import Route
from services.media.transport.stun import (
    LONGEST,
    MOST,
    Attribute,
    Kind,
    NotStun,
    build,
    error,
    is_stun,
    parse,
    read_xor_address,
    success,
    xor_address,
)

PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"

REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
"""RFC 5769 section 2.1."""

RESPONSE_IPV4 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
"""RFC 5769 section 2.2."""

RESPONSE_IPV6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)
"""RFC 5769 section 2.3."""

TRANSACTION = bytes(range(12))


def test_the_sample_request_is_read_and_its_integrity_holds() -> None:
    message = parse(REQUEST)
    assert message.kind == Kind.REQUEST
    assert message.username == ("evtj", "h6vY")
    assert message.attributes[Attribute.PRIORITY] == bytes.fromhex("6e0001ff")
    assert message.authentic(PASSWORD)
    assert not message.authentic("VOkJxbRl1RmTxUk/WvJxBT")


@pytest.mark.parametrize(
    ("data", "host"), [(RESPONSE_IPV4, "192.0.2.1"), (RESPONSE_IPV6, "2001:db8:1234:5678:11:2233:4455:6677")]
)
def test_the_sample_responses_tell_the_address(data: bytes, host: str) -> None:
    message = parse(data)
    assert message.kind == Kind.SUCCESS
    assert message.authentic(PASSWORD)
    mapped = message.attributes[Attribute.XOR_MAPPED_ADDRESS]
    assert read_xor_address(mapped, message.transaction) == (host, 32853)
    assert xor_address(host, 32853, message.transaction) == mapped


def test_an_answer_is_read_as_it_was_meant() -> None:
    answer = parse(success(parse(REQUEST), Route("127.0.0.1", 5004), PASSWORD))
    assert answer.transaction == parse(REQUEST).transaction
    assert answer.authentic(PASSWORD)
    assert read_xor_address(answer.attributes[Attribute.XOR_MAPPED_ADDRESS], answer.transaction) == ("127.0.0.1", 5004)


def test_a_refusal_names_what_was_not_understood() -> None:
    request = parse(build(Kind.REQUEST, TRANSACTION, {0x7F01: b"?", 0x7F02: b""}))
    refusal = parse(error(request, 420))
    assert refusal.attributes[Attribute.ERROR_CODE] == bytes((0, 0, 4, 20))
    assert refusal.attributes[Attribute.UNKNOWN_ATTRIBUTES] == bytes.fromhex("7f017f02")


def test_what_stands_behind_the_integrity_is_ignored() -> None:
    head = build(Kind.REQUEST, TRANSACTION, {Attribute.USERNAME: b"a:b"}, PASSWORD)[:-8]
    added = head + bytes.fromhex("00250000")
    message = parse(added[:2] + (len(added) - 20).to_bytes(2, "big") + added[4:])
    assert message.authentic(PASSWORD)
    assert Attribute.USE_CANDIDATE not in message.attributes


def test_the_first_of_two_like_attributes_counts() -> None:
    twice = b"".join((bytes.fromhex("00060003613a6200"), bytes.fromhex("00060003633a6400")))
    message = parse(bytes.fromhex("00010010") + bytes.fromhex("2112a442") + TRANSACTION + twice)
    assert message.username == ("a", "b")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (REQUEST[:19], "20 to 1280 bytes"),
        (REQUEST + bytes(LONGEST), "20 to 1280 bytes"),
        (b"\x80" + REQUEST[1:], "magic cookie"),
        (REQUEST[:4] + bytes(4) + REQUEST[8:], "magic cookie"),
        (REQUEST[:-4], "length is not what came"),
        (REQUEST[:-1] + b"\x00", "not that of these bytes"),
        (REQUEST[:22] + b"\x10\x10" + REQUEST[24:], "behind the message"),
        (bytes.fromhex("000100042112a442") + TRANSACTION + bytes.fromhex("00080000"), "of 0 bytes, not 20"),
        (bytes.fromhex("0001000c2112a442") + TRANSACTION + bytes.fromhex("802800040000000000060000"), "last attribute"),
        (b"\x00\x01\x00\x84!\x12\xa4B" + TRANSACTION + bytes.fromhex("80990000") * (MOST + 1), "more than 32"),
    ],
)
def test_a_damaged_message_is_refused_with_the_reason(damage: bytes, says: str) -> None:
    with pytest.raises(NotStun, match=says):
        parse(damage)


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x00\x01\x00\x00", b"\x00\x02" + bytes(6), b"\x00\x03" + bytes(18)])
def test_an_address_of_a_wrong_length_is_refused(value: bytes) -> None:
    with pytest.raises(NotStun):
        read_xor_address(value, TRANSACTION)


@given(st.binary(max_size=200) | st.binary(max_size=180).map(lambda rest: REQUEST[:20] + rest))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        message = parse(data)
    except NotStun:
        return
    assert is_stun(data)
    assert message.username is None or all(message.username)
    assert not message.authentic(PASSWORD)


@given(st.data(), st.sampled_from((REQUEST, RESPONSE_IPV4, RESPONSE_IPV6)))
def test_no_single_changed_byte_is_believed(data: st.DataObject, whole: bytes) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + bytes((whole[at] ^ data.draw(st.integers(1, 255)),)) + whole[at + 1 :]
    try:
        message = parse(damaged)
    except NotStun:
        return
    assert at >= len(whole) - 8 or not message.authentic(PASSWORD), "a longer attribute may swallow what proves it"


@given(
    st.sampled_from(Kind),
    st.binary(min_size=12, max_size=12),
    st.dictionaries(
        st.integers(0, 0xFFFF).filter(lambda each: each not in (0x0008, 0x8028)), st.binary(max_size=30), max_size=8
    ),
)
def test_what_is_built_is_read_again(kind: Kind, transaction: bytes, attributes: dict[int, bytes]) -> None:
    message = parse(build(kind, transaction, attributes, PASSWORD))
    assert (message.kind, message.transaction) == (kind, transaction)
    assert {each: message.attributes[each] for each in attributes} == attributes
    assert message.authentic(PASSWORD)
