"""What `parlor doctor` looks at. Each look returns findings; none changes anything."""

import ctypes
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from libs.events.embedded.faults import Fault
from parlor.embedded import account, binaries
from parlor.embedded.infra import NEEDED_BYTES, running
from parlor.settings import state_folder

OLDEST_PYTHON = (3, 11)
OLDEST_NATS = (2, 15)


class Verdict(StrEnum):
    """Fine; something optional is lacking; Parlor will not run."""

    OK = "ok"
    LACKS = "lacks"
    BROKEN = "broken"


class Finding(msgspec.Struct, frozen=True):
    """One line of the report: what it is about, and the fix where one is due."""

    verdict: Verdict
    sentence: str


def examine(environ: Mapping[str, str] = os.environ) -> Sequence[Finding]:
    """Every finding, in the order in which one would put things right."""
    state = state_folder(environ)
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        python,
        libopus,
        voices,
        lambda: nats_program(environ),
        lambda: postgres_programs(environ),
        lambda: folder(state),
        lambda: ports(state, environ),
    )
    return tuple(finding for look in looks for finding in look())


def python() -> Iterator[Finding]:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Finding(Verdict.BROKEN, f"Python {version} is too old: install 3.11 or newer and run `make` again")
    else:
        yield Finding(Verdict.OK, f"Python {version}")


def libopus() -> Iterator[Finding]:
    """The codec library that the mixer loads."""
    for name in ("libopus.so.0", "libopus.0.dylib", "/opt/homebrew/lib/libopus.0.dylib"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        yield Finding(Verdict.OK, f"libopus ({name})")
        return
    yield Finding(Verdict.BROKEN, "libopus is missing: apt install libopus0, or brew install opus")


def voices() -> Iterator[Finding]:
    """Programs that only the demo uses."""
    for program in ("espeak-ng", "ffmpeg"):
        if found := shutil.which(program):
            yield Finding(Verdict.OK, f"{program} ({found})")
        else:
            fix = f"apt install {program}, or brew install {program}"
            yield Finding(Verdict.LACKS, f"{program} is missing, `make demo` wants it: {fix}")


def nats_program(environ: Mapping[str, str]) -> Iterator[Finding]:
    """nats-server, unless NATS_URL names one."""
    if url := environ.get("NATS_URL"):
        yield from reachable("NATS_URL", url, 4222)
        return
    try:
        program = binaries.nats_server()
    except Fault as fault:
        yield Finding(Verdict.BROKEN, str(fault))
        return
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = said.rsplit("v", 1)[-1]
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST_NATS:
        yield Finding(Verdict.BROKEN, f"{program} is {said or 'unusable'}: 2.15 or newer is needed, run `make` again")
    else:
        yield Finding(Verdict.OK, f"nats-server {version} ({program})")


def postgres_programs(environ: Mapping[str, str]) -> Iterator[Finding]:
    """PostgreSQL and a way to run it as this user, unless DATABASE_URL names one."""
    if url := environ.get("DATABASE_URL"):
        yield from reachable("DATABASE_URL", url, 5432)
        return
    try:
        programs = binaries.postgres_programs()
        way = account.way()
    except Fault as fault:
        yield Finding(Verdict.BROKEN, str(fault))
        return
    yield Finding(Verdict.OK, f"PostgreSQL ({programs}), run {account.described(way)}")


def reachable(variable: str, url: str, default_port: int) -> Iterator[Finding]:
    """Does something listen where the setting says?"""
    from urllib.parse import parse_qs, urlsplit

    place = urlsplit(url)
    if folder := parse_qs(place.query).get("host"):
        there = Path(folder[0]).exists()
        shown = folder[0]
    else:
        shown = f"{place.hostname}:{place.port or default_port}"
        try:
            socket.create_connection((place.hostname or "", place.port or default_port), timeout=2).close()
            there = True
        except OSError:
            there = False
    if there:
        yield Finding(Verdict.OK, f"{variable} answers ({shown})")
    else:
        yield Finding(Verdict.BROKEN, f"{variable}: nothing answers at {shown}; correct it, or unset it for our own")


def folder(state: Path) -> Iterator[Finding]:
    """The state folder: writable, private, with room."""
    place = state
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK | os.X_OK):
        yield Finding(Verdict.BROKEN, f"{place} is not writable: set PARLOR_STATE to a folder that is")
        return
    disk = os.statvfs(place)
    free = disk.f_bavail * disk.f_frsize
    if free < NEEDED_BYTES:
        yield Finding(Verdict.BROKEN, f"{place} has {free >> 20} MB free: at least {NEEDED_BYTES >> 20} MB are needed")
    elif state.exists() and state.stat().st_mode & 0o077:
        yield Finding(Verdict.LACKS, f"others can look into {state}: chmod 700 {state}")
    else:
        yield Finding(Verdict.OK, f"state in {state}, {free >> 20} MB free")


def ports(state: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Where Parlor wants to listen; taken is fine while it is Parlor that runs."""
    try:
        running(state)
    except Fault:
        pass
    else:
        yield Finding(Verdict.OK, "Parlor runs on this state")
        return
    wanted = {"HTTP_PORT": 8080, "HTTPS_PORT": 8443, "ADMIN_PORT": 9090, "RTP_PORT": 5004, "ICECAST_PORT": 8001}
    for setting, usual in wanted.items():
        text = environ.get(setting) or str(usual)
        kind = socket.SOCK_DGRAM if setting == "RTP_PORT" else socket.SOCK_STREAM
        with socket.socket(type=kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
            try:
                probe.bind((environ.get("BIND") or "127.0.0.1", int(text)))
            except (OSError, ValueError, OverflowError) as error:
                why = error.strerror if isinstance(error, OSError) else "not a port"
                yield Finding(Verdict.BROKEN, f"port {text} cannot be used ({why}): set {setting} to another")
            else:
                yield Finding(Verdict.OK, f"port {text} is free ({setting})")
