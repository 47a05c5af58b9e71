"""`parlor doctor` names what is wrong and what to do about it."""

import socket
from pathlib import Path

from parlor.examination import Verdict, examine


def broken(**environ: str) -> list[str]:
    """The findings that keep Parlor from running."""
    return [each.sentence for each in examine(environ) if each.verdict is Verdict.BROKEN]


def free(tmp_path: Path) -> dict[str, str]:
    """Settings with which nothing is in the way."""
    ports = dict.fromkeys(("HTTP_PORT", "HTTPS_PORT", "ADMIN_PORT", "RTP_PORT", "ICECAST_PORT"), "0")
    return {"PARLOR_STATE": str(tmp_path / "state"), **ports}


def test_a_healthy_machine_has_nothing_broken(tmp_path: Path) -> None:
    assert broken(**free(tmp_path)) == []
    assert not (tmp_path / "state").exists()


def test_a_port_that_is_taken_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        (said,) = broken(**{**free(tmp_path), "HTTP_PORT": port})
    assert said.startswith(f"port {port} cannot be used")
    assert said.endswith("set HTTP_PORT to another")


def test_a_port_that_is_no_number_is_named(tmp_path: Path) -> None:
    (said,) = broken(**{**free(tmp_path), "ADMIN_PORT": "radio"})
    assert said == "port radio cannot be used (not a port): set ADMIN_PORT to another"


def test_servers_that_do_not_answer_are_named(tmp_path: Path) -> None:
    nowhere = {"NATS_URL": "nats://127.0.0.1:9", "DATABASE_URL": "postgresql://postgres@/x?host=/no/such/folder"}
    said = broken(**{**free(tmp_path), **nowhere})
    assert [each.split(";")[0] for each in said] == [
        "NATS_URL: nothing answers at 127.0.0.1:9",
        "DATABASE_URL: nothing answers at /no/such/folder",
    ]
