"""Settings that a single machine gives itself: whatever the environment says wins."""

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from libs.service.identity import new_signing_key
from libs.service.logs import start_logs
from libs.service.sealing import new_sealing_key
from parlor.embedded.nats import write_private
from parlor.localca import LocalCa

LOCAL_SKILL = "amzn1.ask.skill.local-parlor"
LONGEST_LOG = 16 << 20


def home_settings(state: Path, environ: Mapping[str, str], authority: LocalCa) -> dict[str, str]:
    """The environment, filled up with what `parlor up` needs. Makes the secrets that are missing."""
    given = {name: value for name, value in environ.items() if value}
    https = given.get("HTTPS_PORT", "8443")
    http = given.get("HTTP_PORT", "8080")
    usual = {
        "HTTP_PORT": http,
        "HTTPS_PORT": https,
        "ADMIN_PORT": "9090",
        "PUBLIC_URL": f"https://localhost:{https}",
        "PAGE_URL": f"http://localhost:{http}",
        "TLS_CERT_FILE": str(authority.https_cert),
        "TLS_KEY_FILE": str(authority.https_key),
        "ALEXA_SKILL_ID": LOCAL_SKILL,
        "ALEXA_ROOTS": str(authority.ca_pem),
        "PARLOR_STATE": str(state),
        "SIGNING_KEY_FILE": str(kept(state / "secrets" / "signing-key.pem", new_signing_key)),
        "SEALING_KEY_FILE": str(kept(state / "secrets" / "sealing-key", new_sealing_key)),
        "LISTEN_SECRET_FILE": str(kept(state / "secrets" / "listen", new_secret)),
    }
    if "LISTEN_SECRET" in given:
        del usual["LISTEN_SECRET_FILE"]
    return usual | given


def kept(file: Path, make: Callable[[], bytes]) -> Path:
    """A secret that is made once; 0600."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, make().decode())
    return file


def new_secret() -> bytes:
    """32 random bytes, printable."""
    return secrets.token_urlsafe(32).encode()


@contextlib.contextmanager
def logging_to(file: Path, level: str) -> Iterator[None]:
    """Log into a file while the block runs; standard output stays with the person who looks at it."""
    with file.open("a", buffering=1) as log:
        with contextlib.redirect_stdout(log):
            start_logs(level, process="up")
        yield


def open_log(state: Path, name: str) -> Path:
    """Where a process logs; what grew too long is put aside once."""
    file = state / "log" / f"{name}.log"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > LONGEST_LOG:
        file.replace(file.with_suffix(".log.1"))
    return file
