"""What the bucket `media` says about one room, under the key `lease.<room>`."""

import msgspec

from libs.events.ids import Milliseconds, RoomId, Samples

NOBODY = ""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """`mixer` owns the room in `epoch`. `until` is wall-clock time, for people only: no program compares it, because
    two machines' clocks need not agree. A lease that was given back names NOBODY, and in `end` the media time after
    the last sample that was made.
    """

    mixer: str
    epoch: int
    until: Milliseconds
    end: Samples | None = None


def key(room: RoomId) -> str:
    """Where a room's lease is."""
    return f"lease.{room}"


encode = msgspec.json.Encoder().encode
_leases = msgspec.json.Decoder(Lease)


def decode(value: bytes) -> Lease | None:
    """A lease; None for what is none, which is nobody's."""
    try:
        return _leases.decode(value)
    except msgspec.DecodeError:
        return None
