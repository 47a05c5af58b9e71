"""STUN messages (RFC 8489), as much as ICE needs: parse, check, answer.

Nothing that a length field claims is believed before it was counted. MESSAGE-INTEGRITY is HMAC-SHA1 with the password
as the key (short-term credentials, section 9.1), and FINGERPRINT a CRC-32; what stands behind the former and is not
the latter is not covered by anything and is ignored (section 14.5).
"""

import hmac
from enum import IntEnum
from hashlib import sha1
from ipaddress import ip_address
from zlib import crc32

import msgspec

from services.media.transport.route import Route

MAGIC = 0x2112A442
COOKIE = MAGIC.to_bytes(4, "big")
HEADER = 20
LONGEST = 1_280
MOST = 32
"""Attributes in one message; an ICE check has about eight."""

XOR_CRC = 0x5354554E
MANDATORY = 0x8000
"""Attribute types below this must be understood (section 14)."""


class NotStun(ValueError):
    """These bytes are no STUN message; the message says what is wrong with them."""


class Kind(IntEnum):
    """Message types that ICE knows: the method Binding in its four classes."""

    REQUEST = 0x0001
    INDICATION = 0x0011
    SUCCESS = 0x0101
    ERROR = 0x0111


class Attribute(IntEnum):
    """Those that we write or read (RFC 8489 section 14, RFC 8445 section 7.1)."""

    USERNAME = 0x0006
    MESSAGE_INTEGRITY = 0x0008
    ERROR_CODE = 0x0009
    UNKNOWN_ATTRIBUTES = 0x000A
    MESSAGE_INTEGRITY_SHA256 = 0x001C
    XOR_MAPPED_ADDRESS = 0x0020
    PRIORITY = 0x0024
    USE_CANDIDATE = 0x0025
    FINGERPRINT = 0x8028
    ICE_CONTROLLED = 0x8029
    ICE_CONTROLLING = 0x802A


UNDERSTOOD = frozenset(Attribute)


class Message(msgspec.Struct, frozen=True):
    """One message. `signed` is what its MESSAGE-INTEGRITY covers, with the length that it was made with (section 14.5),
    or None when it has none; `attributes` holds the first of each type.
    """

    kind: int
    transaction: bytes
    attributes: dict[int, bytes]
    size: int
    signed: bytes | None = None

    @property
    def username(self) -> tuple[str, str] | None:
        """`ours:theirs` in two parts, as ICE writes it (RFC 8445 section 7.2.2)."""
        try:
            ours, colon, theirs = self.attributes.get(Attribute.USERNAME, b"").decode().partition(":")
        except UnicodeDecodeError:
            return None
        return (ours, theirs) if colon and ours and theirs else None

    @property
    def unknown(self) -> tuple[int, ...]:
        """Types that a receiver must understand and we don't."""
        return tuple(each for each in self.attributes if each < MANDATORY and each not in UNDERSTOOD)

    def authentic(self, password: str) -> bool:
        """True when whoever wrote this knows the password. Takes the same time whatever is wrong."""
        if self.signed is None:
            return False
        given = self.attributes[Attribute.MESSAGE_INTEGRITY]
        return hmac.compare_digest(_integrity(password, self.signed), given)


def is_stun(data: bytes) -> bool:
    """True for what RFC 7983 section 7 gives to STUN."""
    return len(data) >= HEADER and data[0] < 4 and data[4:8] == COOKIE


def parse(data: bytes) -> Message:
    """Read one datagram. Raises NotStun."""
    size = len(data)
    if not HEADER <= size <= LONGEST:
        raise NotStun(f"a STUN message has {HEADER} to {LONGEST} bytes, not {size}")
    if not is_stun(data):
        raise NotStun("the first bits and the magic cookie are not STUN's")
    if size % 4 or int.from_bytes(data[2:4], "big") != size - HEADER:
        raise NotStun("the length is not what came")
    attributes, signed = _attributes(data)
    return Message(
        kind=int.from_bytes(data[:2], "big"),
        transaction=data[8:HEADER],
        attributes=attributes,
        size=size,
        signed=signed,
    )


def build(kind: Kind, transaction: bytes, attributes: dict[int, bytes], password: str | None = None) -> bytes:
    """A message with FINGERPRINT, and MESSAGE-INTEGRITY when there is a password."""
    body = b"".join(_attribute(each, value) for each, value in attributes.items())
    if password is not None:
        signed = _head(kind, transaction, len(body) + 24) + body
        body += _attribute(Attribute.MESSAGE_INTEGRITY, _integrity(password, signed))
    whole = _head(kind, transaction, len(body) + 8) + body
    return whole + _attribute(Attribute.FINGERPRINT, _fingerprint(whole))


def success(request: Message, route: Route, password: str) -> bytes:
    """The answer to a check: where it came from."""
    mapped: dict[int, bytes] = {Attribute.XOR_MAPPED_ADDRESS: xor_address(route.host, route.port, request.transaction)}
    return build(Kind.SUCCESS, request.transaction, mapped, password)


def error(request: Message, code: int, password: str | None = None) -> bytes:
    """The refusal of a request, in as few bytes as can be: the number says it."""
    attributes: dict[int, bytes] = {Attribute.ERROR_CODE: bytes((0, 0, code // 100, code % 100))}
    if code == 420:
        attributes[Attribute.UNKNOWN_ATTRIBUTES] = b"".join(each.to_bytes(2, "big") for each in request.unknown)
    return build(Kind.ERROR, request.transaction, attributes, password)


def xor_address(host: str, port: int, transaction: bytes) -> bytes:
    """The value of XOR-MAPPED-ADDRESS (section 14.2)."""
    address = ip_address(host.partition("%")[0])
    family = 1 if address.version == 4 else 2
    masked = bytes(a ^ b for a, b in zip(address.packed, COOKIE + transaction, strict=False))
    return bytes((0, family)) + (port ^ MAGIC >> 16).to_bytes(2, "big") + masked


def read_xor_address(value: bytes, transaction: bytes) -> tuple[str, int]:
    """The other way round. Raises NotStun."""
    if len(value) != {1: 8, 2: 20}.get(value[1] if len(value) > 1 else 0):
        raise NotStun("an address has 4 or 16 bytes behind its family and port")
    plain = bytes(a ^ b for a, b in zip(value[4:], COOKIE + transaction, strict=False))
    return str(ip_address(plain)), int.from_bytes(value[2:4], "big") ^ MAGIC >> 16


def _attributes(data: bytes) -> tuple[dict[int, bytes], bytes | None]:
    """All that counts, and what MESSAGE-INTEGRITY covers."""
    found: dict[int, bytes] = {}
    signed, at, count = None, HEADER, 0
    while at < len(data):
        kind, begin, end = _bounds(data, at)
        count += 1
        if count > MOST:
            raise NotStun(f"more than {MOST} attributes")
        if kind == Attribute.FINGERPRINT:
            _check_fingerprint(data, at, data[begin:end])
            found[kind] = data[begin:end]
        elif signed is None:
            found.setdefault(kind, data[begin:end])
        if kind == Attribute.MESSAGE_INTEGRITY and signed is None:
            if end - begin != 20:
                raise NotStun(f"MESSAGE-INTEGRITY of {end - begin} bytes, not 20")
            signed = data[:2] + (at + 24 - HEADER).to_bytes(2, "big") + data[4:at]
        at = end + -end % 4
    return found, signed


def _bounds(data: bytes, at: int) -> tuple[int, int, int]:
    begin = at + 4
    end = begin + int.from_bytes(data[at + 2 : begin], "big")
    if end > len(data):
        raise NotStun("an attribute ends behind the message")
    return int.from_bytes(data[at : at + 2], "big"), begin, end


def _check_fingerprint(data: bytes, at: int, value: bytes) -> None:
    if at + 8 != len(data) or len(value) != 4:
        raise NotStun("FINGERPRINT has 4 bytes and is the last attribute")
    if _fingerprint(data[:at]) != value:
        raise NotStun("FINGERPRINT is not that of these bytes")


def _attribute(kind: int, value: bytes) -> bytes:
    return kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)


def _head(kind: int, transaction: bytes, length: int) -> bytes:
    return kind.to_bytes(2, "big") + length.to_bytes(2, "big") + COOKIE + transaction


def _integrity(password: str, signed: bytes) -> bytes:
    return hmac.digest(password.encode(), signed, sha1)


def _fingerprint(before: bytes) -> bytes:
    return (crc32(before) ^ XOR_CRC).to_bytes(4, "big")
