"""Ogg pages and the comments in them: whole, cut anywhere, damaged, or made up."""

import subprocess
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from services.media.transport.comments import id3_length, id3_title, vorbis_comment
from services.media.transport.ogg import HEADER, OggPacket, OggReader, checksum


def page(serial: int, flags: int, *packets: bytes, open_end: bool = False) -> bytes:
    """One page with these packets."""
    lacing = b"".join(b"\xff" * (len(each) // 255) + bytes([len(each) % 255]) for each in packets)
    if open_end:
        lacing = lacing[:-1]
    body = b"".join(packets)
    made = HEADER.pack(b"OggS", 0, flags, 0, serial, 0, 0, len(lacing)) + lacing + body
    return made[:22] + checksum(made).to_bytes(4, "little") + made[26:]


@cache
def recorded() -> bytes:
    """What ffmpeg makes, if it is here; else a page of our own."""
    made = subprocess.run(
        ("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "libopus", "-f", "ogg", "-"),
        capture_output=True,
        check=False,
    ).stdout
    return made or page(1, 2, b"OpusHead") + page(1, 0, b"OpusTags")


@given(st.integers(min_value=1, max_value=700))
def test_packets_are_the_same_wherever_the_bytes_are_cut(step: int) -> None:
    whole, cut, data = OggReader(), OggReader(), recorded()
    expected = whole.feed(data)
    got = [packet for at in range(0, len(data), step) for packet in cut.feed(data[at : at + step])]
    assert got == expected
    assert expected[0].data.startswith(b"OpusHead")
    assert (whole.damaged, cut.damaged) == (0, 0)


def test_a_packet_goes_over_pages_and_a_damaged_page_costs_only_itself() -> None:
    long = bytes(range(255)) * 2
    pages = [page(7, 2, b"first"), page(7, 0, b"a", long, open_end=True), page(7, 1, b"end", b"z"), page(7, 0, b"last")]
    datas = [packet.data for packet in OggReader().feed(b"".join(pages))]
    assert datas == [b"first", b"a", long + b"end", b"z", b"last"]

    pages[1] = pages[1].replace(b"a", b"b", 1)
    reader = OggReader()
    assert [packet.data for packet in reader.feed(b"".join(pages))] == [b"first", b"z", b"last"]
    assert reader.damaged >= 1


def test_a_new_stream_begins_to_count_anew_and_others_are_passed_over() -> None:
    data = page(1, 2, b"one") + page(2, 0, b"alien") + page(2, 2, b"two") + page(1, 0, b"old") + page(2, 4, b"end")
    assert OggReader().feed(data) == [OggPacket(1, 0, b"one"), OggPacket(2, 0, b"two"), OggPacket(2, 1, b"end")]


PIECES = st.sampled_from([b"OggS", b"OggS\0\2", page(1, 2, b"x")])


@given(st.lists(st.one_of(st.binary(max_size=60), PIECES), max_size=8))
def test_whatever_comes_is_read_or_passed_over(parts: list[bytes]) -> None:
    reader = OggReader()
    for part in parts:
        reader.feed(part)


def comment(*fields: str) -> bytes:
    coded = [each.encode() for each in ("vendor", *fields)]
    first, *rest = [len(each).to_bytes(4, "little") + each for each in coded]
    return first + len(rest).to_bytes(4, "little") + b"".join(rest)


def frame(name: bytes, text: bytes, size: bytes = b"") -> bytes:
    return name + (size or len(text).to_bytes(4, "big")) + b"\0\0" + text


def tag(version: int, *frames: bytes) -> bytes:
    body = b"".join(frames)
    return b"ID3" + bytes([version, 0, 0, 0, 0, len(body) >> 7, len(body) & 0x7F]) + body


def test_titles_are_found_in_comments_and_tags() -> None:
    assert vorbis_comment(comment("Artist=The Boats", "TITLE=Harbour", "title=Other")) == ("Harbour", "The Boats")
    assert vorbis_comment(comment("ARTIST=nobody")) is None
    utf16 = tag(3, frame(b"TIT2", b"\x01" + "Café".encode("utf-16")), frame(b"TPE1", b"\0Ana"))
    assert id3_length(utf16[:10]) == len(utf16)
    assert id3_title(utf16) == ("Café", "Ana")
    assert id3_title(tag(4, frame(b"TXXX", b"\x03a\0b"), frame(b"TIT2", b"\x03Luz"))) == ("Luz", "")
    assert id3_title(tag(4)) is None


@given(st.binary(max_size=80))
def test_damaged_comments_say_less_and_break_nothing(data: bytes) -> None:
    vorbis_comment(data)
    vorbis_comment(comment("TITLE=x")[: len(data)])
    id3_title(b"ID3\4\0\0\0\0\0\0" + data)
    id3_title(b"ID3\3\0\0\0\0\0\0TIT2" + data)
    id3_length(data)
