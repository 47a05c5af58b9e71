"""What may be asked of the media service, and how it answers."""

import msgspec

from libs.events.command import Accepted
from libs.events.ids import Milliseconds, PersonId, SourceId
from libs.events.media import Transport


class RegisterSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give a person's sender a place; the person or the room's host may ask. `name` tells a person's senders apart:
    the same name again replaces the one before.
    """

    person: PersonId
    name: str = "main"
    transport: Transport = Transport.RTP


class Registered(Accepted, frozen=True, kw_only=True):
    """Where to send: Opus over RTP with this SSRC, 20 ms packets, mono or stereo. Until `expires` (milliseconds since
    1970) the first packet must have come; each packet puts it off.
    """

    source: SourceId
    ssrc: int
    host: str
    port: int
    payload_type: int
    sdp: str
    expires: Milliseconds
