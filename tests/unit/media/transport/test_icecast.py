"""What encoders say, and what anybody may say: read, or refused, and nothing else."""

import base64
from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.transport.bodies import Body
from services.media.transport.doorkeeper import AT_ONCE, FAILURES, WITHIN_S, Doorkeeper
from services.media.transport.icecast import LONGEST_HEAD, LONGEST_TITLE, Look, Refused, Source, Title, answer, head

KEY = "k" * 43
BASIC = "Authorization: Basic " + base64.b64encode(f"source:{KEY}".encode()).decode()


def put(*headers: str, line: str = "PUT /jazzjazzjazz HTTP/1.1") -> bytes:
    return "\r\n".join((line, BASIC, *headers, "", "")).encode()


def source(data: bytes) -> Source:
    found = head(data)
    assert found is not None
    assert isinstance(found[0], Source)
    return found[0]


def title(query: str) -> Title:
    found = head(f"GET /admin/metadata?mode=updinfo&mount=/jazz&{query} HTTP/1.0\r\n{BASIC}\r\n\r\n".encode())
    assert found is not None
    assert isinstance(found[0], Title)
    return found[0]


def status(data: bytes) -> int:
    with pytest.raises(Refused) as refused:
        head(data)
    assert refused.value.status in range(400, 600)
    assert str(refused.value)
    return refused.value.status


def test_both_ways_of_asking_are_read() -> None:
    asked = source(put("Content-Type: audio/ogg; codecs=opus", "Expect: 100-continue", "Transfer-Encoding: chunked"))
    assert (asked.mount, asked.key, asked.codec) == ("jazzjazzjazz", KEY, "ogg")
    assert (asked.old, asked.expects, asked.chunked, asked.length) == (False, True, True, None)
    asked = source(put("ice-name: Jazz", line="SOURCE /room/jazz ICE/1.0").replace(b"\r\n", b"\n"))
    assert (asked.mount, asked.codec, asked.old, asked.chunked, asked.length) == ("jazz", "mp3", True, False, None)
    assert source(put("Content-Length: 9")).length == 9
    assert source(put("Content-Length: 0", line="SOURCE /jazz HTTP/1.0")).length is None


def test_a_request_is_read_wherever_it_is_cut() -> None:
    whole = put("User-Agent: libshout/2.4.6") + b"sound"
    for at in range(len(whole) - len(b"sound")):
        assert head(whole[:at]) is None
    found = head(whole)
    assert found is not None
    assert whole[found[1] :] == b"sound"


def test_a_title_is_split_at_the_dash_and_read_in_its_charset() -> None:
    assert title("song=" + quote("The Boats - Harbour - Live")) == Title(
        mount="jazz", key=KEY, title="Harbour - Live", artist="The Boats"
    )
    assert title("song=Caf%C3%A9+blues").title == "Café blues"
    assert title("song=Caf%E9").title == "Café"
    assert title("song=%D4%EE%ED%E0%F0%E8&charset=windows-1251").title == "Фонари"
    assert title("song=x&charset=unicode_escape").title == "x"
    assert (title("title=A&artist=B&song=C").title, title("title=A&artist=B&song=C").artist) == ("A", "B")
    assert title("song=a%00b%0D%0Ac%1b[31m").title == "a b c [31m"
    assert len(title("song=" + "x" * 1500).title) == LONGEST_TITLE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello\r\n\r\n", 400),
        (b"PUT /jazz HTTP/1.1\r\n\r\n", 401),
        (b"PUT /jazz HTTP/1.1\r\nAuthorization: Bearer x\r\n\r\n", 401),
        (b"PUT /jazz HTTP/1.1\r\nAuthorization: Basic !!\r\n\r\n", 400),
        (put(line="PUT / HTTP/1.1"), 404),
        (put(line="PUT /a/b HTTP/1.1"), 404),
        (put(line="GET /jazz HTTP/1.1"), 404),
        (put(line="POST /jazz HTTP/1.1"), 405),
        (put("Content-Type: audio/midi"), 415),
        (put("Transfer-Encoding: gzip"), 501),
        (put("Content-Length: -1"), 400),
        (put("Content-Length: 1", "Content-Length: 2"), 400),
        (put(" folded"), 400),
        (put(*["X: y"] * 65), 431),
        (put("X: " + "y" * LONGEST_HEAD), 431),
        (put(line="GET /admin/metadata?mode=updatemetadata&mount=/x HTTP/1.1"), 400),
    ],
)
def test_what_is_not_taken_is_refused_with_its_status(data: bytes, code: int) -> None:
    assert status(data) == code
    assert answer(code, "why").startswith(f"HTTP/1.0 {code} ".encode())


def test_libshout_may_look_first() -> None:
    for line in ("OPTIONS * HTTP/1.1", "GET /admin/!POKE HTTP/1.1"):
        assert head(put(line=line)) == (Look(), len(put(line=line)))


WORDS = st.sampled_from(
    (
        *(b"PUT", b"SOURCE", b"GET", b" ", b"/admin/metadata?", b"mode=updinfo", b"&song=", b"%", b"%ff", b"/jazz"),
        *(b"HTTP/1.1", b"\r\n", b"\n", b":", b"Authorization: Basic c291cmNlOng=", b"Content-Length: ", b"9" * 40),
        *(b"Transfer-Encoding: chunked", b"&mount=/jazz", b"Expect: 100-continue", b"charset=utf-16", b"\0"),
    )
)
ANYTHING = st.one_of(st.binary(max_size=200), st.lists(WORDS, max_size=20).map(b"".join))


@given(ANYTHING)
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        found = head(data)
    except Refused as refused:
        answer(refused.status, str(refused))
    else:
        assert found is None or found[1] <= len(data)


@given(ANYTHING, st.integers(min_value=1, max_value=7))
def test_a_body_of_whatever_is_sound_or_refused(data: bytes, step: int) -> None:
    body = Body(Source(mount="x", key="", codec="mp3", chunked=True))
    with suppress(Refused):
        for at in range(0, len(data), step):
            assert len(body.feed(data[at : at + step])) <= len(data)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(min_value=1, max_value=9))
def test_chunks_come_out_as_they_went_in_wherever_they_are_cut(parts: list[bytes], step: int) -> None:
    sent = b"".join(b"%x;name=value\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    body = Body(Source(mount="x", key="", codec="mp3", chunked=True))
    got = b"".join(body.feed(sent[at : at + step]) for at in range(0, len(sent), step))
    assert (got, body.ended) == (b"".join(parts), True)
    counted = Body(Source(mount="x", key="", codec="mp3", length=3))
    assert (counted.feed(b"ab"), counted.ended, counted.feed(b"cd"), counted.ended) == (b"ab", False, b"c", True)


def test_one_address_may_not_fill_the_port_nor_guess_for_long() -> None:
    keeper = Doorkeeper(most=AT_ONCE + 1)
    assert [keeper.enter("a", 0) for _ in range(AT_ONCE + 1)] == [True] * AT_ONCE + [False]
    assert [keeper.enter("b", 0), keeper.enter("c", 0)] == [True, False]
    keeper.leave("a")
    assert keeper.enter("c", 0)
    keeper.leave("c")
    for at in range(FAILURES):
        keeper.wrong("c", at)
    assert [keeper.enter("c", FAILURES), keeper.enter("c", WITHIN_S + 1)] == [False, True]
