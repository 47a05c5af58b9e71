"""The installation's own certificate authority: what it vouches for, and what it can't."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from parlor.localca import CHAIN_URL, LEAF_LIFE, ORIGIN_NAME, CertOrigin, LocalCa, ensure

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@pytest.fixture(name="local")
def _local(tmp_path: Path) -> LocalCa:
    return ensure(tmp_path, NOW)


def verify(local: LocalCa, cert: Path, name: x509.DNSName | x509.IPAddress, at: datetime = NOW) -> None:
    store = Store([x509.load_pem_x509_certificate(local.ca_pem.read_bytes())])
    leaf, *others = x509.load_pem_x509_certificates(cert.read_bytes())
    PolicyBuilder().store(store).time(at).build_server_verifier(name).verify(leaf, others)


def test_each_leaf_is_good_for_its_own_name(local: LocalCa) -> None:
    verify(local, local.https_cert, x509.DNSName("localhost"))
    verify(local, local.origin_cert, x509.DNSName("s3.amazonaws.com"))
    verify(local, local.signing_cert, x509.DNSName("echo-api.amazon.com"))


def test_a_leaf_is_not_good_for_another_name(local: LocalCa) -> None:
    with pytest.raises(VerificationError):
        verify(local, local.https_cert, x509.DNSName("s3.amazonaws.com"))


def test_keys_are_readable_by_their_owner_only(local: LocalCa) -> None:
    for key in (local.ca_key, local.https_key, local.origin_key, local.signing_key):
        assert key.stat().st_mode & 0o777 == 0o600
    assert local.folder.stat().st_mode & 0o777 == 0o700


def test_asking_again_changes_nothing(local: LocalCa) -> None:
    before = {path: path.read_bytes() for path in local.folder.iterdir()}

    ensure(local.folder.parent, NOW + timedelta(days=1))

    assert {path: path.read_bytes() for path in local.folder.iterdir()} == before


def test_leaves_are_renewed_under_the_same_authority_before_they_end(local: LocalCa) -> None:
    authority = local.ca_pem.read_bytes()
    late = NOW + LEAF_LIFE - timedelta(days=10)

    ensure(local.folder.parent, late)

    assert local.ca_pem.read_bytes() == authority
    verify(local, local.https_cert, x509.DNSName("localhost"), late + timedelta(days=20))


def test_a_damaged_leaf_is_made_anew(local: LocalCa) -> None:
    local.https_cert.write_text("nonsense")

    ensure(local.folder.parent, NOW)

    verify(local, local.https_cert, x509.DNSName("localhost"))


def test_the_authority_is_constrained_to_its_own_names(local: LocalCa) -> None:
    authority = x509.load_pem_x509_certificate(local.ca_pem.read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)

    assert constraints.critical
    allowed = constraints.value.permitted_subtrees or []
    assert {str(name.value) for name in allowed} == {
        "localhost",
        "s3.amazonaws.com",
        "echo-api.amazon.com",
        "127.0.0.1/32",
        "::1/128",
    }


def test_the_signing_key_is_rsa_as_alexas_is(local: LocalCa) -> None:
    leaf = x509.load_pem_x509_certificate(local.signing_cert.read_bytes())

    assert isinstance(leaf.public_key(), rsa.RSAPublicKey)


def test_python_and_openssl_take_the_files(local: LocalCa) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(local.https_cert, local.https_key)
    server.load_cert_chain(local.origin_cert, local.origin_key)
    ssl.create_default_context(cafile=str(local.ca_pem))


async def test_the_origin_gives_the_chain_under_amazons_name(local: LocalCa) -> None:
    origin = CertOrigin(ensure(local.folder.parent))
    trust = ssl.create_default_context(cafile=str(local.ca_pem))
    place = await origin.start()
    try:
        async with httpx.AsyncClient(verify=trust) as client:
            found = await client.get(
                f"https://{place}{httpx.URL(CHAIN_URL).path}",
                headers={"Host": ORIGIN_NAME},
                extensions={"sni_hostname": ORIGIN_NAME},
            )
            missing = await client.get(f"https://{place}/other.pem", extensions={"sni_hostname": ORIGIN_NAME})
    finally:
        await origin.stop()

    assert (found.status_code, found.content) == (200, local.signing_cert.read_bytes())
    assert missing.status_code == 404
    assert origin.served == 1
