"""The certificate that every WebRTC peer of this process sees: made at start, known to nobody before, kept nowhere.

Peers trust it because its fingerprint stands in the answer that came over HTTPS (RFC 8122), so who signed it is
nobody's concern, and its dates only have to hold while the process runs.
"""

from datetime import UTC, datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


class Certificate(msgspec.Struct, frozen=True):
    """ECDSA on P-256, as every browser takes it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def new_certificate() -> Certificate:
    """A fresh one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "parlor")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + YEAR)
        .sign(key, hashes.SHA256())
    )
    return Certificate(key, certificate)
