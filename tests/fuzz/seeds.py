"""Where a hunt begins: of each parser some bytes that it takes, and some that it nearly takes.

    python -m tests.fuzz.seeds      # writes those that are missing into tests/fuzz/corpus

What a hunt finds is put beside them by hand, under a name that says what it was.
"""

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np

from services.media.mixing.frame import TICK
from services.media.mixing.opus import LOWDELAY, VOIP, Encoder
from services.media.mixing.rtp import Packet, pack
from services.media.transport import rtcp, stun
from services.media.transport.framing import framed
from services.media.transport.stun import Attribute, Kind
from tests.unit.media.mixing.sounds import frames, speech
from tests.unit.media.transport.client import OURS, Client, offered
from tests.unit.media.transport.test_icecast import put
from tests.unit.media.transport.test_ogg import comment, page
from tests.unit.media.transport.test_rtcp import REPORTS, SR
from tests.unit.media.transport.test_stun import REQUEST, RESPONSE_IPV4, RESPONSE_IPV6

CORPUS = Path(__file__).with_name("corpus")
SOUND = frames(speech("june", 1.0))


def checks() -> Iterator[bytes]:
    """RFC 5769's, a client's, and requests that lack something."""
    yield from (REQUEST, RESPONSE_IPV4, RESPONSE_IPV6, Client().request())
    user = f"{OURS.ufrag}:9Lr0".encode()
    lists: tuple[dict[int, bytes], ...] = (
        {},
        {Attribute.USERNAME: user},
        {Attribute.USERNAME: b"\xff:\xff", 0x7FFF: b""},
        {0x0001 + n: bytes(n) for n in range(31)},
    )
    for attributes in lists:
        yield stun.build(Kind.REQUEST, bytes(range(12)), attributes)
        yield stun.build(Kind.REQUEST, bytes(range(12)), attributes, "not ours at all, this one")
    yield stun.build(Kind.INDICATION, bytes(12), {Attribute.USERNAME: user}, OURS.pwd)


def handshakes() -> Iterator[bytes]:
    """A ClientHello, its first half, records of other kinds."""
    client = Client()
    client.check()
    (hello,) = client.hello()
    yield hello
    yield hello[: len(hello) // 2]
    yield hello[:11] + b"\xff\xff" + hello[13:]
    for kind in (20, 21, 22, 23, 25, 63):
        yield bytes((kind, 254, 253)) + bytes(8) + b"\0\2\1\0"


def media() -> Iterator[bytes]:
    """RTP with everything that its header may have."""
    yield pack(Packet(111, 9, 960, 5, b"payload", level=30))
    yield pack(Packet(111, 65_535, 2**32 - 1, 2**32 - 1, b"", marker=True))
    yield bytes((0x90, 111, 0, 1)) + bytes(8) + bytes.fromhex("10000002 0201aa01 01230000") + b"x"
    yield bytes((0xBF, 111, 0, 1)) + bytes(8 + 60) + bytes.fromhex("bede0001 10aaf000") + b"sound\0\0\3"
    yield bytes((0xA0, 111, 0, 1)) + bytes(8) + b"\x0d"


def control() -> Iterator[bytes]:
    """RTCP of each kind that is read, and of some that are not."""
    yield SR
    yield from (rtcp.build([each]) for each in REPORTS)
    yield rtcp.build(REPORTS)
    yield bytes.fromhex("81cd0004 00000001 0000004d 004dffff 005dffff")
    yield bytes.fromhex("8fce0005 00000001 00000000 52454d42 01000001 00000002")
    yield bytes.fromhex("a0c90002 00000001 00000004")


def protected() -> Iterator[bytes]:
    """What a peer sends, made with the keys of another one."""
    client = Client().connect()
    yield client.protected(b"\xf8\xff\xfe")
    yield client.protected(bytes(200), ssrc=9)
    assert client.srtp is not None
    yield client.srtp.protect_rtcp(SR)
    yield bytes.fromhex("80c8000000000000") + bytes(20)
    yield b"\x80\x6f" + bytes(10)


def journeys() -> Iterator[bytes]:
    """In order, out of order, twice, over the wrap, turned bits."""
    yield bytes((0, 0, 255)) * 30
    yield bytes((0, 3, 255)) * 30
    yield bytes((255, 0, 255)) * 12 + bytes((0, 1, 255)) * 3
    yield bytes(n for at in range(40) for n in (126, at % 3, at))
    yield bytes((0, 1, 255)) * 2 + bytes((127, 1, 255)) * 4 + bytes((0, 0, 12))


def redundant() -> Iterator[bytes]:
    """RFC 2198, whole and cut."""
    yield bytes.fromhex("efffff03") + b"\x6f" + b"old" + b"new"
    yield bytes.fromhex("6f") + b"alone"
    yield bytes.fromhex("ef000003ef0f0002ef1e0001") + b"\x6f" + b"aaabbcnew"
    yield b"\xff" * 40


def packets() -> Iterator[bytes]:
    """Opus of each mode and framing."""
    for application, bitrate in ((VOIP, 12_000), (VOIP, 32_000), (LOWDELAY, 64_000)):
        encoder = Encoder(application, bitrate, 5, 20)
        made = [encoder.encode(frame) for frame in SOUND[:12]]
        yield made[3]
        yield made[-1]
    yield Encoder(VOIP, 24_000).encode(np.concatenate(SOUND[:3]))
    yield Encoder().encode(np.zeros(TICK, np.float32))
    yield from (
        b"\xf8",
        b"\xf8\xff\xfe",
        b"\x03\x81",
        b"\x0b\x82\x01\x02\x03",
        b"\x7b\x41\x05" + bytes(12),
        b"\x1b\x3f",
    )


def offers() -> Iterator[bytes]:
    """Chromium's and aiortc's."""
    yield from (offered(name).encode() for name in ("chromium-sends", "chromium-hears", "aiortc-sends"))
    yield offered("chromium-sends").replace("a=mid:0", "a=mid:0\ra=x").encode()


def fragments() -> Iterator[bytes]:
    """Trickled candidates, and a restart."""
    candidate = b"a=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host\r\n"
    yield (
        b"a=ice-ufrag:9Lr0\r\na=ice-pwd:wHutproT5fg8IWGWdY62kf1F\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n" + 2 * candidate
    )
    yield b"m=audio 9 RTP/AVP 0\r\na=ice-pwd:wHutproT5fg8IWGWdY62kf1F\r\na=end-of-candidates\r\n"


def encoders() -> Iterator[bytes]:
    """Requests of broadcast encoders, with the beginning of their body."""
    yield (
        put("Content-Type: audio/ogg", "Transfer-Encoding: chunked", "Expect: 100-continue")
        + b"5\r\nsound\r\n0\r\n\r\n"
    )
    yield put("Content-Length: 9") + b"nine bytes"
    yield put("ice-name: Jazz", line="SOURCE /room/jazz ICE/1.0") + b"for ever"
    yield put(line="GET /admin/metadata?mode=updinfo&mount=/jazz&song=Caf%E9+-+x&charset=koi8-r HTTP/1.0")
    yield put(line="OPTIONS * HTTP/1.1")
    yield put("Content-Length: 1", "Content-Length: 2")


def pages() -> Iterator[bytes]:
    """Ogg: one stream, two, one that is cut, one whose checksum is wrong."""
    head, tags = (
        page(1, 2, b"OpusHead\1\1\0\0\x80\xbb\0\0\0\0\0"),
        page(1, 0, b"OpusTags" + comment("TITLE=A", "artist=B")),
    )
    yield head + tags + page(1, 0, *(Encoder().encode(frame) for frame in SOUND[:5]))
    yield page(7, 2, b"first") + page(7, 0, bytes(range(255)) * 2, open_end=True) + page(7, 1, b"end", b"z")
    yield head + tags[:-1] + b"!" + page(2, 2, b"\x01vorbis") + page(2, 0, b"\x03vorbis" + comment("TITLE=C"))
    yield head[:30]


def tags() -> Iterator[bytes]:
    """Comments of Vorbis, ID3 of both versions."""
    yield comment("TITLE=Harbour", "ARTIST=The Boats", "x=y")
    yield comment("title=" + "x" * 1_000) + b"\xff"
    text = b"TIT2\0\0\0\x05\0\0\3Boat" + b"TPE1\0\0\0\x05\0\0\1\xff\xfeB\0"
    yield b"ID3\4\0\0\0\0\0" + bytes((len(text),)) + text
    yield b"ID3\3\0\0\0\0\0" + bytes((len(text),)) + text.replace(b"\x05\0\0\3", b"\xff\0\0\0")


def streams() -> Iterator[bytes]:
    """The first byte says which codec."""
    yield from (b"\2" + each for each in pages())
    yield b"\0" + next(tags()) + b"ID3\4\0\0\0\0\0\0" + (b"\xff\xfb\x90\xc4" + bytes(413)) * 3
    yield b"\1" + (b"\xff\xf1\x4c\x80\x02\x1f\xfc" + b"\x21\x10\x04\x60\x8c\x1c\0\0\0") * 4


def frames_of_tcp() -> Iterator[bytes]:
    """RFC 4571."""
    yield framed(REQUEST) + framed(b"\x16\xfe\xfd") + framed(b"") + b"\0\x09half"
    yield b"\xff\xff" + bytes(40)


SEEDS = {
    "stun": checks, "dtls": handshakes, "rtp": media, "rtcp": control, "srtp": protected, "sealed": journeys,
    "red": redundant, "opus": packets, "sdp": offers, "fragment": fragments, "icecast": encoders, "ogg": pages,
    "comments": tags, "stream": streams, "framing": frames_of_tcp,
}  # fmt: skip

if __name__ == "__main__":
    for name, made in SEEDS.items():
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        if not list(folder.iterdir()):
            for data in made():
                (folder / f"{crc32(data):08x}").write_bytes(data)
