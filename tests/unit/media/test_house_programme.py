"""The house programme: in order, round and round, ahead of the tick, never silent."""

import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.media.config import HERE
from services.media.mixing.feed import Feed as Ring
from services.media.mixing.frame import TICK, Float
from services.media.mixing.quantise import widen
from services.media.sources.house import AHEAD, HouseDeck, Stagehand, recordings
from services.media.sources.recording import Unplayable, frames, track
from services.media.track import Track
from tests.unit.media.mixing.sounds import strength, tone


@pytest.fixture
def hands() -> Iterator[list[Stagehand]]:
    there: list[Stagehand] = []
    yield there
    for stagehand in there:
        stagehand.stop()


def write_wav(path: Path, sound: Float, rate: int = 48_000, channels: int = 1) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.repeat(np.rint(sound * 32_767).astype("<i2"), channels).tobytes())


class Guarded(Ring):
    """A source that one thread plays into while another takes from it, as an engine's own lock allows."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def play(self, sound: Float) -> int:
        with self._lock:
            return super().play(sound)

    def take(self) -> Float | None:
        with self._lock:
            return super().take()


class Desk:
    """The NumPy twin of a desk's PCM sources."""

    def __init__(self) -> None:
        self.rings = [Guarded(), Guarded()]

    def play(self, source: int, sound: bytes, channels: int) -> int:
        return self.rings[source].play(np.frombuffer(sound, np.float32).reshape(-1, channels).T)

    def waiting(self, source: int) -> int:
        return self.rings[source].waiting


def heard(deck: HouseDeck, ring: Ring, ticks: int) -> tuple[Float, list[Track]]:
    """So many frames, as a tick takes them once they are there."""
    sound: list[Float] = []
    tracks: list[Track] = []
    bell = threading.Event()
    while len(sound) < ticks:
        frame = ring.take() if ring.waiting > 3 * TICK else None
        if frame is None:
            bell.wait(0.01)
            continue
        sound.append(frame)
        tracks += [track for track in [deck.began()] if track]
    return np.concatenate(sound), tracks


def on_air(folder: Path, hands: list[Stagehand]) -> tuple[HouseDeck, Ring]:
    """A folder that plays."""
    hands.append(Stagehand(folder))
    deck, desk = hands[0].deck(), Desk()
    deck.play(desk, 0)
    return deck, desk.rings[0]


def test_files_play_in_the_order_of_their_names_round_and_round(tmp_path: Path, hands: list[Stagehand]) -> None:
    write_wav(tmp_path / "02-high.wav", tone(700, 0.5))
    write_wav(tmp_path / "01-low.wav", tone(300, 0.5))
    (tmp_path / "00-notes.txt").write_text("no sound")
    (tmp_path / "03-broken.opus").write_bytes(b"OggS, but not really")
    sound, tracks = heard(*on_air(tmp_path, hands), 75)
    assert [each.title for each in tracks] == ["01-low", "02-high", "01-low"]
    assert [strength(sound[at : at + 24_000], 300) > 0.4 for at in (0, 24_000, 48_000)] == [True, False, True]


def test_a_track_is_told_once_even_if_the_next_frame_is_late(tmp_path: Path, hands: list[Stagehand]) -> None:
    write_wav(tmp_path / "long.wav", tone(300, 30.0))
    deck, ring = on_air(tmp_path, hands)
    assert heard(deck, ring, 1)[1] == [Track("long")]
    hands.pop().stop()
    while ring.take() is not None:
        pass
    assert deck.began() is None


def test_an_empty_folder_is_not_silence(tmp_path: Path, hands: list[Stagehand]) -> None:
    sound, tracks = heard(*on_air(tmp_path / "nothing", hands), 100)
    assert tracks == []
    assert np.abs(sound).reshape(100, TICK).max(axis=1).min() > 0.005
    assert np.abs(np.diff(sound)).max() < 0.01


def test_a_deck_plays_the_folder_into_a_desk_a_second_ahead(tmp_path: Path, hands: list[Stagehand]) -> None:
    write_wav(tmp_path / "01-low.wav", tone(300, 0.5))
    write_wav(tmp_path / "02-high.wav", tone(700, 2.5))
    hands.append(Stagehand(tmp_path))
    deck, desk = hands[0].deck(), Desk()
    deck.play(desk, 0)
    sound, tracks = heard(deck, desk.rings[0], 60)
    assert [each.title for each in tracks] == ["01-low", "02-high"]
    assert [strength(sound[at : at + 24_000], 300) > 0.4 for at in (0, 24_000)] == [True, False]
    assert desk.rings[0].waiting <= AHEAD + TICK


def test_a_deck_that_paused_goes_on_where_it_was(tmp_path: Path, hands: list[Stagehand]) -> None:
    write_wav(tmp_path / "01-low.wav", tone(300, 1.5))
    write_wav(tmp_path / "02-high.wav", tone(700, 5.0))
    hands.append(Stagehand(tmp_path))
    deck, desk = hands[0].deck(), Desk()
    deck.play(desk, 0)
    assert heard(deck, desk.rings[0], 25)[1] == [Track("01-low")]
    deck.pause()
    deck.play(desk, 1)
    sound, tracks = heard(deck, desk.rings[1], 75)
    assert strength(sound[57_600:], 700) > 0.4
    assert tracks == [Track("02-high")]
    deck.stop()


def test_any_rate_and_any_channels_become_mono_at_48_khz(tmp_path: Path) -> None:
    hum = (0.5 * np.sin(np.arange(22_050) * 2 * np.pi * 440 / 22_050)).astype(np.float32)
    write_wav(tmp_path / "a.wav", hum, rate=22_050, channels=2)
    sound = widen(np.concatenate(list(frames(tmp_path / "a.wav"))))
    assert len(sound) == pytest.approx(48_000, abs=TICK)
    assert strength(sound[: 96 * 480], 440) == pytest.approx(0.5, abs=0.02)


def test_the_shipped_programme_has_titles() -> None:
    assert {track(path).artist for path in recordings(HERE / "house")} == {"Parlor House"}


def test_what_is_no_sound_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.opus").write_bytes(b"x" * 100)
    with pytest.raises(Unplayable, match=r"x\.opus"):
        list(frames(tmp_path / "x.opus"))
