"""Headless Chromium speaks into a room by WHIP and hears it by WHEP: somebody else's whole WebRTC on the other side."""

import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aioice.ice
import msgspec
import numpy as np
import pytest

from libs.events.ids import PersonId
from libs.events.media import SourceConnected, SourceDisconnected, SpeakingStarted, Transport
from parlor.demo.browser import MICROPHONE, Browser, browsing, chromium
from parlor.embedded.nats import NatsServer
from services.media.mixing.frame import Float
from tests.integration.media.station import ANA
from tests.integration.media.webrtc import BEN, JAZZ, Stage, hearing, on_stage

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(chromium() is None, reason="no Chromium here")]

HERTZ = 440.0
RATE = 48_000

MEET = """
globalThis.meet = async (kind, room, authorization, without) => {
  const peer = new RTCPeerConnection();
  if (kind === "whip") {
    const quiet = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
    const media = await navigator.mediaDevices.getUserMedia({audio: quiet});
    peer.addTransceiver(media.getAudioTracks()[0], {direction: "sendonly"});
  } else {
    peer.addTransceiver("audio", {direction: "recvonly"});
    peer.ontrack = (event) => {
      globalThis.loudspeaker = new Audio();
      loudspeaker.srcObject = new MediaStream([event.track]);
      loudspeaker.play();
    };
  }
  await peer.setLocalDescription(await peer.createOffer());
  const headers = {"Content-Type": "application/sdp", Authorization: authorization};
  const answered = await fetch(`/${kind}/${room}`, {method: "POST", headers, body: peer.localDescription.sdp});
  if (answered.status !== 201) return `${answered.status} ${await answered.text()}`;
  const sdp = (await answered.text()).split("\\r\\n").filter((line) => !without || !line.includes(without));
  await peer.setRemoteDescription({type: "answer", sdp: sdp.join("\\r\\n")});
  globalThis[kind] = {peer, url: answered.headers.get("Location"), headers};
  return "201";
};
globalThis.stats = async (kind) => [...(await globalThis[kind].peer.getStats()).values()];
"""


@pytest.fixture
async def stage(nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    def loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: ARG001, FBT001  # aioice's own signature
        return ["127.0.0.1"]

    monkeypatch.setattr(aioice.ice, "get_host_addresses", loopback)  # aioice leaves loopback out
    async with on_stage(nats_server, tmp_path) as stage:
        yield stage


@pytest.fixture
async def browser(stage: Stage, tmp_path: Path) -> AsyncIterator[Browser]:
    """With a microphone that hears a tone, on a page of the edge."""
    sound = tmp_path / "tone.wav"
    with wave.open(str(sound), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        seconds = np.arange(RATE * 20) / RATE
        out.writeframes((8_000 * np.sin(2 * np.pi * HERTZ * seconds)).astype(np.int16).tobytes())
    async with browsing(tmp_path / "profile", *MICROPHONE, f"--use-file-for-fake-audio-capture={sound}") as browser:
        await browser.go(stage.station.url + "/api/openapi.json")
        await browser.until("document.readyState === 'complete' && location.protocol === 'http:'")
        await browser.says(MEET)
        yield browser


async def meet(browser: Browser, stage: Stage, kind: str, person: PersonId, without: str = "") -> None:
    authorization = stage.bearer(person)["Authorization"]
    assert await browser.says(f"meet({kind!r}, {JAZZ!r}, {authorization!r}, {without!r})") == "201"
    await browser.until(f"{kind}.peer.connectionState === 'connected'")


async def stats(browser: Browser, kind: str, wanted: str) -> dict[str, Any]:
    """The first of a kind that there is."""
    found = await browser.until(
        f"stats({kind!r}).then((all) => JSON.stringify(all.find((each) => each.type === {wanted!r}) ?? null))"
        ".then((text) => text === 'null' ? '' : text)"
    )
    shown: dict[str, Any] = msgspec.json.decode(found)
    return shown


def pitches(sound: Float) -> list[float]:
    """The loudest frequency of each second."""
    seconds = [sound[at : at + RATE] for at in range(0, len(sound) - RATE + 1, RATE)]
    return [float(np.abs(np.fft.rfft(each * np.hanning(RATE))).argmax()) for each in seconds]


async def test_a_browsers_tone_arrives_exact(stage: Stage, browser: Browser) -> None:
    async with hearing() as ben:
        await ben.meet(stage, "whep", BEN)
        await meet(browser, stage, "whip", ANA)
        facts = await stage.until(lambda facts: any(isinstance(fact, SpeakingStarted) for fact in facts))
        ben.hear()
        sound = await ben.heard_seconds(6)
    connected = next(fact for fact in facts if isinstance(fact, SourceConnected))
    assert (connected.person, connected.transport) == (ANA, Transport.WEBRTC)
    assert set(pitches(sound[2 * RATE :])) == {HERTZ}
    report = await stats(browser, "whip", "remote-inbound-rtp")
    assert report["packetsLost"] == 0
    assert report["roundTripTime"] < 0.5
    sends = await stats(browser, "whip", "outbound-rtp")
    each = sends["bytesSent"] / sends["packetsSent"]
    assert each > 130, "each packet repeats the one before (RED); alone they have about 83 bytes"
    transport = await stats(browser, "whip", "transport")
    assert (transport["srtpCipher"], transport["dtlsState"]) == ("SRTP_AEAD_AES_128_GCM", "connected")
    ended = "fetch(whip.url, {method: 'DELETE', headers: whip.headers}).then((answered) => answered.status)"
    assert await browser.says(ended) == 200
    await stage.until(lambda facts: any(isinstance(fact, SourceDisconnected) for fact in facts))


async def test_a_browser_hears_the_others(stage: Stage, browser: Browser) -> None:
    await meet(browser, stage, "whip", ANA)
    await meet(browser, stage, "whep", BEN)
    await browser.until(
        "stats('whep').then((all) => all.find((each) => each.type === 'inbound-rtp').audioLevel > 0.05)"
    )
    heard = await stats(browser, "whep", "inbound-rtp")
    assert heard["packetsLost"] == 0
    codec = await stats(browser, "whep", "codec")
    assert codec["mimeType"] == "audio/opus"


async def test_a_browser_whose_network_lets_no_udp_out_comes_by_tcp(stage: Stage, browser: Browser) -> None:
    async with hearing() as ben:
        await ben.meet(stage, "whep", BEN)
        await meet(browser, stage, "whip", ANA, without=" udp ")
        await stage.until(lambda facts: any(isinstance(fact, SpeakingStarted) for fact in facts))
        ben.hear()
        sound = await ben.heard_seconds(4)
    assert set(pitches(sound[2 * RATE :])) <= {HERTZ - 1, HERTZ, HERTZ + 1}, "what comes late by TCP leaves a seam"
    pair = await stats(browser, "whip", "remote-candidate")
    assert pair["protocol"] == "tcp"


async def test_an_ice_restart_from_a_browser_goes_on_by_the_new_credentials(stage: Stage, browser: Browser) -> None:
    await meet(browser, stage, "whip", ANA)
    await stage.until(lambda facts: any(isinstance(fact, SourceConnected) for fact in facts))
    restarted = await browser.says("""
    (async () => {
      const {peer, url, headers} = whip;
      await peer.setLocalDescription(await peer.createOffer({iceRestart: true}));
      const wanted = /^a=(ice-|candidate|mid|end-of)|^m=/;
      const lines = peer.localDescription.sdp.split("\\r\\n").filter((line) => wanted.test(line));
      const patch = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"};
      const body = lines.join("\\r\\n") + "\\r\\n";
      const answered = await fetch(url, {method: "PATCH", headers: {...headers, ...patch}, body});
      if (answered.status !== 200) return `${answered.status} ${await answered.text()}`;
      const value = (text, name) => text.match(new RegExp(`a=${name}:(\\\\S+)`))[1];
      const fresh = await answered.text();
      const old = peer.currentRemoteDescription.sdp;
      const sdp = old.replace(value(old, "ice-ufrag"), value(fresh, "ice-ufrag"))
        .replace(value(old, "ice-pwd"), value(fresh, "ice-pwd"));
      await peer.setRemoteDescription({type: "answer", sdp});
      return "200";
    })()
    """)
    assert restarted == "200"
    await browser.until("whip.peer.iceConnectionState === 'connected'")
    sent = (await stats(browser, "whip", "outbound-rtp"))["packetsSent"]
    later = f"stats('whip').then((all) => all.find((each) => each.type === 'outbound-rtp').packetsSent > {sent} + 50)"
    await browser.until(later)
    assert not [fact for fact in await stage.said() if isinstance(fact, SourceDisconnected)]
