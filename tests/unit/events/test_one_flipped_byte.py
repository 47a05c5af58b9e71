"""One flipped byte anywhere in a file, be it in its last line, fails its verification."""

from io import BytesIO

import pytest

from libs.events.chain import Chains
from libs.events.envelope import encode
from libs.events.replay import verify
from tests.integration.log.facts import Chain

MASKS = (0x01, 0x20, 0x80, 0xFF)
"""Bits that make another digit, the other case, no ASCII, and the opposite of all."""


def evening() -> bytes:
    """Two rooms: the first has three facts, the second the last two lines of the file."""
    one, two = Chain(), Chain()
    facts = [*one.opened(), *one.muted(), *two.opened(), *one.unmuted_and_muted(1)[:1], *two.muted()]
    return b"".join(encode(fact) + b"\n" for fact in facts)


def faults(file: bytes) -> list[str]:
    chains = Chains(place="line")
    verify(BytesIO(file), chains)
    return chains.faults


@pytest.mark.parametrize("mask", MASKS)
def test_every_single_flipped_byte_is_found(mask: int) -> None:
    file = evening()
    unseen = []
    for place in range(len(file)):
        flipped = bytearray(file)
        flipped[place] ^= mask
        if not faults(bytes(flipped)):
            unseen.append(place)

    assert faults(file) == []
    assert unseen == []


def test_the_end_of_a_file_is_right_in_one_way_only() -> None:
    file = evening()
    begin = file.rindex(b',"checksum"')
    others = [
        file[:place] + bytes([other]) + file[place + 1 :]
        for place in range(begin, len(file))
        for other in range(256)
        if other != file[place]
    ]

    assert [other[begin:] for other in others if not faults(other)] == []


def test_the_wrong_line_is_named_and_the_rest_is_still_read() -> None:
    lines = evening().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"rooms", b"r\x00oms", 1)
    chains = Chains(place="line")
    verify(lines, chains)

    assert chains.faults[0].startswith("line 2: not an event envelope")
    assert chains.facts == len(lines)


def test_line_ends_of_another_system_are_no_fault() -> None:
    assert faults(evening().replace(b"\n", b"\r\n")) == []
