"""A certificate authority for this installation alone, so that the skill endpoint can be tried with everything on.

It signs three leaves: `localhost` (HTTPS of the public port), `s3.amazonaws.com` (the loopback server that stands for
the place Amazon's certificate chains are fetched from) and `echo-api.amazon.com` (what a simulated Echo signs its
requests with). Its name constraints (RFC 5280 section 4.2.1.10) allow these names and no other, its key is 0600 and
never leaves the folder: whoever trusts this authority trusts nothing else.
"""

import asyncio
import fcntl
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

SIGNER_NAME = "echo-api.amazon.com"
ORIGIN_NAME = "s3.amazonaws.com"
LOOPBACK = ("127.0.0.1", "::1")
CHAIN_URL = f"https://{ORIGIN_NAME}/echo.api/echo-api-cert-local.pem"

AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)
CLOCK_SLACK = timedelta(hours=1)


class LocalCa(msgspec.Struct, frozen=True):
    """Where everything lies, PEM each. Every `…_cert` is the leaf and then the authority; keys are mode 0600."""

    folder: Path

    @property
    def ca_pem(self) -> Path:
        """What a client of the public port, and `ALEXA_ROOTS`, trust."""
        return self.folder / "ca.pem"

    @property
    def ca_key(self) -> Path:
        return self.folder / "ca.key"

    @property
    def https_cert(self) -> Path:
        return self.folder / "https.pem"

    @property
    def https_key(self) -> Path:
        return self.folder / "https.key"

    @property
    def origin_cert(self) -> Path:
        return self.folder / f"{ORIGIN_NAME}.pem"

    @property
    def origin_key(self) -> Path:
        return self.folder / f"{ORIGIN_NAME}.key"

    @property
    def signing_cert(self) -> Path:
        """The chain that the cert origin serves."""
        return self.folder / f"{SIGNER_NAME}.pem"

    @property
    def signing_key(self) -> Path:
        return self.folder / f"{SIGNER_NAME}.key"


Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Authority(msgspec.Struct, frozen=True):
    """The authority with its key, able to sign."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def ensure(state: Path, now: datetime | None = None) -> LocalCa:
    """As `ensure_in`, in the folder `ca` of a state folder."""
    return ensure_in(state / "ca", now)


def ensure_in(folder: Path, now: datetime | None = None) -> LocalCa:
    """Make what is missing in the folder, renew what ends within 30 days, leave the rest alone.

    Raises OSError when the folder can't be written. Safe when several processes call it at once.
    """
    local = LocalCa(folder)
    moment = now or datetime.now(UTC)
    local.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(local.folder / ".lock"):
        authority = _load_authority(local, moment) or _new_authority(local, moment)
        for name, cert, key in (
            ("localhost", local.https_cert, local.https_key),
            (ORIGIN_NAME, local.origin_cert, local.origin_key),
            (SIGNER_NAME, local.signing_cert, local.signing_key),
        ):
            if not (key.exists() and _serves(cert, name, authority, moment + RENEW_BEFORE)):
                _new_leaf(name, cert, key, authority, moment)
    return local


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _load_authority(local: LocalCa, now: datetime) -> Authority | None:
    try:
        certificate = x509.load_pem_x509_certificate(local.ca_pem.read_bytes())
        key = serialization.load_pem_private_key(local.ca_key.read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        return None
    if certificate.not_valid_after_utc < now + LEAF_LIFE:
        return None
    return Authority(certificate, key)


def _new_authority(local: LocalCa, now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Parlor, this installation only")])
    allowed: list[x509.GeneralName] = [x509.DNSName(dns) for dns in ("localhost", ORIGIN_NAME, SIGNER_NAME)]
    allowed += [x509.IPAddress(ip_network(address)) for address in LOOPBACK]
    certificate = (
        _start(name, now, AUTHORITY_LIFE)
        .issuer_name(name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(local.ca_key, _pem(key), 0o600)
    _write(local.ca_pem, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return Authority(certificate, key)


def _new_leaf(name: str, cert: Path, key_file: Path, authority: Authority, now: datetime) -> None:
    """Alexa signs with RSA only (RSASSA-PKCS1-v1_5 over SHA-256), and so does our stand-in."""
    key: Key = rsa.generate_private_key(65537, 2048) if name == SIGNER_NAME else ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names += [x509.IPAddress(ip_address(address)) for address in LOOPBACK]
    issuer_key = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    leaf = (
        _start(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), now, LEAF_LIFE)
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    _write(key_file, _pem(key), 0o600)
    _write(cert, leaf.public_bytes(encoding) + authority.certificate.public_bytes(encoding), 0o644)


def _start(subject: x509.Name, now: datetime, life: timedelta) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + life)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _serves(cert: Path, name: str, authority: Authority, at: datetime) -> bool:
    """True when the leaf in this file is good for the name at that time, under this very authority."""
    try:
        leaf = x509.load_pem_x509_certificate(cert.read_bytes())
        policy = PolicyBuilder().store(Store([authority.certificate])).time(at)
        policy.build_server_verifier(x509.DNSName(name)).verify(leaf, [])
    except (FileNotFoundError, ValueError, VerificationError):
        return False
    return True


def _pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as handle:
        handle.write(content)
    fresh.replace(path)


class CertOrigin:
    """Stands on loopback for `s3.amazonaws.com`: a TLS server that gives the signing chain at the path of CHAIN_URL."""

    def __init__(self, local: LocalCa) -> None:
        self._local = local
        self._server: asyncio.Server | None = None
        self.served = 0
        """How many times the chain was fetched."""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve; gives `host:port` for `ALEXA_CERT_ORIGIN`. Raises OSError when the port is taken."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._local.origin_cert, self._local.origin_key)
        self._server = await asyncio.start_server(self._answer, host, port, ssl=context)
        return f"{host}:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Close; returns when the port is free. May be called twice."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            writer.write(self._response(head.split(b"\r\n")[0]))
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # whoever asked is gone or never asked; there is nobody to tell
        finally:
            writer.close()

    def _response(self, request_line: bytes) -> bytes:
        path = CHAIN_URL.removeprefix(f"https://{ORIGIN_NAME}").encode()
        if request_line != b"GET " + path + b" HTTP/1.1":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        self.served += 1
        chain = self._local.signing_cert.read_bytes()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/x-pem-file\r\nContent-Length: {len(chain)}\r\n"
        return head.encode() + b"Connection: close\r\n\r\n" + chain
