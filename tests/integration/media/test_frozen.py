"""A whole mixer whose host has evidence frozen: what was said is in the files, what is said later is not."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import numpy as np

from libs.events.command import Command, Rejected
from libs.events.fresh import fresh_command_id
from libs.events.ids import CommandId, Milliseconds, PersonId, Samples
from libs.events.jetstream.log import JetStreamLog
from libs.events.media import EvidenceFrozen, SourceConnected, SpeakingStarted
from libs.events.rooms import RoomEnded
from libs.service.broker import Broker
from libs.service.commands import send_command
from parlor import rtp
from parlor.embedded.nats import NatsServer
from services.media.config import MixerSettings
from services.media.evidence_asked import FreezeEvidence, Frozen, evidence_aggregate, evidence_id
from services.media.main import build_mixer
from services.media.mixing.frame import Float
from services.media.recording.freeze import manifest
from services.media.recording.sound import DELAY
from tests.integration.media.test_mixer import ANA, BEN, SPEECH, Hall, likenesses, open_room, speech
from tests.unit.media.recording.decoding import decoded

WAIT = Milliseconds(15_000)


@asynccontextmanager
async def keeping(nats: NatsServer, folder: Path, *, evidence: bool = True) -> AsyncIterator[Hall]:
    """A mixer with this folder, in an open and live room."""
    broker = await Broker.connect(nats.url_for("media"), "mixer", inbox="_INBOX_media")
    operator = await Broker.connect(nats.url_for(), "operator")
    config = MixerSettings(rtp_port=0, icecast_port=0, evidence=evidence, parlor_state=folder)
    mixer = build_mixer(config, broker, await JetStreamLog.open(broker.client))
    await mixer.start()
    hall = Hall(mixer, operator, await JetStreamLog.open(operator.client))
    await hall.listen()
    try:
        yield hall
    finally:
        await mixer.drain()
        await broker.drain()
        await operator.drain()


async def freeze(
    hall: Hall, by: PersonId = ANA, key: CommandId | None = None, what: FreezeEvidence | None = None
) -> Frozen | Rejected:
    """Ask for it."""
    identity = key or fresh_command_id()
    command = Command(
        id=identity,
        subject=evidence_aggregate(hall.room, evidence_id(hall.room, by, identity)).name,
        actor=by,
        via="test",
        correlationid="test",
        data=msgspec.Raw(msgspec.json.encode(what or FreezeEvidence())),
    )
    return await send_command(hall.operator, "media", hall.room, "FreezeEvidence", command, WAIT, accepted=Frozen)


async def frozen(hall: Hall, key: CommandId | None = None) -> Frozen:
    """As `freeze`, which is granted."""
    told = await freeze(hall, key=key)
    assert isinstance(told, Frozen), told
    return told


@asynccontextmanager
async def speaking(hall: Hall, name: str, person: PersonId) -> AsyncIterator[None]:
    """Somebody says what is in a file."""
    at = await hall.place(person)
    task = asyncio.create_task(rtp.send(SPEECH / f"{name}.opus", at.host, at.port, at.ssrc, at.payload_type))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_what_was_said_before_is_in_the_frozen_files_and_what_is_said_afterwards_is_not(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    async with keeping(nats_server, tmp_path) as hall:
        await hall.rooms_say(*open_room(hall.room))
        await hall.until(lambda facts: len(facts) >= 3)
        key = fresh_command_id()
        async with speaking(hall, "allison", ANA):
            await hall.until(lambda facts: any(isinstance(fact, SourceConnected) for fact in facts))
            await hall.aired("aac", 6)
            first = await frozen(hall, key)
        folder = tmp_path / "media/frozen" / hall.room
        files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        async with speaking(hall, "carlo", BEN):
            await hall.until(
                lambda facts: any(isinstance(fact, SpeakingStarted) and fact.person == BEN for fact in facts)
            )
            await hall.aired("aac", 11)
            again = await frozen(hall, key)
            second = await frozen(hall)
        facts = await hall.until(lambda facts: any(isinstance(fact, EvidenceFrozen) for fact in facts))
        await hall.rooms_say(RoomEnded(room=hall.room, by=ANA))
        await hall.until(lambda facts: type(facts[-1]).__name__ == "MixStopped")

    assert again == first
    assert second.evidence != first.evidence
    assert not (tmp_path / "media/evidence" / hall.room).exists()
    assert {path: path.read_bytes() for path in files} == files, "frozen is frozen, also when its room is over"
    assert sorted(path.name for path in folder.iterdir()) == sorted((first.evidence, second.evidence))
    assert [fact for fact in facts if isinstance(fact, EvidenceFrozen)] == [
        EvidenceFrozen(
            room=hall.room,
            evidence=each.evidence,
            sha256=each.sha256,
            begin=Samples(each.begin),
            end=Samples(each.end),
            by=ANA,
        )
        for each in (first, second)
    ]

    then = whole(folder, first)
    assert then.keys() == {ANA, ""}
    said = speech("allison")[: 48_000 * 4]
    assert min(np.median(likenesses(sound, said)) for sound in then.values()) > 0.85
    assert second.end >= first.end + 48_000 * 4, "the ring went on"
    later = whole(folder, second)
    assert later.keys() == {ANA, BEN, ""}
    assert np.abs(later[BEN][: first.end - second.begin]).max() < 1e-6
    assert np.median(likenesses(later[BEN], speech("carlo")[: 48_000 * 3])) > 0.85


def whole(folder: Path, told: Frozen) -> dict[str, Float]:
    """What each person of a frozen folder said, and the programme under no name: as long as was told, and each file the
    one whose SHA-256 is in the manifest that we were told the SHA-256 of.
    """
    bundle, digest = manifest(folder / told.evidence)
    assert (bundle.begin, bundle.end, digest) == (told.begin, told.end, told.sha256)
    files = {piece.person: folder / told.evidence / piece.name for piece in bundle.pieces}
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in files.values()] == [
        piece.sha256 for piece in bundle.pieces
    ]
    sounds = {person: decoded(path) for person, path in files.items()}
    assert {len(sound) for person, sound in sounds.items() if person} == {told.end - told.begin}
    assert len(sounds[""]) in range(told.end - told.begin - DELAY, told.end - told.begin + 1), "its encoder is behind"
    return sounds


async def test_only_the_host_has_evidence_frozen_and_only_where_there_is_some(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    async with keeping(nats_server, tmp_path) as hall:
        assert refused(await freeze(hall)) == ("no-such-room", 404)
        opened, live, seated = open_room(hall.room)
        await hall.rooms_say(opened)
        await hall.place(ANA)
        assert refused(await freeze(hall, BEN)) == ("not-the-host", 403)
        assert refused(await freeze(hall)) == ("evidence-empty", 409)
        await hall.rooms_say(live, seated)
        await hall.aired("aac", 1)
        assert refused(await freeze(hall, BEN)) == ("not-the-host", 403)
        assert refused(await freeze(hall, PersonId("strangerxxxx"))) == ("not-the-host", 403)
        never = FreezeEvidence(begin=1 << 40)
        assert refused(await freeze(hall, what=never)) == ("evidence-empty", 409)
        assert not (tmp_path / "media/frozen").exists()


async def test_where_the_settings_keep_no_evidence_there_is_none(nats_server: NatsServer, tmp_path: Path) -> None:
    async with keeping(nats_server, tmp_path, evidence=False) as hall:
        await hall.rooms_say(*open_room(hall.room, automation="house"))
        await hall.aired("aac", 1)
        assert refused(await freeze(hall)) == ("evidence-off", 409)
    assert list(tmp_path.iterdir()) == []


async def test_a_disk_that_takes_nothing_is_said_and_the_same_command_works_once_it_does(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    async with keeping(nats_server, tmp_path) as hall:
        await hall.rooms_say(*open_room(hall.room, automation="house"))
        await hall.aired("aac", 1)
        (tmp_path / "media/frozen").write_bytes(b"in the way")
        key = fresh_command_id()
        assert refused(await freeze(hall, key=key)) == ("evidence-unwritten", 503)
        (tmp_path / "media/frozen").unlink()
        told = await frozen(hall, key)
        made = tmp_path / "media/frozen" / hall.room / told.evidence
        assert [path.stat().st_mode & 0o777 for path in (made, made / "manifest.json")] == [0o700, 0o600]
        part = await freeze(hall, what=FreezeEvidence(begin=told.end - 9_600, end=told.end - 4_800))
        assert isinstance(part, Frozen)
        assert (part.begin, part.end) == (told.end - 9_600, told.end - 4_800)


def refused(told: Frozen | Rejected) -> tuple[str, int]:
    """By which name, and status; the sentence is there."""
    assert isinstance(told, Rejected), told
    assert len(told.detail) > 20
    return told.code, told.status
