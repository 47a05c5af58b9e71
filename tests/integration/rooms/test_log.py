"""A room's log over HTTP: for whoever runs its stage, byte for byte, and for nobody else."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from libs.events.chain import Chains
from libs.events.ids import CommandId, Milliseconds, PersonId, RoomId, Samples
from libs.events.jetstream.log import JetStreamLog
from libs.events.ledger import Cause, Ledger
from libs.events.media import MixStopped
from libs.events.replay import read_lines
from libs.events.subjects import room as room_of
from libs.service.broker import Broker
from parlor.cli import main
from parlor.localca import LocalCa, ensure_in
from services.rooms.api_log import Exports, TooManyExports
from services.rooms.errors import NotRunningTheStage
from tests.integration.rooms.running import Lobby, Visitor


async def evening(host: Visitor, cohost: Visitor, *, kind: str = "open") -> str:
    """A room with a co-host, on air."""
    room: str = (await host.post("/api/rooms", {"title": "Jazz at night", "kind": kind})).json()["room"]
    await host.post(f"/api/rooms/{room}/admit", {"person": cohost.person, "seat": "cohost"})
    await host.post(f"/api/rooms/{room}/go-live")
    return room


async def lines(log: JetStreamLog, room: str) -> list[bytes]:
    return [fact.line for fact in await log.read_scope(room)]


async def test_the_host_gets_every_line_as_the_log_has_it_also_after_the_end(
    lobby: Lobby, log: JetStreamLog, nats_url: str
) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await evening(ana, ben)
    await ana.post(f"/api/rooms/{room}/invite", {"person": (await lobby.person("Cy")).person})
    await ana.post(f"/api/rooms/{room}/end")
    await stopped(nats_url, room)
    given = await ana.get(f"/api/rooms/{room}/log")

    assert given.status_code == 200
    assert given.headers["content-type"] == "application/jsonl"
    assert given.headers["cache-control"] == "no-store"
    assert given.content.splitlines() == await lines(log, room)
    chains = Chains()
    for fact in read_lines(given.content.splitlines()):
        chains.read(fact)
    assert (chains.facts, chains.faults) == (6, [])


async def stopped(nats_url: str, room: str) -> None:
    """What the mixer says after a room's end; only who runs the stage may read it."""
    broker = await Broker.connect(nats_url, "mixer")
    ledger: Ledger[None, MixStopped] = Ledger(await JetStreamLog.open(broker.client), lambda state, _: state, None)
    cause = Cause(id=CommandId("stop"), correlationid="stop", via="mixer", now=Milliseconds(1_764_000_000_000))
    said = MixStopped(room=RoomId(room), epoch=1, last=Samples(0))
    await ledger.record(room_of(room, "media", "mix"), cause, lambda _: [said])
    await broker.drain()


async def test_a_co_host_gets_what_was_theirs_to_read(lobby: Lobby, log: JetStreamLog) -> None:
    ana, ben, cy = await lobby.person("Ana"), await lobby.person("Ben"), await lobby.person("Cy")
    room: str = (await ana.post("/api/rooms", {"title": "Jazz at night"})).json()["room"]
    await ana.post(f"/api/rooms/{room}/invite", {"person": cy.person})
    await ana.post(f"/api/rooms/{room}/admit", {"person": ben.person, "seat": "cohost"})
    await ana.post(f"/api/rooms/{room}/move-to-audience", {"person": cy.person})
    given = (await ben.get(f"/api/rooms/{room}/log")).content.splitlines()
    opened, invited, admitted, withdrawn = await lines(log, room)

    assert b"rooms.speaker-invited.v1" in invited
    assert given == [opened, admitted, withdrawn]


@pytest.mark.parametrize(
    ("who", "kind", "status", "code"),
    [
        ("guest", "open", 401, "not-signed-in"),
        ("listener", "open", 403, "not-running-the-stage"),
        ("speaker", "open", 403, "not-running-the-stage"),
        ("speaker", "invited", 403, "not-running-the-stage"),
        ("listener", "invited", 404, "room-unknown"),
    ],
)
async def test_others_are_refused(lobby: Lobby, who: str, kind: str, status: int, code: str) -> None:
    ana, ben, speaker = await lobby.person("Ana"), await lobby.person("Ben"), await lobby.person("Cy")
    room = await evening(ana, ben, kind=kind)
    await ana.post(f"/api/rooms/{room}/admit", {"person": speaker.person})
    visitor = {"guest": await lobby.guest(), "listener": await lobby.person("Di"), "speaker": speaker}[who]
    refused = await visitor.get(f"/api/rooms/{room}/log")

    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.parametrize("room", ["nosuchroom234567", "Jazz!"])
async def test_a_room_that_is_none_is_unknown(lobby: Lobby, room: str) -> None:
    refused = await (await lobby.person("Ana")).get(f"/api/rooms/{room}/log")

    assert (refused.status_code, refused.json()["code"]) == (404, "room-unknown")


async def test_a_co_host_of_an_ended_room_runs_it_no_longer(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await evening(ana, ben)
    await ana.post(f"/api/rooms/{room}/end")

    assert (await ben.get(f"/api/rooms/{room}/log")).json()["code"] == NotRunningTheStage.slug


async def test_no_more_than_a_few_logs_are_given_out_at_once(lobby: Lobby, log: JetStreamLog) -> None:
    ana = await lobby.person("Ana")
    room, host = RoomId(await evening(ana, await lobby.person("Ben"))), PersonId(ana.person)
    exports = Exports(log, at_once=1)
    under_way, done = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        under_way.set()
        await done.wait()

    first = asyncio.create_task(exports.give(slow()))
    await under_way.wait()
    with pytest.raises(TooManyExports):
        await exports.export(room, host)
    done.set()
    await first
    assert await exports.export(room, host)


async def test_a_reader_that_takes_too_long_is_cut_off(log: JetStreamLog) -> None:
    with pytest.raises(TimeoutError):
        await Exports(log, longest=0.01).give(asyncio.Event().wait())


async def test_the_document_tells_of_it(lobby: Lobby) -> None:
    told = (await lobby.client.get("/api/openapi.json")).json()["paths"]["/api/rooms/{room}/log"]["get"]

    assert list(told["responses"]["200"]["content"]) == ["application/jsonl"]
    assert told["security"]


@pytest.fixture
async def typed(lobby: Lobby, tmp_path: Path) -> list[str]:
    """`parlor log export` of a room by its host."""
    ana = await lobby.person("Ana")
    room = await evening(ana, await lobby.person("Ben"))
    (tmp_path / "token").write_text(ana.token + "\n")
    out = ["-o", str(tmp_path / "evening.jsonl")]
    url = str(lobby.client.base_url)
    return ["log", "export", "--url", url, "--token-file", str(tmp_path / "token"), "--room", room, *out]


async def test_the_command_takes_it_with_the_hosts_token(typed: list[str], log: JetStreamLog, tmp_path: Path) -> None:
    room, file = typed[7], tmp_path / "evening.jsonl"
    assert await asyncio.to_thread(main, typed) == 0
    assert file.read_bytes().splitlines() == await lines(log, room)

    assert await asyncio.to_thread(main, [*typed, "--anonymise", "--public", "--from", "1h"]) == 0
    assert len(file.read_bytes().splitlines()) == 3
    assert room.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--room": "nosuchroom234567"}, "there is no room nosuchroom234567 (404)"),
        ({"token": "of.somebody.else"}, "this needs a valid access token (Authorization: Bearer) or the page's"),
        ({"token": ""}, "holds no access token"),
        ({"--url": "http://radio.example"}, "a token is not sent in the clear"),
        ({"--url": "http://127.0.0.1:1"}, "All connection attempts failed"),
    ],
)
async def test_what_the_server_says_is_said(
    typed: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str], change: dict[str, str], said: str
) -> None:
    for option, text in change.items():
        if option == "token":
            (tmp_path / "token").write_text(text)
        else:
            typed[typed.index(option) + 1] = text

    assert await asyncio.to_thread(main, typed) == 1
    assert said in capfd.readouterr().err
    assert not (tmp_path / "evening.jsonl").exists()


@asynccontextmanager
async def answering(body: bytes, authority: LocalCa | None = None) -> AsyncIterator[int]:
    """A server that answers any request with these bytes in one chunk, and with no end. Its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        writer.close()

    tls = None
    if authority is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(authority.https_cert, authority.https_key)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_an_answer_that_breaks_off_leaves_no_file(
    typed: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str], log: JetStreamLog
) -> None:
    whole = b"".join(line + b"\n" for line in await lines(log, typed[7]))
    part = whole[: len(whole) // 2]
    async with answering(b"%x\r\n%b\r\n" % (len(part), part)) as port:
        typed[3] = f"http://127.0.0.1:{port}"
        assert await asyncio.to_thread(main, typed) == 1

    assert "incomplete" in capfd.readouterr().err
    assert [file for file in tmp_path.iterdir() if "evening" in file.name] == []


async def test_over_tls_a_server_shows_who_it_is(
    typed: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str], log: JetStreamLog
) -> None:
    authority = ensure_in(tmp_path / "ca")
    whole = b"".join(line + b"\n" for line in await lines(log, typed[7]))
    async with answering(b"%x\r\n%b\r\n0\r\n\r\n" % (len(whole), whole), authority) as port:
        typed[3] = f"https://localhost:{port}"
        assert await asyncio.to_thread(main, typed) == 1
        assert "certificate" in capfd.readouterr().err

        assert await asyncio.to_thread(main, [*typed, "--ca", str(authority.ca_pem)]) == 0
    assert (tmp_path / "evening.jsonl").read_bytes() == whole
