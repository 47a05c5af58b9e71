"""What people on the stage hear, packet by packet as it arrives, by aiortc: a whole WebRTC that is not ours.

    python -m parlor.demo.ears CALLS      (earshot.Calls as JSON)

One process listens as everybody whom it is told of (WHEP), and says "ready" once all are connected. When its input ends
it writes down what came, says "written", and ends. It can also speak for somebody (WHIP), where no browser does; it is
ready when the first sample is spoken, and says at which monotonic time that was.
"""

import asyncio
import fractions
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aioice.ice
import av
import httpx
import msgspec
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket

from parlor.demo.earshot import Arrival, Arrivals, Caller, Calls
from services.media.mixing.frame import RATE, TICK, Pcm
from services.media.priority import first_in_line
from services.media.sources.recording import frames

CONNECTED_S = 15.0


class Voice(MediaStreamTrack):
    """A file, in real time, and silence after it."""

    kind = "audio"

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.begin: float | None = None
        self._frames: Iterator[Pcm] = frames(file)
        self._count = 0

    async def recv(self) -> av.AudioFrame:
        """As MediaStreamTrack."""
        self.begin = self.begin or time.monotonic()
        await asyncio.sleep(max(0.0, self.begin + self._count * TICK / RATE - time.monotonic()))
        pcm = next(self._frames, np.zeros(TICK, np.int16))
        frame = av.AudioFrame.from_ndarray(pcm[np.newaxis], "s16", "mono")
        frame.pts, frame.sample_rate, frame.time_base = self._count * TICK, RATE, fractions.Fraction(1, RATE)
        self._count += 1
        return frame


async def serve(calls: Calls) -> None:
    """All of it. Raises what goes wrong."""
    heard: Arrivals = {each.name: [] for each in calls.hearers}
    async with httpx.AsyncClient(base_url=calls.page, timeout=10) as http:
        peers = [await hear(http, calls.room, each, heard[each.name]) for each in calls.hearers]
        voice = None
        if calls.speaker is not None:
            voice = Voice(Path(calls.voice))
            peers.append(await speak(http, calls.room, calls.speaker, voice))
        async with asyncio.timeout(CONNECTED_S):
            while not all(each.connectionState == "connected" for each in peers) or (voice and voice.begin is None):  # noqa: ASYNC110  # aiortc has no event for both
                await asyncio.sleep(0.02)
        say(voice.begin if voice else "ready")
        await asyncio.to_thread(sys.stdin.read)
        for each in peers:
            await each.close()
    if calls.hearers:
        await asyncio.to_thread(Path(calls.out).write_bytes, msgspec.msgpack.encode(heard))
    say("written")


async def hear(http: httpx.AsyncClient, room: str, who: Caller, heard: list[Arrival]) -> RTCPeerConnection:
    """A connection that notes what comes."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    receiver = peer.addTransceiver("audio", direction="recvonly").receiver
    note(receiver, heard)
    return await met(http, f"/whep/{room}", who, peer)


async def speak(http: httpx.AsyncClient, room: str, who: Caller, voice: Voice) -> RTCPeerConnection:
    """A connection that sends."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver(voice, direction="sendonly")
    return await met(http, f"/whip/{room}", who, peer)


async def met(http: httpx.AsyncClient, path: str, who: Caller, peer: RTCPeerConnection) -> RTCPeerConnection:
    """Offer, POST, take the answer."""
    await peer.setLocalDescription(await peer.createOffer())
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {who.token}"}
    answered = await http.post(path, content=peer.localDescription.sdp, headers=headers)
    answered.raise_for_status()
    await peer.setRemoteDescription(RTCSessionDescription(answered.text, "answer"))
    return peer


def note(receiver: RTCRtpReceiver, heard: list[Arrival]) -> None:
    """Write down packets instead of decoding them: aiortc tells nobody when one came."""

    async def came(packet: RtpPacket, arrival_time_ms: int) -> None:  # noqa: ARG001  # its clock is a wall clock
        heard.append(Arrival(time.monotonic(), packet.timestamp, packet.payload))

    receiver._handle_rtp_packet = came  # type: ignore[method-assign]  # noqa: SLF001  # there is no public way in


def loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: ARG001  # aioice's own signature
    """Where we are reached: aioice leaves out the address on which a Parlor of this machine listens."""
    return ["127.0.0.1"]


def say(line: object) -> None:
    """To whoever started us."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    first_in_line()
    aioice.ice.get_host_addresses = loopback
    asyncio.run(serve(msgspec.json.decode(sys.argv[1], type=Calls)))
