"""Who is alive, as far as one mixer can hear. Pure: `now` is this process's monotonic time in seconds.

A mixer hears its own beats too, by way of NATS. That is the proof on which every judgement about others rests: while
our own beats come back, a silence is the other's; while they do not, we are deaf and know nothing of anybody.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from libs.events.ids import RoomId
from libs.events.telemetry import MixerBeat

BEAT_S = 0.5
ALIVE_S = 2.0
"""A mixer that was heard within this counts as there."""
ECHO_S = 1.25
"""Without our own beat for longer than this we are deaf."""
RECOVERY_S = 5.0
"""How long others may be silent after our own connection was away: they may still be looking for the server."""


class _Peer(msgspec.Struct):
    heard: float
    rooms: frozenset[RoomId]
    encoders: str = ""


class Peers:
    """All mixers of this broker, ourselves included."""

    def __init__(self, me: str) -> None:
        self.me = me
        self._others: dict[str, _Peer] = {}
        self._echo: float | None = None
        self._since = 0.0

    def heard(self, beat: MixerBeat, now: float) -> bool:
        """Take a beat in; True when it is from somebody who was not there before."""
        if beat.mixer == self.me:
            if self._echo is None or now - self._echo > ECHO_S:
                self._since = max(self._since, now)
            self._echo = now
            return False
        if beat.leaving:
            self._others.pop(beat.mixer, None)
            return False
        before = self._others.get(beat.mixer)
        self._others[beat.mixer] = _Peer(now, frozenset(beat.rooms), beat.encoders)
        return before is None or now - before.heard > ALIVE_S

    def reconnected(self, now: float) -> None:
        """Our connection was away and is back."""
        self._since = now + RECOVERY_S - ALIVE_S

    def listening(self, now: float) -> float:
        """For how long we have heard whatever was said, without a break; 0 while deaf."""
        if self._echo is None or now - self._echo > ECHO_S:
            return 0.0
        return max(0.0, now - self._since)

    def silence(self, mixer: str, now: float) -> float:
        """For how long a mixer has certainly said nothing."""
        peer = self._others.get(mixer)
        listening = self.listening(now)
        return listening if peer is None else min(listening, now - peer.heard)

    def owner(self, room: RoomId, now: float) -> str | None:
        """Who says that it has the room; ourselves never."""
        for mixer, peer in self._others.items():
            if room in peer.rooms and now - peer.heard <= ALIVE_S:
                return mixer
        return None

    def encoders(self, room: RoomId, now: float) -> str:
        """Where the owner of a room takes encoders, if another has it and said so."""
        owner = self.owner(room, now)
        return self._others[owner].encoders if owner else ""

    def alive(self, mixer: str, now: float) -> bool:
        """True for another mixer that was heard just now."""
        peer = self._others.get(mixer)
        return peer is not None and now - peer.heard <= ALIVE_S

    def order(self, room: RoomId, mine: int, now: float) -> list[str]:
        """Every mixer that is there, the one first that should take the room: the least loaded, among equals always the
        same for the same room. `mine` is our own load.
        """
        loads = {mixer: len(peer.rooms) for mixer, peer in self._others.items() if now - peer.heard <= ALIVE_S}
        loads[self.me] = mine
        return _ranked(room, loads.items())


def _ranked(room: RoomId, loads: Iterable[tuple[str, int]]) -> list[str]:
    return [mixer for _, _, mixer in sorted((load, _lot(room, mixer), mixer) for mixer, load in loads)]


def _lot(room: RoomId, mixer: str) -> bytes:
    return sha256(f"{room}/{mixer}".encode()).digest()
