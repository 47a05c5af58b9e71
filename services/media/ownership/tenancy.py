"""What one mixer holds, and what it should do next: the rules of leases. Pure: no clock, no I/O; `now` is this
process's monotonic time in seconds, and never compared with anybody else's.

    step(wanted, now)     what to do now: look at a lease, write one, let a room go
    seen, written, overtaken, unanswered     what came of it
    sure(room, epoch, now)     whether what was made in that epoch may go out

A lease lasts 30 s for its owner from the moment at which it asked for it, and for everybody else 30 s from the moment
at which they first saw it: later, however long the message took. So nobody takes by time what another still holds. A
lease may be broken earlier (peers.py says when): then the epoch, and nothing else, keeps the two apart.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from libs.events.ids import RoomId, Samples
from services.media.ownership.lease import NOBODY, Lease
from services.media.ownership.peers import ALIVE_S, Peers

HOLD_S = 30.0
RENEW_S = 10.0
AGAIN_S = 1.0
"""After no answer."""
LOOK_S = 0.5
HELLO_S = 0.3
"""How long a mixer that has just come listens before it takes anything: who is there answers its first beat."""
TURN_S = 0.5
"""How much longer each mixer waits than the one that should go before it."""
REBORN_S = 0.75
"""How long a mixer's own predecessor must be silent: one of the same name that ended without a word."""
DOUBT_S = 1.0
"""After standing still for so long, others may have broken our leases: nothing goes out before we have looked."""
UNUSED_S = 15.0
"""A room that was asked for and did not come on air is given back."""


class Look(msgspec.Struct, frozen=True):
    """Read the room's lease."""

    room: RoomId


class Write(msgspec.Struct, frozen=True):
    """Write this lease over `revision`. `left` is where the sound of the one before ended, if that is known."""

    room: RoomId
    mixer: str
    epoch: int
    revision: int
    end: Samples | None = None
    left: Samples | None = None


class Lost(msgspec.Struct, frozen=True):
    """The room is not ours any more: stop at once, and say nothing about it."""

    room: RoomId


Act: TypeAlias = Look | Write | Lost


class _Held(msgspec.Struct):
    epoch: int
    revision: int
    until: float
    due: float
    taken: float
    doubted: bool = False
    started: bool = False
    spent: bool = False
    end: Samples | None = None


class _Sight(msgspec.Struct):
    lease: Lease | None
    revision: int
    since: float
    again: float


class Tenancy:
    """One mixer's view. Each act is answered by exactly one of seen, written, overtaken, unanswered; Lost by none."""

    def __init__(self, me: str, peers: Peers, now: float) -> None:
        self.me = me
        self._peers = peers
        self._held: dict[RoomId, _Held] = {}
        self._sights: dict[RoomId, _Sight] = {}
        self._busy: set[RoomId] = set()
        self._claimed: set[RoomId] = set()
        self._stepped = now
        self._closed = False
        self._over = False

    def rooms(self) -> tuple[RoomId, ...]:
        """What we own and have no doubt about: what our beats say."""
        return tuple(room for room, held in self._held.items() if not held.doubted)

    def holds(self, room: RoomId) -> bool:
        """True while a room is ours, as far as we know."""
        return room in self._held

    def step(self, wanted: Mapping[RoomId, int], now: float) -> list[Act]:
        """What is to be done. `wanted` are the rooms that should be on air, each with the highest epoch that the log
        knows of it.
        """
        self._wake(now)
        acts: list[Act | None] = [self._tend(room, room in wanted, now) for room in list(self._held)]
        if not self._closed:
            acts += [self._seek(room, epoch, now) for room, epoch in wanted.items() if room not in self._held]
        self._sights = {room: sight for room, sight in self._sights.items() if room in wanted or room in self._busy}
        found = [act for act in acts if act is not None]
        self._busy |= {act.room for act in found if not isinstance(act, Lost)}
        return found

    def sure(self, room: RoomId, epoch: int | None, now: float) -> bool | None:
        """True when the room is ours in this epoch (in any: None); None when we must look first; False when not."""
        self._wake(now)
        held = self._held.get(room)
        if held is None or epoch not in (None, held.epoch) or now >= held.until:
            return False
        return None if held.doubted else True

    def seen(self, room: RoomId, lease: Lease | None, revision: int, now: float) -> Lost | None:
        """The lease is so."""
        self._busy.discard(room)
        held = self._held.get(room)
        if held is None:
            sight = self._sights.get(room)
            since = now if sight is None or sight.revision != revision else sight.since
            self._sights[room] = _Sight(lease, revision, since, now + LOOK_S)
        elif lease is not None and (lease.mixer, lease.epoch) == (self.me, held.epoch):
            held.revision, held.doubted = revision, False
        else:
            return self._lose(room)
        return None

    def written(self, act: Write, revision: int, asked: float) -> bool:
        """What `step` wanted to be written at `asked` is. True when the room is ours, and was not in this epoch."""
        self._answered(act.room)
        self._sights.pop(act.room, None)
        before = self._held.get(act.room)
        if act.mixer == NOBODY:
            self._held.pop(act.room, None)
            return False
        if before is not None and before.epoch == act.epoch:
            before.revision, before.until, before.due = revision, asked + HOLD_S, asked + RENEW_S
            return False
        self._held[act.room] = _Held(act.epoch, revision, asked + HOLD_S, asked + RENEW_S, asked)
        return True

    def overtaken(self, room: RoomId) -> None:
        """Somebody else wrote first, or it was ourselves and we never heard: look."""
        self._answered(room)
        held = self._held.get(room)
        if held is not None:
            held.doubted = True
        self._sights.pop(room, None)

    def unanswered(self, room: RoomId, now: float) -> None:
        """Nobody answered; what was to be written may be written."""
        self._answered(room)
        held = self._held.get(room)
        if held is not None:
            held.due = now + AGAIN_S
        elif room in self._sights:
            self._sights[room].again = now + AGAIN_S

    def outranked(self, room: RoomId, epoch: int) -> Lost | None:
        """Somebody has the room in this epoch."""
        held = self._held.get(room)
        return self._lose(room) if held is not None and held.epoch < epoch else None

    def started(self, room: RoomId, epoch: int) -> None:
        """It is on air."""
        held = self._held.get(room)
        if held is not None and held.epoch == epoch:
            held.started = True

    def spent(self, room: RoomId, epoch: int, end: Samples) -> None:
        """It was on air in this epoch and all that there is of it is sent: no more will come."""
        held = self._held.get(room)
        if held is not None and held.epoch == epoch:
            held.spent, held.end, held.due = True, end, 0.0

    def close(self) -> None:
        """Take nothing any more, give back what is spent."""
        self._closed = True

    def leave(self) -> None:
        """Give everything back."""
        self._closed = self._over = True
        for held in self._held.values():
            held.due = 0.0

    def doubt(self) -> None:
        """Something happened that others may have taken for our end: look at every lease."""
        for held in self._held.values():
            held.doubted = True

    def _answered(self, room: RoomId) -> None:
        self._busy.discard(room)
        self._claimed.discard(room)

    def _wake(self, now: float) -> None:
        if now - self._stepped > DOUBT_S:
            self.doubt()
        self._stepped = max(self._stepped, now)

    def _lose(self, room: RoomId) -> Lost:
        del self._held[room]
        self._sights.pop(room, None)
        return Lost(room)

    def _tend(self, room: RoomId, wanted: bool, now: float) -> Act | None:  # noqa: FBT001  # one caller, three lines above
        held = self._held[room]
        if now >= held.until:
            return self._lose(room)
        if room in self._busy:
            return None
        if held.doubted:
            return Look(room)
        if now < held.due:
            unused = not wanted and not held.started and now - held.taken > UNUSED_S
            return self._back(room, held) if unused else None
        if self._over or (held.spent and (self._closed or not wanted)):
            return self._back(room, held)
        return Write(room, self.me, held.epoch + held.spent, held.revision)

    @staticmethod
    def _back(room: RoomId, held: _Held) -> Write:
        return Write(room, NOBODY, held.epoch, held.revision, end=held.end)

    def _seek(self, room: RoomId, epoch: int, now: float) -> Act | None:
        if room in self._busy:
            return None
        if self._peers.owner(room, now) is not None:
            self._sights.pop(room, None)
            return None
        sight = self._sights.get(room)
        if sight is not None and self._free(room, sight, now):
            lease = sight.lease or Lease(mixer=NOBODY, epoch=0, until=0)  # type: ignore[arg-type]  # a time for nobody
            left = lease.end if lease.mixer == NOBODY else None
            self._claimed.add(room)
            return Write(room, self.me, max(lease.epoch, epoch) + 1, sight.revision, left=left)
        return Look(room) if sight is None or now >= sight.again else None

    def _free(self, room: RoomId, sight: _Sight, now: float) -> bool:
        lease, age = sight.lease, now - sight.since
        if age >= HOLD_S:
            return True
        if self._peers.listening(now) < HELLO_S:
            return False
        turn = self._turn(room, now)
        if lease is None or lease.mixer == NOBODY:
            return age >= turn
        if lease.mixer == self.me:
            return True
        needed = REBORN_S if name(self.me) and name(lease.mixer) == name(self.me) else ALIVE_S
        return self._peers.silence(lease.mixer, now) >= needed + turn

    def _turn(self, room: RoomId, now: float) -> float:
        return self._peers.order(room, len(self._held) + len(self._claimed), now).index(self.me) * TURN_S


def name(mixer: str) -> str:
    """What of a mixer's identity stays when it is started again: `<name>-<this life>`; nothing without a name."""
    return mixer.rpartition("-")[0]
