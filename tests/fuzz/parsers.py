"""Everything that reads bytes of strangers, each as a function of bytes that returns when its rules held.

A rule that does not hold is an AssertionError; anything else that is raised is a crash. What a parser may say (NotRtp,
Refused …) is caught here, so that nothing else passes.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache

from services.media.engine import faces
from services.media.engine.srtpfaces import Way
from services.media.errors import MalformedSdp, UnfitOffer
from services.media.mixing import rtp as oracle
from services.media.mixing.frame import TICK
from services.media.mixing.opus import LONGEST, Decoder, OpusRefused, packet_samples
from services.media.mixing.red import MOST, NotRed, unpack
from services.media.mixing.rtp import NotRtp, Packet, pack
from services.media.sources.incoming import Undecodable, incoming
from services.media.transport import icecast as requests
from services.media.transport import rtcp as reports
from services.media.transport import sdp as descriptions
from services.media.transport import stun as checks
from services.media.transport.answer import Ours, answer
from services.media.transport.bodies import Body
from services.media.transport.comments import id3_length, id3_title, vorbis_comment
from services.media.transport.downlink import Downlink
from services.media.transport.fingerprint import fingerprint
from services.media.transport.fragment import read_fragment
from services.media.transport.framing import Deframer, TooLong
from services.media.transport.offer import to_receive, to_send
from services.media.transport.ogg import LARGEST_PACKET, OggReader
from services.media.transport.peers import Peers
from services.media.transport.route import Route
from services.media.transport.srtp import NotAuthentic, Profile
from tests.unit.media.srtp import Libsrtp, keys_of, turned
from tests.unit.media.transport.client import HOME, OURS, PLACE, Client, certificate

Parser = Callable[[bytes], None]
STRANGER = Route("198.51.100.7", 9)


def stun(data: bytes) -> None:
    """Who has proven nothing gets at most what they sent, whatever they call themselves."""
    with suppress(checks.NotStun):
        message = checks.parse(data)
        assert message.size == len(data)
        assert sum(map(len, message.attributes.values())) <= len(data)
        assert not message.authentic("not the password that anybody has")
    client, peers = Client(), Peers()
    peers.put("ana", client.peer)
    assert peers.receive(data, STRANGER, 0) in (None, "ana")
    sent = sum(len(each) for each, _ in peers.take_datagrams())
    proven = client.peer.ice.valid(STRANGER)
    assert not proven or checks.parse(data).authentic(OURS.pwd)
    assert proven or sent <= len(data), f"{sent} bytes for {len(data)}"


def dtls(data: bytes) -> None:
    """From a stranger: nothing, and nothing back. By a proven route: keys only for who has made them, and before the
    handshake is done no more bytes than ours takes.
    """
    client = Client()
    client.peer.datagram_received(data, STRANGER, 0)
    assert checks.is_stun(data) or client.collect() == []
    client.check()
    for part in (data, data[::-1]):
        client.peer.datagram_received(part, HOME, 0)
    assert not client.peer.connected
    assert sum(map(len, client.collect())) <= 4_096
    client.peer.handle_timer(10 * 48_000)


def rtp(data: bytes) -> None:
    """The oracle and the compiled parser read the same, and what they read lies within what came."""
    found = faces.parse(data)
    try:
        packet = oracle.parse(data)
    except NotRtp:
        assert found is None
        return
    level = -1 if packet.level is None else packet.level
    assert found == (packet.payload_type, packet.sequence, packet.timestamp, packet.ssrc, packet.payload, level)
    assert packet.payload in data


def rtcp(data: bytes) -> None:
    """Read or refused; and whoever asks for packets again asks for no more than their bytes can say."""
    with suppress(reports.NotRtcp):
        found = reports.parse(data)
        assert len(found) <= len(data) // 4
        link = Downlink(77)
        assert sum(len(link.reported(each, 0)) for each in found) <= 17 * (len(data) // 4)


def srtp(data: bytes) -> None:
    """Nothing is authentic but what was made with the key."""
    client = speaker()
    for route in (HOME, STRANGER):
        client.peer.datagram_received(data, route, client.now)
    assert client.peer.closed is None, client.peer.closed
    assert client.peer.keys is not None
    ours = Libsrtp(client.peer.keys)
    for read in (ours.unprotect, ours.unprotect_rtcp):
        with suppress(NotAuthentic):
            raise AssertionError(f"{read(data)!r} was taken")


def sealed(data: bytes) -> None:
    """Whatever happens to packets on their way, the engine takes what libsrtp takes, and nothing of a stranger's. Three
    bytes each: how far the sender goes on, which packet comes, which of its bits is turned.
    """
    for number, profile in enumerate(Profile):
        keys = keys_of(profile, 1)
        sender, theirs = Libsrtp(keys), Libsrtp(turned(keys))
        ours = Way(number, keys.ours, False)
        assert ours.unprotect(data[:1_500]) is None
        made, at = list[bytes](), 0
        for on, which, turn in zip(data[:300:3], data[1:300:3], data[2:300:3], strict=False):
            at += on + 1 if on < 250 else 9_000
            made.append(sender.protect(pack(Packet(111, at % 65_536, at * TICK % (1 << 32), 5, data[: on % 40]))))
            came = bytearray(made[-1 - which % len(made)])
            if turn < len(came):
                came[turn] ^= 1 << which % 8
            found = None
            with suppress(NotAuthentic):
                found = theirs.unprotect(bytes(came))
            assert ours.unprotect(bytes(came)) == found


def red(data: bytes) -> None:
    """Blocks lie within the payload, and are few."""
    with suppress(NotRed):
        blocks = unpack(data)
        assert sum(len(block) for _, _, block in blocks) <= len(data)
        assert len(blocks) <= MOST + 1


def opus(data: bytes) -> None:
    """A packet is what its first bytes promise, or is refused; the compiled voice hears what the oracle hears."""
    data = data[:1_275]
    promised = packet_samples(data)
    assert promised <= LONGEST
    if promised:
        decoder = Decoder()
        with suppress(OpusRefused):
            assert len(decoder.decode(data)) == promised
        with suppress(OpusRefused):
            decoder.recover(data, TICK)
    voice = faces.Speaker()
    for n in range(3):
        taken = voice.push(Packet(111, n, n * TICK, 1, data), n * TICK)
        assert taken == (promised > 0)
        voice.take()


def sdp(data: bytes) -> None:
    """An answer has no line that its reader would refuse, so nothing of an offer gets a line of its own in it."""
    text = data.decode(errors="replace")
    for read, ssrc in ((to_send, None), (to_receive, 77)):
        with suppress(MalformedSdp, UnfitOffer):
            ours = Ours(1, OURS, fingerprint(certificate("server").certificate), PLACE, ssrc)
            offer = read(text)
            written = answer(offer, ours)
            described = descriptions.read(written)
            assert len(described.sections) == len(offer.sections)
            assert described.sections[offer.audio].attributes.every("ice-pwd") == [OURS.pwd]
            assert len(written) < 4_096 + 256 * len(offer.sections)


def fragment(data: bytes) -> None:
    """Read or refused."""
    with suppress(MalformedSdp, UnfitOffer):
        assert read_fragment(data.decode(errors="replace")).candidates <= data.count(b"candidate")


def icecast(data: bytes) -> None:
    """A request is read, waited for or refused, and no more is kept of it than a head may have."""
    refused, found = None, None
    try:
        found = requests.head(data)
    except requests.Refused as fault:
        refused = fault
    if refused is not None:
        assert requests.answer(refused.status, str(refused)).count(b"\r\n\r\n") == 1
        return
    if found is None:
        assert len(data) < requests.LONGEST_HEAD
        return
    asked, size = found
    assert 0 < size <= len(data)
    if isinstance(asked, requests.Title):
        assert (asked.title + asked.artist).isprintable()
    if isinstance(asked, requests.Source):
        body = Body(asked)
        with suppress(requests.Refused):
            for at in range(size, len(data), 7):
                assert len(body.feed(data[at : at + 7])) <= len(data)


def ogg(data: bytes) -> None:
    """Wherever it is cut, the same packets; none longer than the longest."""
    whole, cut = OggReader(), OggReader()
    found = whole.feed(data)
    assert [each for at in range(0, len(data), 11) for each in cut.feed(data[at : at + 11])] == found
    for each in found:
        assert len(each.data) <= LARGEST_PACKET + 255
        vorbis_comment(each.data[8:])


def comments(data: bytes) -> None:
    """Titles are printable, or there are none."""
    size = id3_length(data)
    found = [vorbis_comment(data)]
    if 0 < size <= len(data):
        found.append(id3_title(data[:size]))
    for named in found:
        assert named is None or "".join(named).isprintable()


def stream(data: bytes) -> None:
    """What an encoder sends behind its request: the first byte chooses what it said it is."""
    decoder = incoming(("mp3", "aac", "ogg")[data[0] % 3 if data else 0])
    with suppress(Undecodable):
        for at in range(1, len(data), 512):
            for _ in decoder.feed(data[at : at + 512]):
                pass


def framing(data: bytes) -> None:
    """No more comes out of a TCP stream than went in."""
    deframer = Deframer()
    with suppress(TooLong):
        found = [each for at in range(0, len(data), 5) for each in deframer.feed(data[at : at + 5])]
        assert sum(map(len, found)) + 2 * len(found) <= len(data)


PARSERS: Mapping[str, Parser] = {
    each.__name__: each
    for each in (stun, dtls, rtp, rtcp, srtp, sealed, red, opus, sdp, fragment, icecast, ogg, comments, stream, framing)
}


@cache
def speaker() -> Client:
    """One whose handshake is done."""
    return Client().connect()
