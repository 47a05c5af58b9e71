"""Fingerprints of certificates, as session descriptions carry them (RFC 8122 section 5)."""

import hmac
import re
from collections.abc import Sequence

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import Certificate

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha-256": hashes.SHA256(),
    "sha-384": hashes.SHA384(),
    "sha-512": hashes.SHA512(),
}
"""Weaker ones are read over: RFC 8122 forbids MD2 and MD5, nobody needs SHA-1."""

HEX = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2})*")


class MalformedFingerprint(ValueError):
    """The value of `a=fingerprint` is none."""


class Fingerprint(msgspec.Struct, frozen=True):
    """`algorithm` in small letters, `value` in capitals with colons."""

    algorithm: str
    value: str


def read(text: str) -> Fingerprint:
    """What stands behind `a=fingerprint:`. Raises MalformedFingerprint."""
    algorithm, _, value = text.strip().partition(" ")
    value = value.strip().upper()
    if HEX.fullmatch(value) is None:
        raise MalformedFingerprint("a fingerprint is a hash function's name, a space, and bytes in hex with colons")
    return Fingerprint(algorithm.lower(), value)


def fingerprint(certificate: Certificate, algorithm: str = "sha-256") -> Fingerprint:
    """That of a certificate."""
    digest = certificate.fingerprint(HASHES[algorithm])
    return Fingerprint(algorithm, digest.hex(":").upper())


def matches(certificate: Certificate, known: Sequence[Fingerprint]) -> bool:
    """True when it has at least one fingerprint that we can check, and every such is its own (RFC 8122 section 5)."""
    checked = [each for each in known if each.algorithm in HASHES]
    own = [fingerprint(certificate, each.algorithm).value for each in checked]
    return bool(checked) and all(hmac.compare_digest(a, b.value) for a, b in zip(own, checked, strict=True))
