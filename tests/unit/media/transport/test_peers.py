"""Which peer a datagram is for, and how strangers are kept at arm's length."""

from hypothesis import given
from hypothesis import strategies as st

from services.media.transport import stun
from services.media.transport.ice import CONSENT, Credentials, Pair
from services.media.transport.peers import STRANGE, Peers
from services.media.transport.route import Route
from services.media.transport.rtcp import Goodbye, build
from services.media.transport.session import Drop
from tests.unit.media.transport.client import HOME, Client

TRAIN = Route("198.51.100.7", 4001)
RTP = b"\x80\x6f" + bytes(30)


def goodbye(client: Client) -> bytes:
    """A report that only this client can have made."""
    assert client.srtp is not None
    return client.srtp.protect_rtcp(build([Goodbye((1,))]))


def two() -> tuple[Peers, Client, Client]:
    """Connected peers at HOME and on the TRAIN, with names of their own."""
    peers = Peers()
    ana, ben = Client().connect(), Client(ours=Credentials("parlor99", "aPasswordOfOursWith0099"))
    ben.route = TRAIN
    ben.connect()
    for key, client in (("ana", ana), ("ben", ben)):
        peers.put(key, client.peer)
        peers.receive(client.request(), client.route, client.now)
    peers.take_datagrams()
    return peers, ana, ben


def test_each_route_leads_to_its_own_peer() -> None:
    peers, ana, ben = two()
    for key, client in (("ana", ana), ("ben", ben)):
        assert peers.receive(goodbye(client), client.route, client.now) == key
    assert not peers.counted()


def test_one_peers_packet_by_the_others_route_is_nobodys() -> None:
    peers, ana, ben = two()
    assert peers.receive(goodbye(ana), ben.route, ana.now) == "ben"
    assert peers.counted()[Drop.NOT_AUTHENTIC] == 1


def test_what_looks_like_rtp_and_is_of_no_peer_is_left_to_others() -> None:
    peers, _, _ = two()
    assert peers.receive(RTP, Route("192.0.2.77", 1), 0) is None
    assert peers.take_datagrams() == []


def test_a_check_for_a_name_that_nobody_has_gets_no_answer() -> None:
    peers, ana, _ = two()
    ana.pair = Pair(Credentials("nobody00", "x" * 22), ana.pair.theirs)
    assert peers.receive(ana.request(), Route("192.0.2.77", 1), 0) is None
    assert peers.take_datagrams() == []


def test_a_stranger_who_floods_is_not_even_read_and_others_of_that_second_are() -> None:
    peers, ana, _ = two()
    stranger, new = Route("203.0.113.9", 9), Route("192.0.2.1", 4999)
    for _ in range(STRANGE + 30):
        peers.receive(
            stun.build(stun.Kind.REQUEST, bytes(12), {stun.Attribute.USERNAME: b"parlor00:x"}), stranger, ana.now
        )
    assert peers.counted()[Drop.TOO_MANY] == 30
    assert len(peers.take_datagrams()) <= STRANGE
    peers.receive(ana.request(), new, ana.now)
    assert ana.peer.ice.selected == new


def test_who_is_dropped_hears_goodbye_and_is_heard_no_more() -> None:
    peers, ana, _ = two()
    peers.drop("ana", "deleted")
    (last,) = peers.take_datagrams()
    assert last[1] == HOME
    assert last[0][0] == 21, "an alert: close_notify"
    assert peers.receive(goodbye(ana), HOME, ana.now) is None
    assert peers.get("ana") is None
    assert len(peers) == 1
    peers.drop("ana", "again")


def test_the_connection_of_who_is_dropped_ends_after_the_goodbye() -> None:
    peers, _, ben = two()
    line = Route("198.51.100.7", 4001, tcp=True, relay=("127.0.0.1", 5001))
    assert not peers.proven(line)
    peers.receive(ben.request(), line, ben.now)
    assert peers.proven(line)
    peers.take_datagrams()
    peers.drop("ben", "deleted")
    *_, last = peers.take_datagrams()
    assert last == (b"", line)
    assert not peers.proven(line)


def test_those_whose_time_is_over_are_told_of_and_forgotten() -> None:
    peers, ana, ben = two()
    assert peers.tend(ana.now) == []
    assert sorted(peers.tend(max(ana.now, ben.now) + CONSENT)) == [
        ("ana", "consent-expired"),
        ("ben", "consent-expired"),
    ]
    assert len(peers) == 0


@given(st.binary(max_size=100))
def test_anything_from_anywhere_is_survived_and_answered_with_less(data: bytes) -> None:
    peers = Peers()
    peers.put("ana", Client().peer)
    peers.receive(data, TRAIN, 0)
    assert sum(len(each) for each, _ in peers.take_datagrams()) <= len(data)
