"""Janus AudioBridge of Debian, with plain-RTP participants: the peer that is measured beside us.

    create session ─► attach audiobridge ─► create room ─► attach, join {rtp} for each participant ─► its port

A plain-RTP participant hears nothing until it has sent one packet. Everything stays on the loopback.
"""

import itertools
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

AUDIOBRIDGE, HTTP = "libjanus_audiobridge.so", "libjanus_http.so"
ROOM = {"sampling_rate": 48_000, "allow_rtp_participants": True, "audiolevel_ext": False, "permanent": False}


def modules() -> Path | None:
    """Where its plugins are; None when it is not on this machine."""
    return next(iter(Path("/usr/lib").glob("*/janus"))) if shutil.which("janus") else None


def free_port() -> int:
    """A TCP port of the loopback that nobody has just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def configure(folder: Path, where: Path, port: int) -> None:
    """Write what it reads: one plugin, HTTP on one port, no admin."""
    plugins = ",".join(file.name for file in (where / "plugins").glob("*.so") if file.name != AUDIOBRIDGE)
    transports = ",".join(file.name for file in (where / "transports").glob("*.so") if file.name != HTTP)
    (folder / "janus.jcfg").write_text(
        f'general: {{\n configs_folder = "{folder}"\n plugins_folder = "{where}/plugins"\n debug_level = 2\n'
        f' transports_folder = "{where}/transports"\n events_folder = "{folder}"\n loggers_folder = "{folder}"\n'
        " session_timeout = 0\n}\n"
        f'plugins: {{\n disable = "{plugins}"\n}}\ntransports: {{\n disable = "{transports}"\n}}\n'
    )
    (folder / "janus.transport.http.jcfg").write_text(
        f'general: {{\n base_path = "/janus"\n http = true\n port = {port}\n ip = "127.0.0.1"\n https = false\n}}\n'
        "admin: {\n admin_http = false\n admin_https = false\n}\n"
    )
    (folder / "janus.plugin.audiobridge.jcfg").write_text('general: {\n local_ip = "127.0.0.1"\n}\n')


class Janus:
    """One process, and a session with it."""

    def __init__(self, folder: Path) -> None:
        where = modules()
        assert where is not None
        port = free_port()
        configure(folder, where, port)
        self._log = (folder / "log").open("w")
        argv = ["janus", "-F", str(folder), "--disable-colors"]
        self._process = subprocess.Popen(argv, stdout=self._log, stderr=subprocess.STDOUT)
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False)
        self._turns = itertools.count(1)
        self._until_it_answers()
        self._session = f"/janus/{self._say('/janus', 'create')['data']['id']}"
        self._owner = self._attached()

    @property
    def pid(self) -> int:
        """The process that is measured."""
        return self._process.pid

    def open(self, room: int) -> None:
        """Have a room."""
        self._say(self._owner, "message", {"request": "create", "room": room, **ROOM})

    def join(self, room: int, port: int, *, muted: bool) -> tuple[str, int]:
        """A participant who listens on that port; where it is to send to."""
        body = {"request": "join", "room": room, "muted": muted}
        asked = self._say(
            self._attached(), "message", body | {"rtp": {"ip": "127.0.0.1", "port": port, "payload_type": 111}}
        )
        assert asked["janus"] == "ack", asked
        while True:
            told = self._http.get(self._session, params={"maxev": 1}).json()
            found = told.get("plugindata", {}).get("data", {})
            if found.get("audiobridge") == "joined" and "rtp" in found:
                return found["rtp"]["ip"], int(found["rtp"]["port"])
            assert "error" not in found, told

    def close(self) -> None:
        """End it."""
        self._http.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _attached(self) -> str:
        handle = self._say(self._session, "attach", None, plugin="janus.plugin.audiobridge")
        return f"{self._session}/{handle['data']['id']}"

    def _say(self, path: str, verb: str, body: dict[str, Any] | None = None, **more: str) -> dict[str, Any]:
        asked = {"janus": verb, "transaction": str(next(self._turns)), **more} | ({"body": body} if body else {})
        answer: dict[str, Any] = self._http.post(path, json=asked).json()
        assert answer["janus"] in ("success", "ack"), answer
        return answer

    def _until_it_answers(self) -> None:
        bound = time.monotonic() + 20
        while True:
            try:
                self._http.get("/janus/info")
            except httpx.TransportError:
                assert time.monotonic() < bound, "janus does not answer within 20 s"
                assert self._process.poll() is None, "janus ended at once"
                time.sleep(0.05)
            else:
                return
