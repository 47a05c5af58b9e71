"""The compiled parts beside the NumPy ones: the same packets in, the same samples and packets out, bit by bit."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.media.engine import faces
from services.media.mixing.aim import Aim
from services.media.mixing.bus import Bus, Ear
from services.media.mixing.frame import TICK, Float
from services.media.mixing.jitter import JitterBuffer
from services.media.mixing.opus import LOWDELAY, VOIP, Encoder
from services.media.mixing.rtp import NotRtp, Packet, pack, parse
from services.media.mixing.shared import Hears
from services.media.mixing.sound import Sound
from services.media.mixing.stage import ALONE, BITRATE, Places, StageTick
from services.media.mixing.tick import Input, RoomTick
from services.media.mixing.voice import Voice

pytestmark = pytest.mark.slow

STARTS = (0, 77, 32_767, 65_530, 65_535)
RANDOM = np.random.default_rng(4)


def wild(seed: int, many: int) -> Iterator[tuple[int, int]]:
    """(number of the packet, tick of its arrival): lost, doubled, late, in bursts, jumping, drifting."""
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    drift = chance.choice((0, 0, 40, -40))
    late, jump = 0.0, 0
    for n in range(many):
        late = max(0.0, late + chance.uniform(-2.0, 2.0)) if chance.random() < 0.3 else late * 0.7
        if chance.random() < 0.003:
            jump += chance.choice((30_000, 2_000, -400, 12))
        if chance.random() > 0.06:
            yield n + jump, n + int(late) + (n // drift if drift else 0)
        if chance.random() < 0.03:
            yield n + jump, n + int(late) + chance.randrange(6)


@given(st.integers(0, 10_000), st.sampled_from(STARTS), st.sampled_from((120, 480, 960, 2880, 5760)))
def test_the_jitter_buffers_decide_alike_packet_for_packet(seed: int, start: int, span: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    one, two = JitterBuffer(), faces.JitterBuffer()
    events = sorted(wild(seed, 300), key=lambda event: event[1])
    at = 0
    for tick in range(360):
        while at < len(events) and events[at][1] <= tick:
            n = events[at][0]
            packet = Packet(111, (start + n) % (1 << 16), (0xFFFF0000 + n * span) & 0xFFFFFFFF, 1, b"%d" % n)
            arrival, silent = tick * TICK + chance.randrange(TICK), chance.random() < 0.1
            one.push(packet, arrival, span, silent=silent)
            two.push(packet, arrival, span, silent)
            at += 1
        for _ in range(max(1, TICK // span)):
            quiet = chance.random() < 0.5
            pull = one.pull(quiet=quiet)
            assert two.pull(quiet) == (pull.kind.value, pull.payload, pull.silent)
        assert (two.target, two.depth) == (one.target, one.depth)
        assert two.tally == (one.tally.lost, one.tally.late, one.tally.twice, one.tally.skipped)
    assert two.lent <= 128


def speech(ticks: int, seed: int = 1) -> Float:
    """Something that comes and goes like words, from silence to full scale."""
    random = np.random.default_rng(seed)
    loud = np.repeat(random.choice((0.0, 0.0, 0.001, 0.05, 0.3, 1.2), ticks // 5 + 1), 5)[:ticks]
    when = np.arange(ticks * TICK) / 48_000
    sound = np.sin(2 * np.pi * (180 + 40 * seed) * when) + 0.3 * random.standard_normal(ticks * TICK)
    heard: Float = (sound * np.repeat(loud, TICK)).astype(np.float32)
    return heard


def sent(seed: int, application: int, ticks: int) -> list[Packet]:
    encoder = Encoder(application)
    sound = speech(ticks, seed)
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    packets = []
    for n in range(ticks):
        frame = sound[n * TICK : (n + 1) * TICK]
        level = 127 if not frame.any() and seed % 2 else None
        payload = encoder.encode(frame)
        if chance.random() < 0.02:
            payload = payload[: chance.randrange(1, len(payload))] if chance.random() < 0.5 else b"\x00"
        packets.append(Packet(111, (65_500 + n) % (1 << 16), n * TICK, 1, payload, level=level))
    return packets


@pytest.mark.parametrize("application", [VOIP, LOWDELAY])
@pytest.mark.parametrize("seed", range(4))
def test_voices_say_the_same_through_loss_damage_silence_and_reorder(seed: int, application: int) -> None:
    packets = sent(seed, application, 300)
    one, two = Voice(), faces.Speaker()
    events = sorted((event for event in wild(seed, 300) if 0 <= event[0] < 300), key=lambda event: event[1])
    at, heard = 0, 0
    for tick in range(330):
        while at < len(events) and events[at][1] <= tick:
            packet = packets[events[at][0]]
            assert one.push(packet, tick * TICK) == two.push(packet, tick * TICK)
            at += 1
        frame, twin = one.take(), two.take()
        assert (frame is None) == (twin is None)
        assert frame is None or frame.tobytes() == twin
        assert (one.level, one.depth, one.damaged, one.begun) == (two.level, two.depth, two.damaged, two.begun)
        heard += frame is not None
    assert heard > 20


class Desk:
    """A room of the oracle and its twin, told the same."""

    def __init__(self, most: int = 3, *, stereo: bool = False, target: float | None = None) -> None:
        aim = None if target is None else Aim(target, 2 if stereo else 1)
        self.tick, self.stage = RoomTick(stereo=stereo, aim=aim), StageTick(most)
        self.twin = faces.RoomTick(most, BITRATE, stereo, target)

    def mix(
        self,
        inputs: list[Input],
        levels: dict[str, float],
        people: dict[str, int],
        deaf: tuple[str, ...],
        places: Places = ALONE,
    ) -> None:
        mixed = self.tick.mix(inputs)
        wishes, loss = places.hears, places.loss
        hears = {one.key: wishes.get(one.key, Hears()) for one in inputs}
        told: dict[str, tuple[int, str, int]] = {key: (one.ear, one.of, loss.get(key, 0)) for key, one in hears.items()}
        twin = self.twin.mix(inputs, levels, people, deaf, told)
        pcm, level, shared, own, green = twin
        assert pcm == mixed.pcm.tobytes()
        assert level == mixed.level
        music = [one.key for one in inputs if one.sound is Sound.MUSIC]
        places = Places({key: f"{person}" for key, person in people.items() if person}, deaf, music, wishes, loss)
        heard = self.stage.mix(mixed.open, levels, places, mixed.aside)
        assert own == heard.own
        assert shared == heard.shared
        assert green == heard.green


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 4))
def test_mixes_are_equal_bit_by_bit_whoever_comes_goes_is_muted_or_silent(seed: int, people: int, most: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    desk = Desk(most)
    sounds = {f"p{n}": speech(80, n + seed % 7) for n in range(people)}
    there = list(sounds)
    open_ = dict.fromkeys(sounds, 1.0)
    for n in range(80):
        inputs, levels = [], {}
        moved = chance.choice(list(sounds))
        if chance.random() < 0.2:
            there = [key for key in there if key != moved] if moved in there else [*there, moved]
        for key in there:
            if chance.random() < 0.03:
                open_[key] = chance.choice((0.0, 1.0, 0.5))
            frame = sounds[key][n * TICK : (n + 1) * TICK]
            inputs.append(Input(key, frame if frame.any() else None, open_[key], 480 if key != "p0" else 24_000))
            if key != "p1":
                levels[key] = float(20 * np.log10(np.abs(frame).max() + 1e-6))
        desk.mix(inputs, levels, {}, ())


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 3))
def test_packets_for_those_who_lose_some_are_equal_bit_by_bit(seed: int, people: int, most: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    desk = Desk(most)
    sounds = {f"p{n}": speech(80, n + seed % 7) for n in range(people)}
    open_, loss, hears = dict.fromkeys(sounds, 1.0), dict[str, int](), dict[str, Hears]()
    buses = dict.fromkeys(sounds, Bus.AIR)
    for n in range(80):
        who = chance.choice(list(sounds))
        if chance.random() < 0.2:
            loss[who] = chance.choice((0, 5, 9, 20))
        if chance.random() < 0.2:
            open_[chance.choice(list(sounds))] = chance.choice((0.0, 1.0))
        if chance.random() < 0.1:
            hears[who], buses[who] = chance.choice(((Hears(), Bus.AIR), (Hears(Ear.GREEN), Bus.GREEN)))
        frames = {key: sound[n * TICK : (n + 1) * TICK] for key, sound in sounds.items()}
        inputs = [
            Input(key, frame if frame.any() else None, open_[key], bus=buses[key]) for key, frame in frames.items()
        ]
        levels = {key: float(20 * np.log10(np.abs(frame).max() + 1e-6)) for key, frame in frames.items()}
        desk.mix(inputs, levels, {}, (), Places(hears=hears, loss=loss))


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(1, 4))
def test_they_agree_on_people_with_several_sources_and_an_ear_of_their_own(seed: int, people: int, most: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    desk = Desk(most)
    sounds = {f"{kind}{n}": speech(60, n + at + seed % 7) for at, kind in enumerate("ab") for n in range(people)}
    whose = {f"{kind}{n}": n + 1 for n in range(people) for kind in "abe"}
    hearing = [chance.random() < 0.5 for _ in range(people)]
    for n in range(60):
        inputs = [Input(key, sound[n * TICK : (n + 1) * TICK], 1.0) for key, sound in sounds.items()]
        inputs = [one if one.frame is not None and one.frame.any() else Input(one.key, None, 1.0) for one in inputs]
        if chance.random() < 0.1:
            moved = chance.randrange(people)
            hearing[moved] = not hearing[moved]
        inputs += [Input(f"e{each}", None, 0.0) for each in range(people) if hearing[each]]
        levels = {
            one.key: -20.0 - n if one.frame is not None else -120.0 for one in inputs if hearing[whose[one.key] - 1]
        }
        desk.mix(inputs, levels, whose, tuple(sounds))


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.booleans())
def test_mixes_of_one_and_two_channels_are_equal_bit_by_bit_wherever_they_are_heard(seed: int, stereo: bool) -> None:  # noqa: FBT001  # hypothesis gives it
    chance, noise = random.Random(seed), np.random.default_rng(seed)  # noqa: S311  # dice of a test
    desk = Desk(stereo=stereo)
    wide = [chance.random() < 0.5 for _ in range(4)]
    places, gains, loud = [0.0] * 4, [1.0] * 4, chance.choice((0.1, 0.9))
    for _ in range(60):
        moved = chance.randrange(4)
        places[moved] = chance.choice((places[moved], 0.0, -1.0, 1.0, 0.3))
        gains[moved] = chance.choice((gains[moved], 0.0, 0.5, 1.0))
        inputs = []
        for n in range(4):
            frame = noise.uniform(-loud, loud, (2, TICK) if wide[n] else TICK).astype(np.float32)
            shown = frame if chance.random() < 0.9 else None
            inputs.append(Input(f"{n}", shown, gains[n], 24_000 if n == 3 else 480, places[n]))
        desk.mix(inputs, {"0": -20.0, "3": -10.0}, {}, ())


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.booleans())
def test_beds_go_down_music_is_let_alone_and_the_programme_has_its_loudness_alike(seed: int, stereo: bool) -> None:  # noqa: FBT001  # hypothesis gives it
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    desk = Desk(1, stereo=stereo, target=-16.0)
    kinds = [Sound.VOICE, Sound.PLAIN, Sound.BED, Sound.MUSIC, Sound.BED]
    sounds = [speech(120, n + seed % 7) * np.float32(0.3) for n in range(5)]
    gains = [1.0] * 5
    for n in range(120):
        moved = chance.randrange(5)
        gains[moved] = chance.choice((gains[moved], gains[moved], 0.0, 0.5, 2.5))
        inputs = []
        for each, kind in enumerate(kinds):
            frame = sounds[each][n * TICK : (n + 1) * TICK]
            fade, level = 24_000 if each == 4 else 480, float(20 * np.log10(np.abs(frame).max() + 1e-6))
            inputs.append(Input(f"{each}", frame if frame.any() else None, gains[each], fade, 0.0, kind, level))
        desk.mix(inputs, {one.key: one.level for one in inputs if one.key in "013"}, {}, ())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 3))
def test_they_agree_on_who_hears_whom_whoever_moves_between_buses_and_ears(seed: int, stereo: bool, most: int) -> None:  # noqa: FBT001  # hypothesis gives it
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    desk = Desk(most, stereo=stereo)
    sounds = {f"p{n}": speech(70, n + seed % 7) for n in range(5)}
    whose = {"p0": 1, "p1": 1, "p2": 2, "e1": 1, "e3": 3}
    kinds = {"p3": Sound.BED, "p4": Sound.MUSIC}
    buses, gains, ears = dict.fromkeys(sounds, Bus.AIR), dict.fromkeys(sounds, 1.0), {"p0", "p2", "e1", "e3"}
    there, hears = list(sounds), dict.fromkeys(ears, Hears())
    for n in range(70):
        moved = chance.choice(list(sounds))
        if chance.random() < 0.1:
            there = [key for key in there if key != moved] if moved in there else [*there, moved]
        if chance.random() < 0.2:
            buses[moved] = chance.choice(list(Bus))
        if chance.random() < 0.1:
            gains[moved] = chance.choice((0.0, 1.0, 0.5))
        if chance.random() < 0.2:
            ear = chance.choice(list(Ear))
            hears[chance.choice(sorted(ears))] = Hears(ear, chance.choice(list(sounds)) if ear is Ear.SOLO else "")
        inputs = [Input(key, None, 0.0) for key in ("e1", "e3")]
        for key in there:
            frame = sounds[key][n * TICK : (n + 1) * TICK]
            loud = float(20 * np.log10(np.abs(frame).max() + 1e-6))
            wide = np.stack((frame, frame[::-1])) if key == "p2" else frame
            shown = wide if frame.any() else None
            kind = kinds.get(key, Sound.PLAIN)
            inputs.append(Input(key, shown, gains[key], 480, 0.3, kind, loud, buses[key]))
        levels = {one.key: one.level for one in inputs if one.key in {"p0", "p1", "p2", "e1", "e3"}}
        desk.mix(inputs, levels, whose, ("p1",), Places(hears=hears))


def test_two_hundred_loud_ticks_drive_both_limiters_alike() -> None:
    desk = Desk()
    for _ in range(200):
        inputs = [
            Input(f"{n}", (RANDOM.standard_normal(TICK) * RANDOM.uniform(0, 0.8)).astype(np.float32)) for n in range(5)
        ]
        desk.mix(inputs, {"0": -20.0, "3": -10.0}, {}, ())


EXTENDED = pack(Packet(111, 9, 960, 5, b"payload", level=30))
TWO_BYTE = bytes((0x90, 111, 0, 1)) + bytes(8) + bytes.fromhex("10000002 0201aa01 01230000") + b"x"


@given(
    st.sampled_from((EXTENDED, TWO_BYTE, pack(Packet(111, 1, 2, 3, b"plain")))),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 255)), max_size=4),
    st.integers(0, 40),
)
def test_they_read_the_same_out_of_any_datagram(data: bytes, flips: list[tuple[int, int]], size: int) -> None:
    line = bytearray(data)
    for at, value in flips:
        line[at % len(line)] = value
    damaged = bytes(line[:size] if size < len(line) else line)
    try:
        one = parse(damaged)
    except NotRtp:
        assert faces.parse(damaged) is None
    else:
        level = -1 if one.level is None else one.level
        assert faces.parse(damaged) == (
            one.payload_type, one.sequence, one.timestamp, one.ssrc, one.payload, level,
        )  # fmt: skip
