"""A mixer that listens on every address names one that can be reached."""

import re
from pathlib import Path

from parlor.embedded.nats import NatsServer
from tests.integration.media.station import ANA
from tests.integration.media.webrtc import on_stage

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what is tested
OFFER = Path(__file__).parents[2] / "fixtures" / "webrtc" / "chromium-sends.sdp"


async def test_no_candidate_is_the_unspecified_address(nats_server: NatsServer, tmp_path: Path) -> None:
    async with on_stage(nats_server, tmp_path, bind=EVERYWHERE) as stage:
        answered = await stage.post("whip", ANA, OFFER.read_bytes().decode())
        assert answered.status_code == 201, answered.text
        hosts = set(re.findall(r"^a=candidate:\S+ 1 \S+ \d+ (\S+) ", answered.text, re.MULTILINE))
        sources = f"{stage.url('api/rooms')}/sources"
        place = (await stage.client.post(sources, json={"name": "desk"}, headers=stage.bearer(ANA))).json()
    assert len(hosts) == 1
    assert hosts != {EVERYWHERE}
    assert {place["host"]} == hosts
