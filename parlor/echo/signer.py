"""Signs requests as Alexa does: RSASSA-PKCS1-v1_5 with SHA-256 over the raw body, and where the chain lies."""

from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from parlor.localca import CHAIN_URL, LocalCa


class Signer:
    """One signing key and the URL of its certificate chain."""

    def __init__(self, key: rsa.RSAPrivateKey, chain_url: str = CHAIN_URL) -> None:
        self._key = key
        self._chain_url = chain_url

    @classmethod
    def local(cls, local: LocalCa) -> "Signer":
        """With this installation's signing leaf. Raises OSError when the key can't be read."""
        return cls.from_file(local.signing_key)

    @classmethod
    def from_file(cls, key_file: Path) -> "Signer":
        """With a PEM key. Raises OSError, or TypeError when it is no RSA key."""
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{key_file} holds no RSA key, and Alexa signs with RSA only")
        return cls(key)

    def headers(self, body: bytes) -> dict[str, str]:
        """What Alexa sends along with this body."""
        signature = self._key.sign(body, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Content-Type": "application/json; charset=utf-8",
            "SignatureCertChainUrl": self._chain_url,
            "Signature-256": b64encode(signature).decode(),
        }
