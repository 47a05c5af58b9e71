"""How high a sound goes between its samples: the twin of mixing/peak.py, whose filters these are.

As integers floats without sign keep their order, and integers may be compared in any order, several at a time; what is
no number is higher than all that are.
"""

import cython
from cython.cimports.libc.math import fabsf
from cython.cimports.libc.string import memcpy

from services.media.mixing import peak as oracle

SUMS = cython.declare(cython.float[6][2])
DIFFERENCES = cython.declare(cython.float[6][2])

for _row in range(2):
    for _tap in range(6):
        SUMS[_row][_tap] = oracle.SUMS[_row, _tap]
        DIFFERENCES[_row][_tap] = oracle.DIFFERENCES[_row, _tap]


def highest(line: cython.pointer[cython.const[cython.float]], many: cython.int) -> cython.float:
    """The highest sample of any number."""
    bits: cython.pointer[cython.const[cython.int]] = cython.cast(cython.pointer[cython.const[cython.int]], line)
    found: cython.int = 0
    number: cython.int
    one: cython.int
    peak: cython.float
    for number in range(many):
        one = bits[number] & 0x7FFFFFFF
        found = max(found, one)
    memcpy(cython.address(peak), cython.address(found), cython.sizeof(cython.float))
    return peak


def highs(line: cython.pointer[cython.const[cython.float]], many: cython.int, out: cython.p_float) -> cython.void:
    """The highest sample of each of so many blocks."""
    bits: cython.pointer[cython.const[cython.int]] = cython.cast(cython.pointer[cython.const[cython.int]], line)
    lanes: cython.int[4]
    number: cython.int
    lane: cython.int
    row: cython.int
    one: cython.int
    for number in range(many):
        for lane in range(4):
            lanes[lane] = bits[lane] & 0x7FFFFFFF
        for row in range(1, 4):
            for lane in range(4):
                one = bits[4 * row + lane] & 0x7FFFFFFF
                lanes[lane] = max(lanes[lane], one)
        one = lanes[0]
        for lane in range(1, 4):
            one = max(one, lanes[lane])
        memcpy(out + number, cython.address(one), cython.sizeof(cython.float))
        bits += BLOCK


def between(line: cython.pointer[cython.const[cython.float]]) -> cython.float:
    """The highest point of one block, which begins BEFORE samples behind `line`."""
    peak: cython.float[16]
    number: cython.int
    row: cython.int
    for number in range(BLOCK):
        peak[number] = fabsf(line[BEFORE + number])
    for row in range(2):
        _pair(line, SUMS[row], DIFFERENCES[row], peak)
    return highest(peak, BLOCK)


def _pair(
    line: cython.pointer[cython.const[cython.float]],
    sums: cython.pointer[cython.const[cython.float]],
    differences: cython.pointer[cython.const[cython.float]],
    peak: cython.p_float,
) -> cython.void:
    """Where one of two mirrored points is higher. The taps are written out, so that four points are made at a time."""
    s: cython.float[6]
    d: cython.float[6]
    even: cython.float
    odd: cython.float
    number: cython.int
    memcpy(s, sums, 6 * cython.sizeof(cython.float))
    memcpy(d, differences, 6 * cython.sizeof(cython.float))
    for number in range(BLOCK):
        even = (line[number] + line[number + 11]) * s[0] + (line[number + 1] + line[number + 10]) * s[1]
        odd = (line[number] - line[number + 11]) * d[0] + (line[number + 1] - line[number + 10]) * d[1]
        even = even + (line[number + 2] + line[number + 9]) * s[2] + (line[number + 3] + line[number + 8]) * s[3]
        odd = odd + (line[number + 2] - line[number + 9]) * d[2] + (line[number + 3] - line[number + 8]) * d[3]
        even = even + (line[number + 4] + line[number + 7]) * s[4] + (line[number + 5] + line[number + 6]) * s[5]
        odd = odd + (line[number + 4] - line[number + 7]) * d[4] + (line[number + 5] - line[number + 6]) * d[5]
        even = fabsf(even) + fabsf(odd)
        peak[number] = max(peak[number], even)
