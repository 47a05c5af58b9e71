"""Whether a request really comes from Alexa, step by step (Amazon's "Host a custom skill as a web service").

Everything here is a function of its arguments; `verifier.py` calls it in order and fetches the chain in between.
Whoever is turned down learns nothing: the reason in `Unverified` is for our log and metrics only.
"""

import re
import warnings
from base64 import b64decode
from binascii import Error as NotBase64
from contextlib import suppress
from datetime import datetime, timedelta
from posixpath import normpath
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

SIGNER = "echo-api.amazon.com"
CHAIN_HOST = "s3.amazonaws.com"
CHAIN_FOLDER = "/echo.api/"
LONGEST_URL = 512
PLAIN_URL = re.compile(r"[A-Za-z0-9._:/-]+")
"""No user information, query, fragment or percent-encoding: nothing that two parsers may read differently."""
CERTIFICATES_AT_MOST = 10

TOLERANCE = timedelta(seconds=150)
EVENT_TOLERANCE = timedelta(seconds=3600)
"""Skill events are delivered for up to an hour."""
SKILL_EVENTS = "AlexaSkillEvent."


class Unverified(Exception):
    """Not shown to be from Alexa; the message is a slug for log and metrics."""


class Chain(msgspec.Struct, frozen=True):
    """A leaf and what came along with it, in any order, surplus certificates included."""

    leaf: x509.Certificate
    others: tuple[x509.Certificate, ...]


def chain_path(url: str) -> str:
    """The normalised path of a certificate chain URL that Amazon allows; raises Unverified.

    Only this path is asked for, never the header's own text, so what was checked is what is fetched.
    """
    if len(url) > LONGEST_URL or PLAIN_URL.fullmatch(url) is None:
        raise Unverified("chain-url-characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise Unverified("chain-url-malformed") from fault
    if parts.scheme != "https":
        raise Unverified("chain-url-scheme")
    if parts.hostname != CHAIN_HOST:
        raise Unverified("chain-url-host")
    if port not in (None, 443):
        raise Unverified("chain-url-port")
    path = normpath(parts.path)
    if not path.startswith(CHAIN_FOLDER):
        raise Unverified("chain-url-path")
    return path


def read_chain(pem: bytes) -> Chain:
    """The certificates of a PEM file, leaf first; raises Unverified."""
    try:
        leaf, *others = x509.load_pem_x509_certificates(pem)
    except ValueError as fault:
        raise Unverified("chain-unreadable") from fault
    if len(others) >= CERTIFICATES_AT_MOST:
        raise Unverified("chain-too-long")
    return Chain(leaf, tuple(others))


def trusted_key(chain: Chain, roots: Store, now: datetime) -> rsa.RSAPublicKey:
    """The leaf's key when a path from it to a root holds now and it speaks for Alexa; raises Unverified.

    The path is built, not walked: certificates that no path needs do no harm (RFC 4158), and validity, name and
    purpose are checked each time, so a chain that was good yesterday is not good for ever.
    """
    verifier = PolicyBuilder().store(roots).time(now).build_server_verifier(x509.DNSName(SIGNER))
    try:
        verifier.verify(chain.leaf, list(chain.others))
        key = chain.leaf.public_key()
    except (VerificationError, ValueError) as fault:
        raise Unverified("chain-untrusted") from fault
    if not isinstance(key, rsa.RSAPublicKey):
        raise Unverified("chain-key-not-rsa")
    return key


def check_signature(key: rsa.RSAPublicKey, signature: str, body: bytes) -> None:
    """RSASSA-PKCS1-v1_5 with SHA-256 over the raw body (RFC 8017 section 8.2); raises Unverified."""
    try:
        key.verify(b64decode(signature, validate=True), body, padding.PKCS1v15(), hashes.SHA256())
    except (NotBase64, ValueError) as fault:
        raise Unverified("signature-malformed") from fault
    except InvalidSignature as fault:
        raise Unverified("signature-wrong") from fault


def check_timestamp(kind: str, timestamp: str, now: datetime) -> None:
    """Not older and not newer than the tolerance for this type of request; raises Unverified."""
    try:
        made = datetime.fromisoformat(timestamp)
    except ValueError as fault:
        raise Unverified("timestamp-malformed") from fault
    if made.tzinfo is None:
        raise Unverified("timestamp-malformed")
    tolerance = EVENT_TOLERANCE if kind.startswith(SKILL_EVENTS) else TOLERANCE
    if abs(now - made) > tolerance:
        raise Unverified("timestamp-out-of-range")


def load_roots(pem: bytes) -> list[x509.Certificate]:
    """Each certificate of a bundle that can be read; one unreadable root must not take the others away."""
    end = b"-----END CERTIFICATE-----"
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an old root with an odd serial number is still a root
        for block in pem.split(end)[:-1]:
            with suppress(ValueError):
                found.append(x509.load_pem_x509_certificate(block[block.rindex(b"-----BEGIN") :] + end))
    return found
