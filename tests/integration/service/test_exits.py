"""What keeps a service from starting is one clear sentence on stderr and an exit status that is not zero."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from libs.service.identity import new_signing_key
from libs.service.sealing import new_sealing_key
from parlor.embedded.nats import NatsServer

NOWHERE = "nats://127.0.0.1:9"


def serve(name: str, **environ: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "parlor", "serve", name],
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.strip()


def elsewhere(folder: Path) -> dict[str, str]:
    """Whatever else a service wants to know."""
    key, sealing = folder / "key.pem", folder / "sealing-key"
    key.write_bytes(new_signing_key())
    sealing.write_bytes(new_sealing_key())
    keys = {"SIGNING_KEY_FILE": str(key), "SEALING_KEY_FILE": str(sealing)}
    return {**keys, "DATABASE_URL": "postgresql://127.0.0.1:9/parlor"}


def test_dead_nats_is_one_sentence(tmp_path: Path) -> None:
    status, said = serve("rooms", NATS_URL=NOWHERE, **elsewhere(tmp_path))

    assert status != 0
    assert "no NATS server lets rooms in at nats://127.0.0.1:9" in said
    assert len(said.splitlines()) == 1


def test_all_mistakes_of_a_configuration_are_named_at_once() -> None:
    status, said = serve("rooms", HTTP_PORT="eighty", PUBLIC_URL="https://radio.example")

    assert status != 0
    for word in ("NATS_URL", "DATABASE_URL", "SIGNING_KEY_FILE", "SEALING_KEY_FILE", "HTTP_PORT"):
        assert word in said, said


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    server.start()
    try:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            url = server.url_for("presence")
            status, said = serve("presence", NATS_URL=url, ADMIN_PORT=str(port), **elsewhere(tmp_path))
    finally:
        server.stop()

    assert status != 0
    assert said == f"parlor: port {port} on 127.0.0.1 is taken; stop what uses it or set ADMIN_PORT"
