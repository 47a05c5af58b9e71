"""Settings of the mixer."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeAlias

import msgspec

from libs.events.air import AIR_BYTES, DVR_SECONDS
from libs.events.ids import Milliseconds
from services.media.reached import reached_at
from services.media.recording.kinds import Kind

HERE = Path(__file__).parent
NAME = re.compile("[a-z0-9-]{0,63}")
MOST_THREADS = 16

Network: TypeAlias = IPv4Network | IPv6Network


class MixerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`bind` and `rtp_port` are where packets come in, `rtp_host` is what senders are told (default: `bind`,
    or where that is every address, the one from which this machine reaches others),
    `rtp_allow` the networks that may send. `tick_threads` mix, each at a port of its own from `rtp_port` on (default:
    one for each core but one, 16 at most). `icecast_port` is where broadcast encoders come, by TCP.
    `dvr_seconds` is how long sealed segments are kept.
    `webrtc_host` is the address in our ICE candidates (default: what senders are told), of the same port by UDP and
    TCP. `mixer_name` tells mixers of one broker apart and should stay when one is started again: it then goes on with
    its rooms sooner. Two with the same name are two mixers all the same.
    `recording` keeps stems and programme of live rooms, `evidence` the last two minutes of what is said in them, until
    they are over: both in folders of `parlor_state`.
    """

    bind: str = "127.0.0.1"
    rtp_port: int = 5004
    rtp_host: str = ""
    tick_threads: int = 0
    icecast_port: int = 8001
    rtp_allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    webrtc_host: str = ""
    mixer_name: str = ""
    house_assets: Path = HERE / "house"
    dvr_seconds: int = DVR_SECONDS
    air_bytes: int = AIR_BYTES
    recording: bool = False
    evidence: bool = False
    parlor_state: Path = Path(".parlor")

    def __post_init__(self) -> None:
        if NAME.fullmatch(self.mixer_name) is None:
            raise ValueError(f"MIXER_NAME: up to 63 of a-z, 0-9 and -, not {self.mixer_name!r}")
        if not 0 <= self.tick_threads <= MOST_THREADS:
            raise ValueError(f"TICK_THREADS: 1 to {MOST_THREADS}, not {self.tick_threads}")
        wrong = [each for each in self.rtp_allow if not _is_network(each)]
        if wrong:
            raise ValueError("\n".join(f"RTP_ALLOW: {each!r} is no network such as 10.0.0.0/8" for each in wrong))

    @property
    def allowed(self) -> tuple[Network, ...]:
        """`rtp_allow`, parsed."""
        return tuple(ip_network(each) for each in self.rtp_allow)

    @property
    def threads(self) -> int:
        """How many tick threads there are."""
        return self.tick_threads or min(MOST_THREADS, max(1, len(os.sched_getaffinity(0)) - 1))

    @property
    def announced(self) -> str:
        """The host in what senders are told. Raises CannotStart."""
        return self.rtp_host or reached_at(self.bind)

    @property
    def kept(self) -> dict[Kind, Path]:
        """What is kept on the disk, and where."""
        wanted = {Kind.STEMS: self.recording, Kind.EVIDENCE: self.evidence}
        return {kind: self.parlor_state / "media" / kind.value for kind, on in wanted.items() if on}

    @property
    def frozen(self) -> Path:
        """Where evidence goes that somebody asked for; it outlasts its room."""
        return self.parlor_state / "media" / "frozen"

    @property
    def window(self) -> Milliseconds:
        """`dvr_seconds`, in the unit of the stream."""
        return Milliseconds(self.dvr_seconds * 1000)


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
