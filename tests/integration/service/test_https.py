"""HTTPS and HTTP serve the same application in one loop; a certificate that can't be used is said at start."""

import asyncio
import socket
import ssl
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, Request

from libs.service.cannotstart import CannotStart
from libs.service.http import answer
from libs.service.run import Process, Settings
from parlor.localca import ensure_in

router = APIRouter()


@router.get("/scheme")
async def scheme(request: Request) -> object:
    """What the request came by, and from whom."""
    return answer({"scheme": request.url.scheme, "client": request.client.host if request.client else ""})


class Front:
    name = "front"
    routers = (router,)

    async def start(self) -> None:
        """Nothing to do."""

    async def unready(self) -> str | None:
        return None

    async def drain(self) -> None:
        """Nothing to do."""


async def started(settings: Settings) -> tuple[Process, "asyncio.Task[None]"]:
    process, ready = Process([Front()], settings), asyncio.Event()
    task = asyncio.create_task(process.run(lambda _: ready.set()))
    await asyncio.wait_for(ready.wait(), 10)
    return process, task


async def test_both_schemes_serve_the_same_application(tmp_path: Path) -> None:
    authority = ensure_in(tmp_path / "ca")
    settings = Settings(
        http_port=0, https_port=0, admin_port=0, tls_cert_file=authority.https_cert, tls_key_file=authority.https_key
    )
    process, task = await started(settings)
    trust = ssl.create_default_context(cafile=str(authority.ca_pem))
    async with httpx.AsyncClient(verify=trust) as client:
        plain = await client.get(f"http://localhost:{process.addresses['http'][1]}/scheme")
        secure = await client.get(f"https://localhost:{process.addresses['https'][1]}/scheme")
    process.stop()
    await asyncio.wait_for(task, 10)

    assert plain.json()["scheme"] == "http"
    assert secure.json()["scheme"] == "https"


async def test_the_client_is_the_proxys_word_only_when_the_proxy_is_trusted() -> None:
    told = []
    for proxies in ((), ("127.0.0.1",)):
        process, task = await started(Settings(http_port=0, admin_port=0, trusted_proxies=proxies))
        async with httpx.AsyncClient() as client:
            sent = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
            host, port = process.addresses["http"]
            told.append((await client.get(f"http://{host}:{port}/scheme", headers=sent)).json())
        process.stop()
        await asyncio.wait_for(task, 10)

    assert told == [{"scheme": "http", "client": "127.0.0.1"}, {"scheme": "https", "client": "203.0.113.7"}]


@pytest.mark.parametrize("cert", [b"", b"not a certificate"])
async def test_a_certificate_that_cannot_be_used_is_one_sentence(tmp_path: Path, cert: bytes) -> None:
    key = tmp_path / "both.pem"
    key.write_bytes(cert)

    settings = Settings(http_port=0, https_port=0, admin_port=0, tls_cert_file=key, tls_key_file=key)

    with pytest.raises(CannotStart, match="TLS_CERT_FILE"):
        await Process([Front()], settings).run()


async def test_bytes_that_are_no_http_do_not_disturb_the_next_request() -> None:
    process, task = await started(Settings(http_port=0, admin_port=0))
    host, port = process.addresses["http"]
    with socket.create_connection((host, port)) as other:
        other.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        async with httpx.AsyncClient() as client:
            response = await client.get(f"http://{host}:{port}/scheme")
    process.stop()
    await asyncio.wait_for(task, 10)

    assert response.status_code == 200
