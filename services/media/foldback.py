"""What somebody on the stage hears: the programme without themselves, as Opus, to their own WebRTC peer.

The sum is made anew of what the others contributed, in the order of the mix, so nothing of oneself is left in it. Then
the same limiter as on the programme. CELT at 48 kbit/s: a third of the CPU of hybrid, and 4 ms less delay.
"""

from collections.abc import Container, Mapping

from libs.events.ids import PersonId
from services.media.mixing.buses import programme
from services.media.mixing.frame import Float
from services.media.mixing.limiter import Limiter
from services.media.mixing.opus import LOWDELAY, Encoder
from services.media.transport.session import Peer

BITRATE = 48_000


class Foldback:
    """One person's. Costs an encoder only once somebody is there."""

    def __init__(self, person: PersonId, peer: Peer) -> None:
        self.person = person
        self._peer = peer
        self._limiter = Limiter()
        self._encoder: Encoder | None = None

    def hear(self, heard: Mapping[str, Float], own: Container[str], now: int) -> None:
        """One tick: what everybody contributed, and which of it is one's own."""
        if not self._peer.connected:
            return
        if self._encoder is None:
            self._encoder = Encoder(LOWDELAY, BITRATE, loss=0)
        others = programme([frame for key, frame in heard.items() if key not in own])
        self._peer.send(self._encoder.encode(self._limiter.limit(others)), now)
