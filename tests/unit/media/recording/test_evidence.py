"""The last two minutes are there, whatever was written before, and can be taken out while the ring goes on."""

import hashlib
import json
import os
import random
import stat
from pathlib import Path

import pytest

from services.media.mixing.frame import TICK
from services.media.mixing.opus import VOIP, Encoder
from services.media.recording.evidence import PAGE, RECORD, WINDOW, EvidenceRing, about, packets
from services.media.recording.freeze import freeze, manifest
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
    assert bundle is not None
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


def test_of_a_ring_that_has_nothing_nothing_is_frozen(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    assert freeze([], 0, None, folder) is None
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT)
    (tmp_path / "b.ring").write_bytes(bytes(PAGE))  # a mixer that was killed before it said whose it is
    rings = [tmp_path / "a.ring", tmp_path / "b.ring"]
    assert freeze(rings, 0, None, folder) is None
    ring.put(Packet(0, TICK, b""))
    ring.put(Packet(TICK, TICK, Encoder(VOIP).encode(frames(tone(440.0, 0.02))[0])))
    ring.close(0)
    assert freeze(rings, 0, TICK, folder) is None
    assert not list(tmp_path.glob("bundle*"))
    assert freeze(rings, 1_500, 1_200, folder) is None
    odd = freeze(rings, 1_001, 1_741, folder)
    assert odd is not None
    assert (odd.begin, odd.end) == (960, 1_800)
    assert len(decoded(folder / "sourcesource-3.opus")) == TICK


def test_two_rings_of_one_source_are_two_files_and_a_killed_try_is_cleared_away(tmp_path: Path) -> None:
    encoder = Encoder(VOIP)
    for at, name in enumerate(("a.ring", "a.2.ring")):
        ring = EvidenceRing(tmp_path / name, ABOUT)
        for n, frame in enumerate(frames(tone(440.0, 0.5))):
            ring.put(Packet(at * 48_000 + n * TICK, TICK, encoder.encode(frame), n))
        ring.close(0)
    (tmp_path / "bundle.part").mkdir()
    (tmp_path / "bundle.part/half.opus").write_bytes(b"Ogg")
    bundle = freeze(tmp_path.glob("*.ring"), 0, None, tmp_path / "bundle")
    assert bundle is not None
    assert [piece.name for piece in bundle.pieces] == ["sourcesource-3.opus", "sourcesource-3.2.opus"]
    assert (bundle.begin, bundle.end) == (0, 72_000)
    assert manifest(tmp_path / "bundle")[0] == bundle
    assert not (tmp_path / "bundle/half.opus").exists()


def test_frozen_files_are_their_owner_s_alone_whatever_the_umask(tmp_path: Path) -> None:
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT)
    ring.put(Packet(0, TICK, Encoder(VOIP).encode(frames(tone(440.0, 0.02))[0])))
    ring.close(0)
    before = os.umask(0)
    try:
        freeze([tmp_path / "a.ring"], 0, None, tmp_path / "frozen/roomroomroom/case")
    finally:
        os.umask(before)
    made = list((tmp_path / "frozen").rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "frozen", *made) if path.is_dir()} == {0o700}


def test_a_try_that_the_disk_refuses_leaves_nothing(tmp_path: Path) -> None:
    ring = EvidenceRing(tmp_path / "a.ring", ABOUT)
    ring.put(Packet(0, TICK, Encoder(VOIP).encode(frames(tone(440.0, 0.02))[0])))
    ring.close(0)
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle/in the way").touch()
    with pytest.raises(OSError, match=r".+"):
        freeze([tmp_path / "a.ring"], 0, None, tmp_path / "bundle")
    assert not (tmp_path / "bundle.part").exists()


def test_a_ring_that_finds_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r".+"):
        EvidenceRing(tmp_path / "a.ring", ABOUT, 1 << 60)
    assert list(tmp_path.iterdir()) == []
