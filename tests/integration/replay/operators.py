"""A nats-server as operators run it: accounts and users are JWTs signed by nkeys, a user has a credentials file.

What `nsc` makes, made here with the keys' own library (github.com/nats-io/jwt, version 2 of the claims).
"""

import hashlib
import secrets
import signal
import socket
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import nkeys

from libs.events.embedded.child import Child
from parlor.embedded.binaries import nats_server

HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}
UNLIMITED = dict.fromkeys(
    ("subs", "data", "payload", "imports", "exports", "conn", "leaf", "mem_storage", "disk_storage", "streams"), -1
)
CONFIGURATION = """\
listen: "127.0.0.1:-1"
ports_file_dir: "{state}"
jetstream {{ store_dir: "{state}" }}
operator: {operator}
resolver: MEMORY
system_account: {system}
resolver_preload: {{ {account}: {account_jwt}, {system}: {system_jwt} }}
{tls}
"""


class Key:
    """One nkey: who signs, or who is signed for."""

    def __init__(self, kind: int) -> None:
        self.seed = nkeys.encode_seed(secrets.token_bytes(32), kind)
        self._pair = nkeys.from_seed(bytearray(self.seed))

    @property
    def public(self) -> str:
        """The public key, which is also the name."""
        return bytes(self._pair.public_key).decode()

    def claim(self, of: "Key", kind: str, **claims: Any) -> str:
        """A JWT by this key about another."""
        body = {"iat": 1_764_000_000, "iss": self.public, "sub": of.public, "name": kind}
        body |= {"nats": {"type": kind, "version": 2, **claims}}
        body["jti"] = b32encode(hashlib.sha256(msgspec.json.encode(body)).digest()).decode().rstrip("=")
        signed = f"{_base64(msgspec.json.encode(HEADER))}.{_base64(msgspec.json.encode(body))}"
        return f"{signed}.{_base64(bytes(self._pair.sign(signed.encode())))}"


class Operated:
    """One operator, one account with JetStream, its server."""

    def __init__(self, state: Path, tls: str = "") -> None:
        self._operator, self._account = Key(nkeys.PREFIX_BYTE_OPERATOR), Key(nkeys.PREFIX_BYTE_ACCOUNT)
        system = Key(nkeys.PREFIX_BYTE_ACCOUNT)
        self._state = state
        state.mkdir(parents=True)
        configuration = CONFIGURATION.format(
            state=state,
            operator=self._operator.claim(self._operator, "operator"),
            account=self._account.public,
            account_jwt=self._operator.claim(self._account, "account", limits=UNLIMITED),
            system=system.public,
            system_jwt=self._operator.claim(system, "account"),
            tls=tls,
        )
        (state / "nats.conf").write_text(configuration)
        self._child = Child("nats-server", [nats_server(), "-c", state / "nats.conf"], state / "nats.log")

    @contextmanager
    def running(self) -> Iterator[str]:
        """Its address (`host:port`) while it runs."""
        self._child.start(on_parent_death=signal.SIGTERM)
        try:
            self._child.wait_ready(lambda: bool(self._address()) and self._greets())
            yield self._address()
        finally:
            self._child.stop([(signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)])

    def credentials(self, name: str, **permissions: Any) -> Path:
        """A credentials file for a new user of the account; `pub` and `sub` allow and deny subjects."""
        user = Key(nkeys.PREFIX_BYTE_USER)
        claims = {"subs": -1, "data": -1, "payload": -1, **permissions}
        file = self._state / f"{name}.creds"
        jwt = self._account.claim(user, "user", **claims)
        file.write_text(
            f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
            "************************* IMPORTANT *************************\n"
            "NKEY Seed printed below can be used to sign and prove identity.\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{user.seed.decode()}\n------END USER NKEY SEED------\n\n"
        )
        return file

    def _address(self) -> str:
        for file in self._state.glob("*.ports"):
            [url] = msgspec.json.decode(file.read_bytes() or b'{"nats":[""]}')["nats"]
            return str(url).rpartition("/")[2]
        return ""

    def _greets(self) -> bool:
        host, _, port = self._address().rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=1.0) as connection:
                return connection.recv(5) == b"INFO "
        except OSError:
            return False


def _base64(part: bytes) -> str:
    return urlsafe_b64encode(part).decode().rstrip("=")
