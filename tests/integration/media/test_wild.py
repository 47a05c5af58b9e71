"""Sources that have gone wild, by real packets against a running mixer: each is named in the log, once."""

import asyncio
import socket
import time
from collections.abc import Callable

from libs.events.ids import PersonId
from libs.events.media import SourceMisbehaved
from libs.events.rooms import RoomKind, RoomOpened, Seat, SpeakerAdmitted, WentLive
from services.media.mixing.frame import TICK
from services.media.mixing.rtp import Packet, pack
from services.media.registration import Registered
from tests.integration.media.test_mixer import ANA, Hall, hall
from tests.unit.media.engine.test_wild import sound

__all__ = ["hall"]
BOUND_S = 45.0
"""Twice ten seconds in which a source is watched, on a busy machine."""

Plan = Callable[[int, int], list[Packet]]


def packet(n: int, ssrc: int, sequence: int | None = None, timestamp: int | None = None) -> Packet:
    number = n if sequence is None else sequence
    return Packet(111, number % 65_536, n * TICK if timestamp is None else timestamp, ssrc, sound(n))


PLANS: dict[str, Plan] = {
    "floods": lambda n, ssrc: [packet(n, ssrc)] * 40,
    "sequence-jumps": lambda n, ssrc: [packet(n, ssrc, sequence=n + n // 25 * 20_000)],
    "timestamps-go-back": lambda n, ssrc: [packet(n, ssrc, timestamp=90_000_000 - n * TICK)],
    "ssrc-changes": lambda n, ssrc: [packet(n, ssrc if n % 4 == 0 else 7_000 + n)],
    "full-scale": lambda n, ssrc: [packet(n, ssrc)],
}


async def send(place: Registered, plan: Plan) -> None:
    """In real time, until cancelled."""
    begun, n = time.monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect((place.host, place.port))
        while True:
            for each in plan(n, place.ssrc):
                sender.send(pack(each))
            n += 1
            await asyncio.sleep(max(0.0, begun + n * 0.02 - time.monotonic()))


async def test_who_sends_what_no_encoder_sends_is_named_once_and_nobody_else_is(hall: Hall) -> None:
    people = {reason: PersonId(f"wild{letter}aaaaaaaa") for letter, reason in zip("abcde", PLANS, strict=True)}
    opened = RoomOpened(room=hall.room, title="Wild", kind=RoomKind.OPEN, host=ANA)
    admitted = [SpeakerAdmitted(room=hall.room, person=each, seat=Seat.SPEAKER, by=ANA) for each in people.values()]
    await hall.rooms_say(opened, WentLive(room=hall.room), *admitted)
    await hall.until(lambda facts: len(facts) >= 7)
    places = {reason: await hall.place(person) for reason, person in people.items()}
    sending = [asyncio.create_task(send(places[reason], plan)) for reason, plan in PLANS.items()]
    named: list[SourceMisbehaved] = []
    async with asyncio.timeout(BOUND_S):
        while {each.reason for each in named} != PLANS.keys():
            named = [fact for fact in await hall.said() if isinstance(fact, SourceMisbehaved)]
            await asyncio.sleep(0.2)
    for each in sending:
        each.cancel()
    assert sorted((each.reason, each.person) for each in named) == sorted(people.items())
    assert {each.reason: each.source for each in named} == {reason: place.source for reason, place in places.items()}
