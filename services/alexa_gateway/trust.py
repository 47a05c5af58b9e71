"""Whom the gateway trusts: the public authorities, or the local one that stands for them."""

import ssl
from pathlib import Path

import certifi
from cryptography.x509.verification import Store

from libs.service.cannotstart import CannotStart
from services.alexa_gateway.signature import load_roots


class NoRoots(CannotStart):
    """The file with the authorities can't be read or has none."""


def trusted(roots: Path | None) -> tuple[Store, ssl.SSLContext]:
    """For request signatures, and for the server that the chains come from. Raises NoRoots."""
    file = roots or Path(certifi.where())
    try:
        certificates = load_roots(file.read_bytes())
        if not certificates:
            raise NoRoots(f"ALEXA_ROOTS: {file} holds no certificate")
        return Store(certificates), ssl.create_default_context(cafile=str(file))
    except OSError as fault:
        raise NoRoots(f"ALEXA_ROOTS: can't read {file}: {fault.strerror}") from fault
