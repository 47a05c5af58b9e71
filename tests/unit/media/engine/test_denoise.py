"""Noise suppression on a desk: bit by bit as its NumPy twin, for one source alone, and gone with it."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.media.engine import denoising
from services.media.engine.desk import Desk
from services.media.engine.kind import Kind
from services.media.engine.told import Fact
from services.media.mixing import denoise
from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import Decoder, Encoder
from services.media.mixing.quantise import widen
from services.media.mixing.rtp import Packet, pack
from tests.unit.media.engine.studio import Person, by_hand
from tests.unit.media.engine.test_twins import speech
from tests.unit.media.mixing.sounds import frames, packets
from tests.unit.media.mixing.sounds import speech as somebody

SSRC = 5
NOISE = np.random.default_rng(7)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_both_say_the_same_through_silence_holes_and_switching(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # dice of a test
    one, two = denoise.Denoiser(), denoising.Denoiser()
    for frame in frames(speech(120, seed % 9)):
        if chance.random() < 0.1:
            wanted = chance.random() < 0.7
            one.want(wanted)
            two.want(wanted)
        given_ = None if chance.random() < 0.1 else frame
        made, twin = one.clean(given_), two.clean(None if given_ is None else given_.tobytes())
        assert (made is None) == (twin is None)
        assert made is None or made.tobytes() == twin


class Room:
    """A room with one noisy person in it, ticked by hand; `sound` is its programme, `level` their meter's last word."""

    def __init__(self, made: Desk, port: int) -> None:
        self.made = made
        self.person = Person(port, SSRC)
        self.sound: list[Float] = []
        self.level = 0.0
        made.open(0)
        made.air(0, True)
        self.register()

    def register(self) -> None:
        """Give them a place."""
        self.made.add(0, 3, SSRC, 111)
        self.made.gain(3, 1.0)

    def hears(self, packet: Packet | None) -> list[Fact]:
        """One tick; what was told in it."""
        if packet is not None:
            self.person.socket.send(pack(packet))
        self.made.turn()
        self.sound += [widen(np.frombuffer(pcm, np.int16)) for *_, pcm in self.made.programme()]
        news = self.made.read()
        self.level = next((told.level for told in news if told.fact is Fact.METER), self.level)
        return [told.fact for told in news]


def noisy() -> list[Packet]:
    voice = somebody("austen", 6.0)
    return list(packets((voice + 0.02 * NOISE.standard_normal(len(voice))).astype(np.float32), SSRC))


def test_hiss_is_softer_by_ten_decibels_on_the_meter_too() -> None:
    hiss = list(packets((0.02 * NOISE.standard_normal(150 * TICK)).astype(np.float32), SSRC))
    levels = []
    for wanted in (False, True):
        with by_hand() as (made, port):
            room = Room(made, port)
            made.denoise(3, wanted)
            for packet in hiss:
                room.hears(packet)
            levels.append(room.level)
    assert levels[0] > -40
    assert levels[1] < levels[0] - 10


@pytest.mark.parametrize("wanted", [False, True])
def test_a_click_through_the_desk_is_a_tick_later_with_it(wanted: bool) -> None:  # noqa: FBT001  # what is told
    sound = np.zeros(60 * TICK, np.float32)
    sound[30 * TICK + 200 : 30 * TICK + 248] = 0.9 * np.hanning(48)
    encoder, decoder = Encoder(), Decoder()
    sent = list(packets(sound, SSRC, encoder=encoder))
    alone = np.concatenate([decoder.decode(one.payload).copy() for one in sent])
    with by_hand() as (made, port):
        room = Room(made, port)
        made.denoise(3, wanted)
        for packet in sent:
            room.hears(packet)
        delay = int(np.abs(np.concatenate(room.sound)).argmax()) - int(np.abs(alone).argmax())
    with by_hand() as (made, port):
        room = Room(made, port)
        for packet in sent:
            room.hears(packet)
        plain = int(np.abs(np.concatenate(room.sound)).argmax()) - int(np.abs(alone).argmax())
    assert delay - plain == (TICK if wanted else 0)


def test_who_comes_after_somebody_with_it_is_heard_as_they_come() -> None:
    sent = noisy()[:60]
    with by_hand() as (made, port):
        room = Room(made, port)
        made.denoise(3, True)
        for packet in sent:
            room.hears(packet)
        made.remove(3)
        assert Fact.GONE in [fact for _ in range(3) for fact in room.hears(None)]
        del room.sound[:]
        room.register()
        for packet in sent:
            room.hears(packet)
        after = np.concatenate(room.sound[-50:])
    with by_hand() as (made, port):
        room = Room(made, port)
        for packet in sent:
            room.hears(packet)
        assert np.array_equal(after, np.concatenate(room.sound[-50:]))


def test_sound_that_we_play_is_left_alone() -> None:
    heard = []
    for wanted in (False, True):
        with by_hand() as (made, port):
            room = Room(made, port)
            made.add(0, 4, kind=Kind.PCM)
            made.gain(4, 1.0)
            made.denoise(4, wanted)
            made.play(4, (0.1 * np.random.default_rng(1).standard_normal(9_600)).astype(np.float32).tobytes(), 1)
            for _ in range(10):
                room.hears(None)
            heard.append(np.concatenate(room.sound))
    assert np.array_equal(heard[0], heard[1])
    assert np.abs(heard[0]).max() > 0.1
