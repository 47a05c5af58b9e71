"""Every service against every kind of subject, on a real server: who owns facts writes them, and nobody else."""

import asyncio
import re
from collections.abc import Mapping

import nats
import pytest

from libs.events.ids import Milliseconds
from libs.service.broker import Broker
from libs.service.cannotstart import CannotStart
from parlor.embedded.nats import NatsServer
from parlor.embedded.permissions import OPERATOR, USERS, grants

SERVICES = frozenset(USERS) - {OPERATOR}
BORDER = frozenset({"rooms", "alexa_gateway"})
NONE: frozenset[str] = frozenset()

MAY_PUBLISH: Mapping[str, frozenset[str]] = {
    "evt.rooms.03.room000001.room-room000001.RoomOpened": frozenset({"rooms"}),
    "evt.presence.03.room000001.attendance-room000001.SpeakerJoined": frozenset({"presence"}),
    "evt.media.03.room000001.output-room000001.StreamReady": frozenset({"media"}),
    "evt.playback.03.device0001.device-device0001.PlaybackStarted": frozenset({"alexa_gateway"}),
    "evt.alexa_gateway.03.device0001.device-device0001.PlaybackStarted": NONE,
    "evt.forged": NONE,
    "cmd.rooms.03.OpenRoom": BORDER,
    "cmd.presence.03.Count": BORDER,
    "cmd.media.03.RegisterSource": BORDER | {"media"},
    "cmd.media.03.RegisterSource.home-1": BORDER | {"media"},
    "cmd.alexa_gateway.03.Announce": BORDER,
    "qry.rooms.Live": SERVICES,
    "qry.media.Levels": SERVICES,
    "tel.media.clock.room000001": frozenset({"media"}),
    "tel.media.beat.mixer1": frozenset({"media"}),
    "tel.edge.play.room000001": frozenset({"media"}),
    "tel.edge.audience.room000001": frozenset({"media"}),
    "tel.rooms.hands.room000001": frozenset({"rooms"}),
    "tel.presence.count.room000001": frozenset({"presence"}),
    "tel.playback.device.device0001": frozenset({"alexa_gateway"}),
    "air.room000001.mp3": frozenset({"media"}),
    "seg.room000001.mp3": frozenset({"media"}),
    "$KV.media.lease.room000001": frozenset({"media"}),
    "$KV.presence.lease": frozenset({"presence"}),
    "$KV.snapshots_rooms.rooms.room000001.room-room000001": frozenset({"rooms"}),
    "$KV.snapshots_alexa_gateway.playback.device0001.device-device0001": frozenset({"alexa_gateway"}),
    "$JS.API.INFO": SERVICES,
    "$JS.API.STREAM.INFO.EVT": SERVICES,
    "$JS.API.STREAM.CREATE.EVT": SERVICES,
    "$JS.API.STREAM.MSG.GET.EVT": SERVICES,
    "$JS.API.CONSUMER.CREATE.EVT.reader.evt.rooms.>": SERVICES,
    "$JS.API.CONSUMER.MSG.NEXT.EVT.reader": SERVICES,
    "$JS.API.STREAM.UPDATE.EVT": NONE,
    "$JS.API.STREAM.DELETE.EVT": NONE,
    "$JS.API.STREAM.PURGE.EVT": NONE,
    "$JS.API.STREAM.MSG.DELETE.EVT": NONE,
    "$JS.API.STREAM.SNAPSHOT.EVT": NONE,
    "$JS.API.STREAM.CREATE.AIR": frozenset({"media"}),
    "$JS.API.CONSUMER.CREATE.AIR.reader": frozenset({"media"}),
    "$JS.API.STREAM.CREATE.KV_media": frozenset({"media"}),
    "$JS.API.STREAM.CREATE.KV_rooms": frozenset({"rooms"}),
    "$JS.API.STREAM.CREATE.KV_snapshots_rooms": frozenset({"rooms"}),
    "$JS.API.DIRECT.GET.KV_snapshots_media.$KV.snapshots_media.media.room000001.mix-room000001": frozenset({"media"}),
    "$JS.API.STREAM.PURGE.KV_snapshots_rooms": NONE,
    "$JS.API.STREAM.CREATE.PARKED": frozenset({"rooms"}),
    "$JS.API.STREAM.INFO.PARKED": frozenset({"rooms"}),
    "$JS.API.STREAM.PURGE.PARKED": NONE,
    "$JS.API.STREAM.DELETE.PARKED": NONE,
    "$JS.API.CONSUMER.CREATE.PARKED.reader": NONE,
    "park.rooms.03.room000001.7": frozenset({"rooms"}),
    "park.archive.03.room000001.7": frozenset({"rooms"}),
    "park.listeners.03.room000001.7": NONE,
    "$JS.API.STREAM.CREATE.OTHER": NONE,
    "_INBOX_rooms.forged.1": NONE,
    "_INBOX_media.forged.1": NONE,
    "_INBOX.forged.1": NONE,
    "$SYS.REQ.SERVER.PING": NONE,
    "anything.else": NONE,
}
"""Written by hand on purpose: the other source is the ownership table that the configuration is derived from."""

MAY_SUBSCRIBE: Mapping[str, frozenset[str]] = {
    "cmd.rooms.*.OpenRoom": frozenset({"rooms"}),
    "cmd.presence.*.Count": frozenset({"presence"}),
    "cmd.media.*.RegisterSource": frozenset({"media"}),
    "cmd.media.*.RegisterSource.home-1": frozenset({"media"}),
    "cmd.alexa_gateway.*.Announce": frozenset({"alexa_gateway"}),
    "cmd.>": NONE,
    "qry.rooms.Live": frozenset({"rooms"}),
    "qry.media.Levels": frozenset({"media"}),
    "tel.media.clock.*": SERVICES,
    "tel.edge.audience.*": SERVICES,
    "tel.>": SERVICES,
    "air.room000001.mp3": frozenset({"media"}),
    "_INBOX_rooms.>": frozenset({"rooms"}),
    "_INBOX_presence.>": frozenset({"presence"}),
    "_INBOX_media.>": frozenset({"media"}),
    "_INBOX_alexa_gateway.>": frozenset({"alexa_gateway"}),
    "_INBOX.>": NONE,
    "evt.>": NONE,
    "$JS.API.>": NONE,
    "$KV.media.>": NONE,
    ">": NONE,
}


async def refused(server: NatsServer, user: str) -> set[tuple[str, str]]:
    """Try everything as this user; what the server complained about, as (what, subject in lower case)."""
    complaints: asyncio.Queue[str] = asyncio.Queue()

    async def complained(fault: Exception) -> None:
        await complaints.put(str(fault))

    client = await nats.connect(server.url_for(user), inbox_prefix=f"_INBOX_{user}", error_cb=complained)
    for subject in MAY_PUBLISH:
        await client.publish(subject, b"")
    for subject in MAY_SUBSCRIBE:
        await client.subscribe(subject)
    await client.flush()
    async with asyncio.timeout(5):
        heard = [await complaints.get() for _ in range(expected_refusals(user))]
    await client.flush()
    while not complaints.empty():
        heard.append(complaints.get_nowait())
    await client.close()
    found = (re.search(r'permissions violation for (\w+) to "([^"]+)"', each.lower()) for each in heard)
    return {(match[1], match[2]) for match in found if match}


def expected_refusals(user: str) -> int:
    """How many complaints there should be at least, by the tables above."""
    tables = (*MAY_PUBLISH.values(), *MAY_SUBSCRIBE.values())
    return 0 if user == OPERATOR else sum(user not in allowed for allowed in tables)


@pytest.mark.parametrize("user", sorted(SERVICES))
async def test_a_service_may_do_exactly_what_its_part_needs(nats_server: NatsServer, user: str) -> None:
    wanted = {("publish", subject.lower()) for subject, allowed in MAY_PUBLISH.items() if user not in allowed}
    wanted |= {("subscription", subject.lower()) for subject, allowed in MAY_SUBSCRIBE.items() if user not in allowed}
    assert await refused(nats_server, user) == wanted


async def test_the_operator_may_do_everything(nats_server: NatsServer) -> None:
    assert await refused(nats_server, OPERATOR) == set()


@pytest.mark.parametrize("user", sorted(SERVICES))
def test_the_pure_table_decides_as_the_server_does(user: str) -> None:
    allowed = grants(user)
    assert {subject for subject in MAY_PUBLISH if allowed.may_publish(subject)} == {
        subject for subject, users in MAY_PUBLISH.items() if user in users
    }


async def test_nobody_comes_in_without_a_password(nats_server: NatsServer) -> None:
    with pytest.raises(CannotStart, match=r"(?i)authorization violation"):
        await Broker.connect(nats_server.url, "rooms", patience=Milliseconds(3_000))


async def test_a_command_is_answered_into_the_asker_s_own_inbox(nats_server: NatsServer) -> None:
    rooms, gateway = [
        await Broker.connect(nats_server.url, user, user, nats_server.passwords[user])
        for user in ("rooms", "alexa_gateway")
    ]

    async def accept(_body: bytes, _headers: Mapping[str, str]) -> bytes:
        return b"accepted"

    await rooms.serve("cmd.rooms.*.OpenRoom", accept)
    assert await gateway.ask("cmd.rooms.03.OpenRoom", b"{}", Milliseconds(5_000)) == b"accepted"
    await gateway.drain()
    await rooms.drain()


def test_the_secrets_can_be_read_by_nobody_else(nats_server: NatsServer) -> None:
    for name in ("secrets.json", "nats.conf"):
        assert (nats_server.state / name).stat().st_mode & 0o777 == 0o600
