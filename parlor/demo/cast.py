"""The demo's people, their recordings, and what is said. Named here once, so that page, log and report agree."""

from pathlib import Path

import msgspec

SPEECH = Path(__file__).parents[2] / "tests" / "fixtures" / "speech"
TITLE = "Morning Table"
HOST = "Rosa"
LENGTH = 75.0
"""Seconds of sound that every speaker has ready: far more than a demo lasts."""

LISTENING = 16.0
ALONE = 3.2
"""Seconds for which whoever speaks from the studio page talks before the others are connected."""


class Speaker(msgspec.Struct, frozen=True):
    """Somebody with a recording. The words' licence is in tests/fixtures/speech/README.md."""

    name: str
    recording: str
    whose: str
    muted: bool = False
    from_page: bool = False

    @property
    def file(self) -> Path:
        """The recording."""
        return SPEECH / self.recording


SPEAKERS = (
    Speaker("Ana", "allison.opus", "the voice of Allison Smith"),
    Speaker("Ben", "austen.opus", "a LibriVox reader of Jane Austen", from_page=True),
    Speaker("Carlo", "carlo.opus", "the voice of Carlo Flora", muted=True),
)
