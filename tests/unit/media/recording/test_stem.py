"""A stem's file has every sample at its media time, whatever is missing, and is good up to wherever it is cut off."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import LOWDELAY, VOIP, Decoder, Encoder, packet_samples
from services.media.recording.packets import LONGEST, UNIT, Packet, lost, silence
from services.media.recording.stem import About, Stem
from services.media.transport.ogg import OggReader
from tests.unit.media.mixing.sounds import frames, tone
from tests.unit.media.recording.decoding import DECODERS, decoded, loud

NOTHING = 1e-12
"""Decoders that keep out of the way of denormal numbers are not quite at 0."""

ABOUT = About("roomroomroom", "sourcesource", "personperson", 3)


def spoken(seconds: float, application: int = VOIP, hertz: float = 440.0) -> list[bytes]:
    encoder = Encoder(application)
    return [encoder.encode(frame) for frame in frames(tone(hertz, seconds))]


def written(path: Path, packets: list[Packet], until: int = 0) -> list[dict[str, object]]:
    """A whole stem in a file; its lines."""
    stem = Stem(ABOUT)
    for packet in packets:
        stem.add(packet)
    pages, lines = stem.close(until)
    path.write_bytes(pages)
    return [json.loads(line) for line in lines.splitlines()]


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("application", [VOIP, LOWDELAY])
def test_a_sample_s_place_in_the_decoded_file_is_its_media_time(tmp_path: Path, decoder: str, application: int) -> None:
    said = spoken(1.0, application)
    early = [Packet(96_000 + n * TICK, TICK, payload) for n, payload in enumerate(said)]
    late = [Packet(480_120 + n * TICK, TICK, payload) for n, payload in enumerate(said)]
    lines = written(tmp_path / "a.opus", [*early, *late], 600_000)
    sound = decoded(tmp_path / "a.opus", decoder)
    assert len(sound) == 600_000
    assert loud(sound, 0, 96_000) < NOTHING
    assert loud(sound, 97_000, 143_000) == pytest.approx(0.35, abs=0.02)
    assert loud(sound, 144_960, 480_120) < NOTHING
    assert loud(sound, 481_200, 527_000) == pytest.approx(0.35, abs=0.02)
    assert loud(sound, 529_080, 600_000) < NOTHING
    assert [(line["from"], line["to"], line["what"]) for line in lines] == [
        (0, 96_000, "none"), (144_000, 480_120, "none"), (528_120, 600_000, "none"),
    ]  # fmt: skip


def test_it_sounds_as_the_packets_do_to_the_sample(tmp_path: Path) -> None:
    said = spoken(1.0, LOWDELAY)
    written(tmp_path / "a.opus", [Packet(48_000 + n * TICK, TICK, payload) for n, payload in enumerate(said)])
    decoder = Decoder()
    alone = np.concatenate([decoder.decode(payload).copy() for payload in said])
    sound = decoded(tmp_path / "a.opus", "libopus")[48_000:]
    assert float(np.max(np.abs(sound[4_800:] - alone[4_800:]))) < 0.001


@pytest.mark.parametrize("decoder", DECODERS)
def test_what_is_lost_is_told_from_silence_and_moves_nothing(tmp_path: Path, decoder: str) -> None:
    said = spoken(1.0)
    missing = {10, 11, 12, 30}
    packets = [
        Packet(n * TICK, TICK, b"" if n in missing else payload, (65_530 + n) % 65_536)
        for n, payload in enumerate(said)
    ]
    lines = written(tmp_path / "a.opus", packets)
    assert [(line["from"], line["to"], line["what"], line["sequence"]) for line in lines] == [
        (9_600, 12_480, "lost", 4), (28_800, 29_760, "lost", 24),
    ]  # fmt: skip
    sound = decoded(tmp_path / "a.opus", decoder)
    assert len(sound) == 48_000
    assert loud(sound, 28_800, 29_400) > 0.01  # concealed, not silent
    assert loud(sound, 31_000, 47_000) == pytest.approx(0.35, abs=0.02)


def test_a_missing_packet_ends_where_the_next_one_begins(tmp_path: Path) -> None:
    one, two = spoken(0.04)
    lines = written(tmp_path / "a.opus", [Packet(0, TICK, one), Packet(TICK, 2 * TICK, b""), Packet(1_560, TICK, two)])
    assert [(line["from"], line["to"], line["what"]) for line in lines] == [(960, 1_560, "lost")]
    assert len(decoded(tmp_path / "a.opus")) == 2_520


def test_two_channels_stay_two(tmp_path: Path) -> None:
    stem = Stem(About("roomroomroom", "sourcesource", "personperson", 1, channels=2))
    for n, payload in enumerate(spoken(0.2)):
        stem.add(Packet(n * TICK, TICK, payload))
    (tmp_path / "a.opus").write_bytes(stem.close()[0])
    assert len(decoded(tmp_path / "a.opus", channels=2)) == 2 * 9_600


def test_a_file_cut_off_anywhere_is_good_up_to_its_last_whole_page(tmp_path: Path) -> None:
    stem, pages, ends = Stem(ABOUT), b"", []
    for n, payload in enumerate(spoken(1.0)):
        stem.add(Packet(n * TICK, TICK, payload))
        if n % 10 == 9:
            pages += stem.take()[0]
            ends.append((len(pages), (n + 1) * TICK))
    for size in range(ends[0][0], len(pages), 97):
        packets = OggReader().feed(pages[:size])[2:]
        good = max(samples for end, samples in ends if end <= size)
        assert sum(packet_samples(packet.data) for packet in packets) == good
    (tmp_path / "a.opus").write_bytes(pages[: ends[2][0] + 100])
    assert len(decoded(tmp_path / "a.opus")) == ends[2][1]


@given(st.integers(1, 400))
def test_what_we_make_up_is_as_long_as_it_should_be_and_silence_is_silent(units: int) -> None:
    samples = units * UNIT
    nothing, missing = list(silence(samples)), list(lost(samples))
    for made in (nothing, missing):
        assert sum(span for span, _ in made) == samples
        assert all(packet_samples(packet) == span <= LONGEST for span, packet in made)
    heard: list[Float] = [Decoder().decode(packet).copy() for _, packet in nothing]
    assert float(np.max(np.abs(np.concatenate(heard)))) < NOTHING


@given(st.lists(st.tuples(st.integers(-2, 30), st.sampled_from((120, 480, 960, 2_880, 5_760)), st.booleans())))
def test_whatever_comes_the_file_is_as_long_as_media_time(story: list[tuple[int, int, bool]]) -> None:
    stem, at, pages = Stem(ABOUT), 0, b""
    for gap, span, there in story:
        at = max(0, at + gap * UNIT)
        payload = next(packet for _, packet in silence(span)) if there else b""
        stem.add(Packet(at, span, payload))
        at += span
        pages += stem.take()[0]
    end = stem.end + 480
    pages += stem.close(end)[0]
    packets = OggReader().feed(pages)[2:]
    assert sum(packet_samples(packet.data) for packet in packets) == (end if packets else 0)
