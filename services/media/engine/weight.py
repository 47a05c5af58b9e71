"""How loud people find one source, roughly. The twin of mixing/weight.py, which says why."""

import cython

from services.media.mixing import weight as oracle

SAME = cython.declare(cython.double, oracle.SAME)
NEXT = cython.declare(cython.double, oracle.NEXT)


def weigh(frame: cython.pointer[cython.const[cython.float]]) -> cython.double:
    """The K-weighted mean square of 20 ms."""
    sums: cython.float[240]
    lanes: cython.float[8]
    total: cython.double = 0.0
    power: cython.double
    mean: cython.float
    number: cython.int
    lane: cython.int
    for number in range(240):
        sums[number] = (frame[4 * number] + frame[4 * number + 1]) + (frame[4 * number + 2] + frame[4 * number + 3])
    for lane in range(8):
        lanes[lane] = sums[lane]
    for number in range(1, 30):
        for lane in range(8):
            lanes[lane] += sums[8 * number + lane]
    for lane in range(8):
        total += lanes[lane]
    mean = cython.cast(cython.float, total / 240)
    for number in range(240):
        sums[number] = sums[number] - mean
    power = SAME * _added(sums, sums, 30) + NEXT * _added(sums, sums + 1, 29)
    return max(0.0, power)


def _added(
    one: cython.pointer[cython.const[cython.float]],
    other: cython.pointer[cython.const[cython.float]],
    rows: cython.int,
) -> cython.double:
    """Products, in eight lanes of float32, the lanes in double, each from the first to the last."""
    lanes: cython.float[8]
    total: cython.double = 0.0
    number: cython.int
    lane: cython.int
    for lane in range(8):
        lanes[lane] = one[lane] * other[lane]
    for number in range(1, rows):
        for lane in range(8):
            lanes[lane] += one[8 * number + lane] * other[8 * number + lane]
    for lane in range(8):
        total += lanes[lane]
    return total
