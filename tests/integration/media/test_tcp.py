"""Who comes by TCP (ICE-TCP) has to prove itself before its sound is anybody's."""

import asyncio

import pytest

from libs.events.media import SourceConnected
from parlor import rtp
from services.media.mixing.rtp import pack
from services.media.transport import stun
from services.media.transport.framing import framed
from tests.integration.media.test_mixer import ANA, BEN, SPEECH, Hall, hall, open_room

__all__ = ["hall"]

CHECK = stun.build(stun.Kind.REQUEST, bytes(12), {stun.Attribute.USERNAME: b"stranger:x"})


async def test_what_looks_like_stun_does_not_let_a_strangers_sound_in_from_our_own_address(hall: Hall) -> None:
    await hall.rooms_say(*open_room(hall.room))
    await hall.until(lambda facts: len(facts) == 3)
    ana, ben = await hall.place(ANA), await hall.place(BEN)
    try:
        _, writer = await asyncio.open_connection(ana.host, ana.port)
    except OSError:
        pytest.skip("somebody else has the TCP port of that number")
    writer.write(framed(CHECK))
    for _, packet in zip(range(25), rtp.packets(SPEECH / "allison.opus", ana.ssrc, ana.payload_type), strict=False):
        writer.write(framed(pack(packet)))
    await writer.drain()
    sending = asyncio.create_task(rtp.send(SPEECH / "june.opus", ben.host, ben.port, ben.ssrc, ben.payload_type))
    facts = await hall.until(lambda facts: any(isinstance(fact, SourceConnected) for fact in facts))
    assert {fact.person for fact in facts if isinstance(fact, SourceConnected)} == {BEN}
    sending.cancel()
    await asyncio.wait([sending])
    writer.close()
