"""Who is answered, which route is taken, and when it ends."""

import pytest

from libs.service.mediaclock import RATE
from services.media.transport import stun
from services.media.transport.ice import CONSENT, ROUTES, SILENT, Agent, Credentials, Pair
from services.media.transport.route import Route
from services.media.transport.stun import Attribute, Kind

OURS = Credentials("parlor00", "aPasswordOfOursWith0001")
THEIRS = Credentials("Bens", "aPasswordOfTheirsWith01")
AFTER = Pair(Credentials("parlor01", "aPasswordOfOursWith0002"), Credentials("Ben2", "aPasswordOfTheirsWith02"))

HOME = Route("192.0.2.1", 4000)
TRAIN = Route("198.51.100.7", 4001)


def pair() -> Pair:
    return Pair(OURS, THEIRS)


def check(pair: Pair, *, nominate: bool = False, password: str | None = None, **more: bytes) -> stun.Message:
    """What a full agent sends."""
    attributes: dict[int, bytes] = {
        Attribute.USERNAME: f"{pair.ours.ufrag}:{pair.theirs.ufrag}".encode(),
        Attribute.PRIORITY: bytes(4),
        Attribute.ICE_CONTROLLING: bytes(8),
    }
    if nominate:
        attributes[Attribute.USE_CANDIDATE] = b""
    attributes |= {Attribute[name]: value for name, value in more.items()}
    data = stun.build(Kind.REQUEST, bytes(12), attributes, password or pair.ours.pwd)
    return stun.parse(data)


def kind_of(answer: bytes | None) -> int | None:
    return None if answer is None else stun.parse(answer).kind


def code_of(answer: bytes | None) -> int:
    assert answer is not None
    value = stun.parse(answer).attributes[Attribute.ERROR_CODE]
    return value[2] * 100 + value[3]


def test_a_check_with_our_password_makes_its_route_valid_and_selected() -> None:
    agent = Agent(pair(), 0)
    answer = agent.receive(check(pair()), HOME, 0)
    assert kind_of(answer) == Kind.SUCCESS
    assert agent.valid(HOME)
    assert agent.selected == HOME


def test_a_check_with_another_password_is_refused_and_changes_nothing() -> None:
    agent = Agent(pair(), 0)
    request = check(pair(), password="guessed")
    answer = agent.receive(request, HOME, 0)
    assert code_of(answer) == 401
    assert not agent.routes


def test_a_check_for_somebody_else_is_refused() -> None:
    agent = Agent(pair(), 0)
    other = Pair(OURS, Credentials("Anas", "x"))
    assert code_of(agent.receive(check(other), HOME, 0)) == 401


def test_who_proved_nothing_never_gets_more_than_they_sent() -> None:
    agent = Agent(pair(), 0)
    tries: list[dict[int, bytes]] = [
        {},
        {Attribute.USERNAME: b"parlor00:Bens"},
        {Attribute.USERNAME: b"?"},
        {0x7F00: b""},
    ]
    for attributes in tries:
        data = stun.build(Kind.REQUEST, bytes(12), attributes)
        for request in (data, data[:2] + (len(data) - 28).to_bytes(2, "big") + data[4:-8]):
            answer = agent.receive(stun.parse(request), HOME, 0)
            assert answer is None or len(answer) <= len(request)


def test_what_is_no_request_gets_no_answer() -> None:
    agent = Agent(pair(), 0)
    for kind in (Kind.INDICATION, Kind.SUCCESS, Kind.ERROR):
        assert agent.receive(stun.parse(stun.build(kind, bytes(12), {}, OURS.pwd)), HOME, 0) is None


def test_a_peer_that_wants_to_be_controlled_as_well_is_told_of_the_conflict() -> None:
    assert code_of(Agent(pair(), 0).receive(check(pair(), ICE_CONTROLLED=bytes(8)), HOME, 0)) == 487


def test_what_must_be_understood_and_is_not_is_named() -> None:
    data = stun.build(Kind.REQUEST, bytes(12), {Attribute.USERNAME: b"parlor00:Bens", 0x7F00: b""}, OURS.pwd)
    assert code_of(Agent(pair(), 0).receive(stun.parse(data), HOME, 0)) == 420


def test_the_route_nominated_last_is_the_selected_one() -> None:
    agent = Agent(pair(), 0)
    agent.receive(check(pair()), HOME, 0)
    agent.receive(check(pair(), nominate=True), TRAIN, 1)
    assert agent.selected == TRAIN
    agent.receive(check(pair()), HOME, 2)
    assert agent.selected == TRAIN


def test_a_peer_behind_a_new_address_is_followed_once_the_old_one_is_silent() -> None:
    agent = Agent(pair(), 0)
    agent.receive(check(pair(), nominate=True), HOME, 0)
    agent.receive(check(pair()), TRAIN, SILENT - 1)
    assert agent.selected == HOME
    agent.receive(check(pair()), TRAIN, SILENT)
    assert agent.selected == TRAIN


def test_consent_lasts_thirty_seconds_from_the_last_check() -> None:
    agent = Agent(pair(), 0)
    assert agent.expires == CONSENT
    agent.receive(check(pair()), HOME, 5 * RATE)
    agent.receive(check(pair(), password="guessed"), HOME, 9 * RATE)
    assert agent.expires == 35 * RATE


def test_routes_are_forgotten_before_they_are_too_many() -> None:
    agent = Agent(pair(), 0)
    agent.receive(check(pair(), nominate=True), HOME, 0)
    for port in range(3 * ROUTES):
        agent.receive(check(pair()), Route("192.0.2.2", port), port)
    assert len(agent.routes) == ROUTES
    assert agent.valid(HOME)
    assert agent.valid(Route("192.0.2.2", 3 * ROUTES - 1))


def test_after_a_restart_the_old_names_hold_until_the_first_check_with_the_new_ones() -> None:
    agent = Agent(pair(), 0)
    agent.receive(check(pair(), nominate=True), HOME, 0)
    agent.restart(AFTER)
    assert kind_of(agent.receive(check(pair()), HOME, 1)) == Kind.SUCCESS
    assert agent.selected == HOME
    assert set(agent.ufrags) == {"parlor01", "parlor00"}
    assert kind_of(agent.receive(check(AFTER, nominate=True), TRAIN, 2)) == Kind.SUCCESS
    assert agent.selected == TRAIN
    assert set(agent.ufrags) == {"parlor01"}
    assert code_of(agent.receive(check(pair()), HOME, 3)) == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fe80::1%eth0"])
def test_a_route_of_either_family_is_answered(host: str) -> None:
    assert kind_of(Agent(pair(), 0).receive(check(pair()), Route(host, 9), 0)) == Kind.SUCCESS
