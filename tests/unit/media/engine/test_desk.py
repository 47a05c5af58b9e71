"""The tick thread over loopback: everybody hears the others and not themselves, on time, whatever Python does."""

import statistics
import threading

import pytest

from services.media.engine.desk import Desk
from services.media.engine.told import Fact, Full
from tests.unit.media.engine.studio import Person, by_hand, desk, keep_time, until
from tests.unit.media.mixing.sounds import strength

pytestmark = pytest.mark.slow


def seat(made: Desk, port: int, people: int, *, own_mixes: int = 3) -> list[Person]:
    """A room with so many on its stage, each a tone."""
    made.open(0, own_mixes)
    seated = []
    for n in range(people):
        made.add(0, n, 1_000 + n, 111, True)
        made.gain(n, 1.0)
        seated.append(Person(port, 1_000 + n, 400.0 + 150.0 * n))
    return seated


def talk(people: list[Person]) -> None:
    for person in people:
        person.say()
        person.listen()


def test_each_hears_the_others_and_not_themselves() -> None:
    with desk() as (made, port):
        people = seat(made, port, 3)
        keep_time(75, lambda: talk(people))
        for person in people:
            sound = person.heard()[19_200:]
            for other in people:
                expected = 0.0 if other is person else 0.2
                assert strength(sound, other.hertz) == pytest.approx(expected, abs=0.02)


def test_with_more_voices_than_places_nobody_hears_themselves_either() -> None:
    with desk() as (made, port):
        people = seat(made, port, 5, own_mixes=2)
        keep_time(60, lambda: talk(people))
        for person in people:
            assert strength(person.heard()[19_200:], person.hertz) < 0.02


def test_who_has_no_place_shares_one_packet_with_all_others() -> None:
    with desk() as (made, port):
        people = seat(made, port, 5, own_mixes=2)
        keep_time(40, lambda: talk(people))
        latest = [{packet.timestamp: packet.payload for packet in person.received} for person in people]
        common = max(set.intersection(*(set(each) for each in latest)))
        assert len({each[common] for each in latest}) == 3


def test_what_became_true_is_told_and_a_room_that_closes_lets_everybody_go() -> None:
    with desk() as (made, port):
        people = seat(made, port, 1)
        made.air(0, True)
        keep_time(20, lambda: talk(people))
        told = made.read()
        assert [each.fact for each in told if each.fact < Fact.METER] == [Fact.CONNECTED, Fact.TALKING]
        assert any(each.fact is Fact.METER and each.level > -25.0 for each in told)
        assert {(room, channels, len(pcm)) for room, _, channels, _, pcm in made.programme()} == {(0, 1, 1_920)}
        made.close(0)
        late: list[Fact] = []

        def closed() -> bool:
            late.extend(each.fact for each in made.read())
            return Fact.CLOSED in late

        until(closed)
        assert [each for each in late if each in {Fact.GONE, Fact.CLOSED}] == [Fact.GONE, Fact.CLOSED]


def test_ticks_are_on_time_while_python_is_busy() -> None:
    going = True

    def spin() -> None:
        while going:
            pass

    busy = threading.Thread(target=spin)
    with desk() as (made, port):
        people = seat(made, port, 3)
        talk(people)
        busy.start()
        try:
            until(lambda: made.counts()["tick"] >= 75)
        finally:
            going = False
            busy.join()
        done = sorted(end for _, end in made.lateness())
    assert statistics.median(done) < 3_000  # with the lock taken in each tick it is 11 ms
    assert done[len(done) * 9 // 10] < 10_000


def test_a_stranger_s_packets_change_nothing_but_a_number() -> None:
    with desk() as (made, port):
        owner, thief, unknown = Person(port, 1_000), Person(port, 1_000), Person(port, 9)
        made.open(0)
        made.add(0, 0, 1_000, 111, True)
        owner.say()
        until(lambda: made.counts()["taken"] == 1)
        thief.say()
        unknown.say()
        owner.say(payload_type=96)
        owner.socket.send(b"\x80" * 11)
        until(lambda: made.counts()["not-rtp"] == 1)
        counts = made.counts()
        assert [counts[why] for why in ("wrong-sender", "unknown-ssrc", "wrong-payload-type")] == [1, 1, 1]
        assert counts["taken"] == 1


def test_nobody_may_send_from_elsewhere() -> None:
    with desk("10.0.0.0/9", "::1/128") as (made, port):
        made.open(0)
        made.add(0, 0, 1_000, 111, False)
        Person(port, 1_000).say()
        until(lambda: made.counts()["not-allowed"] == 1)


def test_what_is_no_media_goes_to_python_and_answers_come_back() -> None:
    with desk() as (made, port):
        person = Person(port, 1)
        person.socket.send(b"\x00\x01stun")
        person.socket.send(b"\x80\xc8rtcp, eight bytes")
        found: list[tuple[bytes, tuple[str, int]]] = []

        def both() -> bool:
            found.extend(made.outside())
            return len(found) == 2

        until(both)
        data, (host, number) = found[0]
        assert data == b"\x00\x01stun"
        assert (host, number) == person.socket.getsockname()
        made.reply(b"\x01\x01answer", host, number)
        person.socket.settimeout(5)
        assert person.socket.recv(100) == b"\x01\x01answer"


def test_a_full_ring_refuses_instead_of_waiting() -> None:
    with desk() as (made, _):
        made.stop()
        for _ in range(4_096):
            made.gain(0, 1.0)
        with pytest.raises(Full):
            made.gain(0, 1.0)


def test_by_hand_it_makes_a_tick_when_it_is_told_to() -> None:
    with by_hand() as (made, port):
        (person,) = seat(made, port, 1)
        made.air(0, True)
        for _ in range(10):
            person.say()
            made.turn()
        assert made.tick == 10
        assert [tick for _, tick, *_ in made.programme()] == list(range(1, 11))
        assert [(each.fact, each.tick) for each in made.read() if each.fact is Fact.CONNECTED] == [(Fact.CONNECTED, 2)]


def test_a_second_without_a_packet_is_told_before_five_are_the_end() -> None:
    with by_hand() as (made, port):
        (person,) = seat(made, port, 1)
        for _ in range(10):
            person.say()
            made.turn()
        for _ in range(255):
            made.turn()
        told = [(each.fact, each.tick) for each in made.read() if each.fact in {Fact.STALLED, Fact.DISCONNECTED}]
        assert told == [(Fact.STALLED, 60), (Fact.DISCONNECTED, 260)]


def test_who_sends_by_one_way_and_listens_by_another_hears_the_others_alone() -> None:
    with by_hand() as (made, port):
        made.open(0)
        people = [Person(port, 1_000 + n, 400.0 + 150.0 * n) for n in range(2)]
        ears = [Person(port, 2_000 + n) for n in range(2)]
        for n in range(2):
            made.add(0, n, 1_000 + n, 111, False)
            made.gain(n, 1.0)
            made.add(0, 10 + n, 2_000 + n, 111, True)
            made.send_to(10 + n, *ears[n].socket.getsockname())
            made.belongs(n, n + 1, True)
            made.belongs(10 + n, n + 1, True)
        for _ in range(75):
            for each in people:
                each.say()
            made.turn()
            for each in [*people, *ears]:
                each.listen()
        for n in range(2):
            sound = ears[n].heard()[19_200:]
            assert strength(sound, people[1 - n].hertz) == pytest.approx(0.2, abs=0.02)
            assert strength(sound, people[n].hertz) < 0.02
            assert not people[n].received
