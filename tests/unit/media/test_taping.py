"""Of a room is recorded what may be heard of it: while it is live, of who is not muted, until it is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from libs.events.rooms import RoomEnded
from services.media.config import MixerSettings
from services.media.deck import Deck
from services.media.on_air import Outcome
from services.media.recording.kinds import Fault, Kind
from services.media.recording.thread import Recording
from tests.unit.media.evening import (
    ANAS,
    BENS,
    ROOM,
    Evening,
    ana_registered,
    ben_admitted,
    ben_muted,
    ben_registered,
    deck,
    live,
    opened,
)
from tests.unit.media.mixing.sounds import tone
from tests.unit.media.recording.decoding import decoded, loud

TICK = 960
GREEN_ROOM = (opened, ben_admitted, ana_registered, ben_registered)


@contextmanager
def taped(folder: Path) -> Iterator[Deck]:
    """A deck that is recorded."""
    faults: list[Fault | Exception] = []
    recording = Recording({kind: folder / kind for kind in Kind}, faults.append, faults.append)
    recording.start()
    with deck() as made:
        made.recording = recording
        recording.listen(made.desk)
        yield made
        recording.stop()
    assert faults == []


def talk(evening: Evening, ticks: int) -> None:
    evening.play(ticks, anassource01=tone(400.0, ticks * 0.02), benssource01=tone(700.0, ticks * 0.02))


def stem(folder: Path, name: str, epoch: int = 1) -> Path:
    return folder / f"stems/{ROOM}/{name}-{epoch}.opus"


def test_the_green_room_and_who_is_muted_are_not_recorded(tmp_path: Path) -> None:
    with taped(tmp_path) as made:
        evening = Evening(made, *GREEN_ROOM)
        talk(evening, 50)
        evening.happens(live)
        talk(evening, 50)
        evening.happens(ben_muted)
        talk(evening, 50)
        evening.console.close(Outcome())
        evening.close()
    ana, ben = decoded(stem(tmp_path, ANAS)), decoded(stem(tmp_path, BENS))
    assert len(ana) == len(ben) == 150 * TICK
    for sound, end in ((ana, 150), (ben, 100)):
        assert loud(sound, 0, 49 * TICK) < 1e-12
        assert loud(sound, 55 * TICK, 98 * TICK) == pytest.approx(0.35, abs=0.03)
        assert loud(sound, 53 * TICK, (end - 1) * TICK) == pytest.approx(0.35, abs=0.03)
        assert loud(sound, (end + 2) * TICK, 150 * TICK) < 1e-12
    aired = decoded(stem(tmp_path, "programme"))
    assert loud(aired, 0, 49 * TICK) < 1e-12
    assert loud(aired, 55 * TICK, 98 * TICK) > 0.3


def test_a_room_that_another_mixer_takes_keeps_what_was_recorded_here(tmp_path: Path) -> None:
    with taped(tmp_path) as made:
        evening = Evening(made, *GREEN_ROOM, live)
        talk(evening, 50)
        evening.console.lose(ROOM)
        talk(evening, 10)
        evening.own(*GREEN_ROOM, live, epoch=3, first=100 * TICK)
        talk(evening, 50)
        evening.console.close(Outcome())
        evening.close()
    first, again = decoded(stem(tmp_path, ANAS)), decoded(stem(tmp_path, ANAS, 3))
    assert len(first) <= 50 * TICK
    assert loud(first, 10 * TICK, 45 * TICK) == pytest.approx(0.35, abs=0.03)
    assert loud(again, 0, 99 * TICK) < 1e-12
    assert loud(again, 115 * TICK, 145 * TICK) == pytest.approx(0.35, abs=0.03)


def test_evidence_goes_with_its_room(tmp_path: Path) -> None:
    with taped(tmp_path) as made:
        evening = Evening(made, *GREEN_ROOM, live)
        talk(evening, 50)
        assert made.recording is not None
        bundle = made.recording.freeze(ROOM, 5 * TICK, 45 * TICK, tmp_path / "case")
        assert bundle is not None
        assert {piece.source for piece in bundle.pieces} == {ANAS, BENS, "programme"}
        evening.happens(RoomEnded(room=ROOM, by=opened.host))
        evening.steps(1)
        made.recording.forget(ROOM)
        evening.close()
    assert not (tmp_path / "evidence" / ROOM).exists()
    assert (tmp_path / "case/manifest.json").exists()
    assert stem(tmp_path, ANAS).exists()


def test_nothing_is_kept_unless_the_settings_say_so() -> None:
    assert MixerSettings().kept == {}
    both = MixerSettings(recording=True, evidence=True, parlor_state=Path("/srv/parlor")).kept
    assert both == {kind: Path("/srv/parlor/media") / kind.value for kind in Kind}
