"""The tick without a socket: beside a bare loop of C that makes the same calls of libopus, and on two cores."""

import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from services.media.engine.bout import Bout
from services.media.engine.denoising import Denoiser
from services.media.mixing.frame import RATE
from services.media.mixing.opus import Encoder
from tests.bench.load import Speech
from tests.bench.report import Figure, figure, interleaved, write
from tests.unit.media.mixing.sounds import frames
from tests.unit.media.mixing.sounds import speech as voice

TICKS = 300
ROUNDS = 7
PEOPLE = 10
OWN = 3


def lines(speech: Speech, people: int) -> list[list[bytes]]:
    """Everybody's packet, for each tick."""
    return [[speech.payload(n, tick) for n in range(people)] for tick in range(TICKS)]


def test_a_tick_beside_a_bare_loop_of_c(tmp_path: Path) -> None:
    speech = Speech()
    program = tmp_path / "bare"
    subprocess.run(["gcc", "-O2", str(Path(__file__).with_name("bare.c")), "-o", str(program), "-lopus"], check=True)

    def bare(people: int, own: int) -> float:
        data = b"".join(len(each).to_bytes(2, "little") + each for turn in lines(speech, people) for each in turn)
        argv = [str(program), str(people), str(TICKS), str(own)]
        return float(subprocess.run(argv, input=data, capture_output=True, check=True).stdout)

    def ours(people: int, own: int) -> float:
        bout = Bout(people, own)
        for turn in lines(speech, people):
            bout.play(turn)
        return bout.microseconds

    figures = []
    for people, own in ((3, 3), (10, 3), (10, 10), (50, 3)):
        value, plain = interleaved(ROUNDS, partial(ours, people, own), partial(bare, people, own))
        figures.append(figure(f"a tick of {people}, {own} own mixes, beside bare C", "us", value, plain, 1.05))
    write("tick-alone", [*figures, two_threads(speech), noise_suppression()])


def noise_suppression() -> Figure:
    """What it adds to a talker who asked for it, beside a VOIP encode of the same sound."""
    random = np.random.default_rng(1)
    sound = frames((voice("allison", 5.0) + 0.01 * random.standard_normal(5 * RATE)).astype(np.float32))
    taken = [frame.tobytes() for frame in sound]
    encoder, denoiser = Encoder(), Denoiser()
    denoiser.want(True)

    def a_tick(step: Callable[[], object]) -> float:
        begun = time.thread_time()
        step()
        return (time.thread_time() - begun) / len(sound) * 1e6

    value, plain = interleaved(
        ROUNDS,
        lambda: a_tick(lambda: [denoiser.clean(each) for each in taken]),
        lambda: a_tick(lambda: [encoder.encode(each) for each in sound]),
    )
    return figure("noise suppression adds, beside a VOIP encode", "us", value, plain)


def two_threads(speech: Speech) -> Figure:
    """Ticks that are made in a second of wall time at full load, by two threads and by one, in turns. A tick is a room
    of ten; nothing waits for a deadline, so this is what two cores carry of what one does.
    """
    turns = lines(speech, PEOPLE)

    def play() -> None:
        bout = Bout(PEOPLE, OWN)
        for turn in turns:
            bout.play(turn)

    def a_second(threads: int) -> float:
        playing = [threading.Thread(target=play) for _ in range(threads)]
        begun = time.perf_counter()
        for each in playing:
            each.start()
        for each in playing:
            each.join()
        return threads * TICKS / (time.perf_counter() - begun)

    one, two = interleaved(ROUNDS, lambda: a_second(1), lambda: a_second(2))
    times = two / one
    return Figure(
        name=f"ticks of {PEOPLE} a second on two threads, times what one makes",
        value=two, unit="ticks/s", yardstick=one, ratio=times, floor=1.8, holds=times >= 1.8,
    )  # fmt: skip
