"""The last two minutes are there, whatever was written before, and can be taken out while the ring goes on."""

import hashlib
import json
import random
from pathlib import Path

import pytest

from services.media.mixing.frame import TICK
from services.media.mixing.opus import VOIP, Encoder
from services.media.recording.evidence import PAGE, RECORD, WINDOW, EvidenceRing, about, packets
from services.media.recording.freeze import freeze
from services.media.recording.packets import Packet
from services.media.recording.stem import About
from tests.unit.media.mixing.sounds import frames, tone
from tests.unit.media.recording.decoding import decoded, loud

ABOUT = About("roomroomroom", "sourcesource", "personperson", 3)
SMALL = PAGE + 64 * (RECORD.size + 100)


def packet(number: int, size: int = 100) -> Packet:
    payload = random.Random(number).randbytes(size)  # noqa: S311  # dice of a test
    return Packet(number * TICK, TICK, payload, number % 65_536, number * TICK)


def test_what_was_put_in_comes_out_and_says_whose_it_is(tmp_path: Path) -> None:
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT)
    kept = [packet(0), Packet(TICK, TICK, b"", 1, TICK), packet(2, 1), Packet(3 * TICK, TICK, b"x")]
    for each in kept:
        ring.put(each)
    ring.close(0)
    data = (tmp_path / "a.ring").read_bytes()
    assert packets(data) == kept
    assert about(data) == ABOUT


@pytest.mark.parametrize("sizes", [(100, 100), (1, 300)])
def test_a_full_ring_goes_on_over_its_oldest_and_keeps_the_rest_in_order(
    tmp_path: Path, sizes: tuple[int, int]
) -> None:
    chance = random.Random(4)  # noqa: S311  # dice of a test
    put = [packet(n, chance.randint(*sizes)) for n in range(1_000)]
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT, SMALL)
    for n, each in enumerate(put):
        ring.put(each)
        if n % 7 == 0:
            ring.flush()
            kept = packets((tmp_path / "a.ring").read_bytes())
            assert kept[-1] == each
            assert kept == put[n + 1 - len(kept) : n + 1]
            assert n < 80 or len(kept) >= 25
    ring.close(0)
    assert (tmp_path / "a.ring").stat().st_size == SMALL


def test_only_two_minutes_are_told_however_much_room_there_is(tmp_path: Path) -> None:
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT)
    for n in range(7_000):
        ring.put(packet(n, 20))
    ring.close(0)
    kept = packets((tmp_path / "a.ring").read_bytes())
    assert (len(kept), kept[-1].at) == (WINDOW // TICK, 6_999 * TICK)


def test_a_torn_record_is_left_out_and_all_others_are_there(tmp_path: Path) -> None:
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT, SMALL)
    for n in range(50):
        ring.put(packet(n))
    ring.close(0)
    whole = (tmp_path / "a.ring").read_bytes()
    each = RECORD.size + 100
    for at in (0, 3, 5, 8, 10, 20, 40, each - 1):
        torn = bytearray(whole)
        torn[PAGE + 20 * each + at] ^= 0xFF
        assert packets(bytes(torn)) == [packet(n) for n in range(50) if n != 20]
    half = whole[: PAGE + 20 * each + 50] + bytes(len(whole) - PAGE - 20 * each - 50)
    assert packets(half) == [packet(n) for n in range(20)]


def test_what_a_ring_holds_is_taken_out_while_it_goes_on(tmp_path: Path) -> None:
    encoder = Encoder(VOIP)
    said = [encoder.encode(frame) for frame in frames(tone(440.0, 6.0))]
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT)
    begin = 48_000 * 3_600
    for n, payload in enumerate(said[:250]):
        lost = n == 150
        ring.put(Packet(begin + n * TICK, TICK, b"" if lost else payload, n))
    ring.flush()
    bundle = freeze([tmp_path / "a.ring"], begin + 96_000, begin + 192_000, tmp_path / "bundle")
    for n, payload in enumerate(said[250:], 250):
        ring.put(Packet(begin + n * TICK, TICK, payload, n))
    ring.close(0)
    assert len(packets((tmp_path / "a.ring").read_bytes())) == 300

    sound = decoded(tmp_path / "bundle/sourcesource-3.opus")
    assert len(sound) == 96_000
    assert loud(sound, 0, 40_000) == pytest.approx(0.35, abs=0.02)
    told = json.loads((tmp_path / "bundle/manifest.json").read_bytes())
    assert (told["room"], told["from"], told["to"]) == ("roomroomroom", begin + 96_000, begin + 192_000)
    [piece] = told["pieces"]
    assert piece["sha256"] == hashlib.sha256((tmp_path / "bundle" / piece["name"]).read_bytes()).hexdigest()
    assert (piece["person"], piece["lost"]) == ("personperson", 1)
    assert bundle.pieces[0].sha256 == piece["sha256"]
    assert not (tmp_path / "bundle.part").exists()


def test_what_is_frozen_is_at_the_same_sample_as_in_the_room(tmp_path: Path) -> None:
    """A tone that begins in the middle of the span begins there in the file, too."""
    encoder = Encoder(VOIP)
    quiet = [encoder.encode(frame) for frame in frames(tone(440.0, 1.0, 0.0))]
    said = [encoder.encode(frame) for frame in frames(tone(440.0, 1.0))]
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT)
    for n, payload in enumerate([*quiet, *said]):
        ring.put(Packet(960_000 + n * TICK, TICK, payload, n))
    ring.close(0)
    freeze([tmp_path / "a.ring"], 984_000, 1_032_000, tmp_path / "bundle")
    sound = decoded(tmp_path / "bundle/sourcesource-3.opus", "libopus")
    assert loud(sound, 0, 24_000) < 0.001
    assert loud(sound, 24_600, 25_600) > 0.1


def test_a_ring_that_finds_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r".+"):
        EvidenceRing(tmp_path / "a.ring", ABOUT, 1 << 60)
    assert list(tmp_path.iterdir()) == []
