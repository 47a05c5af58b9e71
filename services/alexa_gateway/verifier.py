"""From raw bytes to a request that is known to be Alexa's, for this skill, now, and for the first time."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from services.alexa_gateway.certificates import Certificates
from services.alexa_gateway.requests import Envelope, Head, NotARequest, decode_envelope
from services.alexa_gateway.signature import Unverified, chain_path, check_signature, check_timestamp

LARGEST_BODY = 262_144
REMEMBERED_FOR = timedelta(seconds=300)
REMEMBERED = 100_000
LONGEST_REQUEST_ID = 256


class Verified(msgspec.Struct, frozen=True):
    """A request that may be believed."""

    envelope: Envelope
    head: Head


class Verifier:
    """The steps in Amazon's order: nothing of the body is read before its signature holds.

    Request ids are remembered twice as long as a timestamp is good for, in this process: a request that was recorded
    and sent again is turned down here, and by the log's own idempotency in every other process.
    """

    def __init__(self, certificates: Certificates, skill: str) -> None:
        self._certificates = certificates
        self._skill = skill
        self._seen: OrderedDict[str, datetime] = OrderedDict()

    async def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Verified:
        """`headers` have lower-case names. Raises Unverified, whose message is for the log alone."""
        chain_url, signature = headers.get("signaturecertchainurl"), headers.get("signature-256")
        if not chain_url or not signature:
            raise Unverified("header-missing")
        if len(body) > LARGEST_BODY:
            raise Unverified("body-too-large")
        key = await self._certificates.key(chain_path(chain_url))
        check_signature(key, signature, body)
        try:
            envelope, head = decode_envelope(body)
        except NotARequest as fault:
            raise Unverified("body-malformed") from fault
        check_timestamp(head.type, head.timestamp, now)
        if envelope.skill != self._skill:
            raise Unverified("skill-other")
        self._remember(head.request_id, now)
        return Verified(envelope, head)

    def _remember(self, request_id: str, now: datetime) -> None:
        if not 0 < len(request_id) <= LONGEST_REQUEST_ID:
            raise Unverified("request-id-malformed")
        while self._seen and next(iter(self._seen.values())) <= now:
            self._seen.popitem(last=False)
        if request_id in self._seen:
            raise Unverified("request-repeated")
        if len(self._seen) >= REMEMBERED:
            raise Unverified("too-many-requests")
        self._seen[request_id] = now + REMEMBERED_FOR
