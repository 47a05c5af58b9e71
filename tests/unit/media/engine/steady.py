"""What is asked of the allocator while sound flows, printed: run with allocations.c loaded before libc.

Five browsers talk and hear each other, in turns of ten ticks of which the first ones are not counted.
"""

import ctypes
import sys
import time

from services.media.engine.srtpfaces import Way, again
from services.media.mixing.rtp import Packet, pack
from services.media.transport.srtp import Profile
from tests.unit.media.engine.browser import Browser
from tests.unit.media.engine.studio import by_hand
from tests.unit.media.srtp import keys_of

PACKETS = 10_000


def main(which: str) -> None:
    """`which`: a profile's name, or "cost" for microseconds instead."""
    allocations = ctypes.CDLL(None).allocations
    profile = Profile[which]
    keys = keys_of(profile, 1)
    kind = list(Profile).index(profile)
    ways = Way(kind, keys.ours, True), Way(kind, keys.ours, False)
    packet = pack(Packet(111, 0, 0, 5, bytes(160)))
    before, begun = allocations(), time.thread_time()
    again(*ways, packet, PACKETS)
    spent = (time.thread_time() - begun) / PACKETS * 1e6
    print(f"protect and unprotect: {allocations() - before} allocations, {spent:.2f} us")  # noqa: T201  # its answer
    counted = 0
    with by_hand() as (made, port):
        made.open(0)
        people = [Browser(port, 1_000 + n, profile=profile, hertz=300.0 + 90 * n) for n in range(5)]
        for n, each in enumerate(people):
            each.sits(made, n, hears=True, ours=7_000 + n, nack=True)
            made.denoise(n, True)
        made.turn()
        for n in range(300):
            for each in people:
                each.say()
            before = allocations()
            made.turn()
            counted += allocations() - before if n >= 50 else 0
            for each in people:
                each.listen()
            made.read()
        assert all(len(each.received) > 290 for each in people)
    print(f"250 ticks of five people: {counted} allocations")  # noqa: T201  # its answer


if __name__ == "__main__":
    main(sys.argv[1])
