"""Datagrams come out of a stream as they went in, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.transport.framing import LONGEST, Deframer, TooLong, framed

DATAGRAMS = st.lists(st.binary(min_size=1, max_size=60), max_size=8)


@given(DATAGRAMS, st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_a_stream_cut_anywhere_gives_the_same_datagrams(datagrams: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(framed(each) for each in datagrams)
    deframer, found, at = Deframer(), [], 0
    for cut in cuts * (len(stream) // sum(cuts) + 1):
        found += deframer.feed(stream[at : at + cut])
        at += cut
    assert found == datagrams


def test_an_empty_frame_is_nothing() -> None:
    assert Deframer().feed(framed(b"") + framed(b"a")) == [b"a"]


def test_a_frame_too_long_is_refused_before_it_is_there() -> None:
    with pytest.raises(TooLong, match=str(LONGEST)):
        Deframer().feed((LONGEST + 1).to_bytes(2, "big"))
