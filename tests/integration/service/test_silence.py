"""A connection that was silent for a while hears again, and one that stays silent is given up for a new one."""

import asyncio
import signal

import pytest

from libs.service.broker import Broker
from parlor.embedded.nats import NatsServer

pytestmark = pytest.mark.slow


async def test_a_service_that_subscribed_while_the_server_slept_hears_what_comes_later(nats_server: NatsServer) -> None:
    """nats-py's `flush` gives up waiting for a PONG, and its reader dies of the PONG that comes all the same."""
    heard = asyncio.Event()

    async def hear(_subject: str, _payload: bytes) -> None:
        heard.set()

    one = await Broker.connect(nats_server.url_for(), "one")
    process = nats_server.child.process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    await one.listen("tel.test", hear)
    process.send_signal(signal.SIGCONT)
    other = await Broker.connect(nats_server.url_for(), "other")
    async with asyncio.timeout(30):
        while not heard.is_set():
            await other.publish("tel.test", b"")
            await asyncio.sleep(0.05)
    await one.drain()
    await other.drain()
