"""What a listener gets from a real edge over real HTTP."""

import numpy as np
import pytest

from services.media.distribution.formats import FORMATS
from tests.integration.media.station import RATE, Station, decoded

NAMES = sorted(FORMATS)
FIVE_SECONDS = 40_000


def pitch(sound: np.ndarray) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * RATE / len(sound)


@pytest.mark.parametrize("name", NAMES)
async def test_a_live_room_is_heard(station: Station, name: str) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, name)
    async with station.listener(f"/live/{room}.{name}") as listener:
        for _ in range(20):
            await mixer.play(0.25)
        stream = await listener.until(FIVE_SECONDS - 2_000)
    sound = decoded(name, stream)
    assert len(sound) > 4 * RATE
    assert pitch(sound[RATE : 3 * RATE]) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("name", NAMES)
async def test_the_head_says_what_the_stream_is_and_has_no_length(station: Station, name: str) -> None:
    room = await station.opened("jazzjazzjazz")
    async with station.listener(f"/live/{room}.{name}") as listener:
        got = listener.response.headers
    assert got["content-type"] == FORMATS[name].content_type
    assert got["cache-control"] == "no-store"
    assert got["transfer-encoding"] == "chunked"
    assert "content-length" not in got
    assert not [header for header in got if header.startswith("icy")]
