"""What a client sends later: candidates, or new credentials (RFC 8840, RFC 9725 section 4.3)."""

import msgspec

from services.media.errors import UnfitOffer
from services.media.transport.ice import Credentials
from services.media.transport.offer import credentials
from services.media.transport.sdp import read

CONTENT_TYPE = "application/trickle-ice-sdpfrag"


class Fragment(msgspec.Struct, frozen=True):
    """`credentials` say which ICE session it is about: new ones ask for a restart. Candidates of a client are of no
    use to a lite agent, which learns routes from checks, so only their number is kept.
    """

    credentials: Credentials
    candidates: int


def read_fragment(text: str) -> Fragment:
    """Raises MalformedSdp or UnfitOffer."""
    whole = read(text)
    levels = [whole.attributes, *(section.attributes for section in whole.sections)]
    ufrag = next((value for level in levels if (value := level.first("ice-ufrag"))), None)
    pwd = next((value for level in levels if (value := level.first("ice-pwd"))), None)
    if ufrag is None or pwd is None:
        raise UnfitOffer("the fragment lacks a=ice-ufrag and a=ice-pwd, which say what it is about (RFC 8840)")
    return Fragment(credentials(ufrag, pwd), sum(len(level.every("candidate")) for level in levels))
