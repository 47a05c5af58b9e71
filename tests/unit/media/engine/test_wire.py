"""What is in a browser's packets, whoever made them: redundant data, counts for reports, nonsense under good keys."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.engine.told import Fact
from services.media.engine.wirefaces import Arrivals, Paths, unpack
from services.media.transport.srtp import Profile
from tests.unit.media.engine.browser import OPUS, RED, Browser
from tests.unit.media.engine.studio import by_hand

pytestmark = pytest.mark.slow

KINDS = st.integers(0, 127)
BLOCK = st.tuples(KINDS, st.integers(0, 0x3FFF), st.binary(max_size=40))


@given(st.lists(BLOCK, max_size=8), KINDS, st.binary(max_size=40))
def test_redundant_blocks_come_out_as_they_went_in(before: list[tuple[int, int, bytes]], kind: int, now: bytes) -> None:
    heads = [(1 << 31 | each << 24 | back << 10 | len(data)).to_bytes(4, "big") for each, back, data in before]
    whole = b"".join(heads) + bytes((kind,)) + b"".join(data for *_, data in before) + now
    assert unpack(whole) == [*before, (kind, 0, now)]
    if before:
        assert unpack(whole[: 4 * len(heads)]) is None


@given(st.binary(max_size=100))
def test_any_redundant_payload_is_read_or_refused(payload: bytes) -> None:
    blocks = unpack(payload)
    assert blocks is None or sum(len(data) for *_, data in blocks) <= len(payload)


def test_more_than_eight_repetitions_are_refused() -> None:
    assert unpack(b"\x80\x00\x00\x00" * 9 + b"\x00") is None


@pytest.mark.parametrize("begin", [0, 65_500, 65_535])
def test_losses_are_counted_over_the_wrap(begin: int) -> None:
    arrivals = Arrivals()
    for n in range(100):
        if n % 10 != 5:
            arrivals.receive((begin + n) % 65_536, n * 960, n * 960)
    assert arrivals.counts == (begin + 99, 100, 90, 0.0)


def test_jitter_is_the_mean_deviation_of_transit_times() -> None:
    arrivals, expected = Arrivals(), 0.0
    chance = random.Random(3)  # noqa: S311  # a test's delays
    transit = [chance.randrange(2_000) for _ in range(500)]
    for n, late in enumerate(transit):
        arrivals.receive(n, (n * 960 - 5) % (1 << 32), n * 960 + late)
        if n:
            expected += (abs(late - transit[n - 1]) - expected) / 16
    assert arrivals.counts[3] == pytest.approx(expected)


def test_a_source_that_begins_anew_is_not_a_source_that_lost_thousands() -> None:
    arrivals = Arrivals()
    arrivals.receive(100, 0, 0)
    arrivals.receive(40_000, 960, 960)
    assert arrivals.counts[:3] == (40_000, 1, 1)


def test_a_hole_is_filled_once_and_only_if_it_is_one() -> None:
    arrivals = Arrivals()
    for sequence in (65_534, 65_535, 1, 2):
        arrivals.receive(sequence, 0, 0)
    assert arrivals.fill(0)
    assert not arrivals.fill(0)
    assert not any(arrivals.fill(sequence) for sequence in (65_533, 65_534, 1, 2, 3))


@given(
    st.lists(st.binary(max_size=300) | st.binary(max_size=60).map(b"\x80\x6d".__add__), max_size=20),
    st.lists(st.tuples(st.sampled_from((OPUS, RED, 0)), st.binary(min_size=1, max_size=300)), max_size=20),
)
def test_nonsense_by_a_proven_route_and_under_good_keys_is_survived(
    strange: list[bytes], authentic: list[tuple[int, bytes]]
) -> None:
    with by_hand() as (made, port):
        made.open(0)
        ana, ben = Browser(port, 1_000), Browser(port, 1_001, profile=Profile.AES128_CM_SHA1_80)
        ana.sits(made, 0, hears=True, ours=5)
        ben.sits(made, 1, hears=True, ours=6, nack=True)
        made.turn()
        for n, each in enumerate(strange):
            (ana, ben)[n % 2].socket.send(each)
        for n, (kind, payload) in enumerate(authentic, 100):
            ana.socket.send(ana.protected(payload, n, payload_type=kind))
            ben.socket.send(ben.protected(payload, (n - 99) * 7_000, payload_type=kind))
        made.turn()
        ana.say()
        made.turn(60)
        ana.listen()
        ben.listen()


def test_who_changes_their_ssrc_or_jumps_is_named_for_it() -> None:
    with by_hand() as (made, port):
        made.open(0)
        ana, ben = Browser(port, 1_000), Browser(port, 1_001)
        ana.sits(made, 0)
        ben.sits(made, 1)
        made.turn()
        for n in range(1, 520):
            ana.say()
            ana.socket.send(ana.protected(b"\xf8other", n, ssrc=77))
            ben.socket.send(ben.protected(ben.opus(), n + n // 40 * 2_000))
            made.turn()
        named = {(each.source, each.fault) for each in made.read() if each.fact is Fact.MISBEHAVED}
        assert named == {(0, "ssrc-changes"), (1, "sequence-jumps")}


def test_a_flood_is_named_as_well() -> None:
    with by_hand() as (made, port):
        made.open(0)
        ana = Browser(port, 1_000)
        ana.sits(made, 0)
        made.turn()
        for n in range(510 * 20):
            ana.socket.send(ana.protected(b"\xf8\xff\xfe", n % 65_000))
            if n % 20 == 19:
                made.turn()
        told = made.read()
        assert [each.fault for each in told if each.fact is Fact.MISBEHAVED] == ["floods"]
        assert [each.fact for each in told].count(Fact.FLOODING) in range(9, 12)
        assert made.counts()["taken"] <= 11 * 600


def test_every_route_leads_where_it_was_last_led_whatever_was_forgotten_meanwhile() -> None:
    chance = random.Random(5)  # noqa: S311  # a test's order of events
    hosts = ["10.1.2.3", "10.1.2.4", "2001:db8::7", "2001:db8::8"]
    places = [(host, port) for host in hosts for port in range(1_024, 4_024)]
    paths, known = Paths(), dict[tuple[str, int], int]()
    for _ in range(40_000):
        place, source = chance.choice(places), chance.randrange(4_096)
        if chance.random() < 0.6:
            paths.lead(*place, source)
            known[place] = source
        else:
            owner, right = known.get(place, source), chance.random() < 0.9
            paths.forget(*place, owner if right else owner + 1)
            if right:
                known.pop(place, None)
    assert len(known) > 5_000
    assert {place: paths.find(*place) for place in places} == {place: known.get(place, -1) for place in places}


def test_a_full_table_of_routes_takes_no_more_and_loses_none() -> None:
    paths = Paths()
    for n in range(20_000):
        paths.lead(f"10.0.{n % 200}.1", 1_024 + n // 200, 7)
    found = [paths.find(f"10.0.{n % 200}.1", 1_024 + n // 200) for n in range(20_000)]
    assert found == [7] * 16_384 + [-1] * 3_616


def test_a_listener_who_moved_is_sent_to_by_the_new_route_and_heard_by_both() -> None:
    with by_hand() as (made, port):
        made.open(0)
        ana, ben, train = Browser(port, 1_000), Browser(port, 1_001), Browser(port, 1_001)
        ana.sits(made, 0)
        ben.sits(made, 1, hears=True, ours=5)
        train.srtp = ben.srtp
        for n in range(20):
            if n == 10:
                made.routes(1, [train.route, ben.route])
            ana.say()
            (ben, train)[n % 2].socket.send(ben.protected(ben.opus(), n + 1))
            made.turn()
        ben.listen()
        train.listen()
        assert len(train.received) == 10
        assert [each.sequence for each in ben.received + train.received] == list(range(5, 5 + len(ben.received) + 10))
        assert made.counts()["unknown-ssrc"] == 5
