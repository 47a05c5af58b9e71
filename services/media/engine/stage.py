"""What those on the stage hear, encoded once for each mix that differs. The twin of mixing/stage.py, which says why."""

import cython
from cython.cimports.libc.stdlib import free
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import buses, opus, ramp, selection
from cython.cimports.services.media.engine import limiter as limiting


def begin(stage: cython.pointer[Stage], most: cython.int, bitrate: cython.int) -> cython.void:
    """`most` mixes of people's own."""
    memset(stage, 0, cython.sizeof(Stage))
    stage.selection.most = most
    stage.bitrate = bitrate
    limiting.begin(cython.address(stage.limiter))


def end(stage: cython.pointer[Stage]) -> cython.void:
    """Give back what it has."""
    free(stage.encoder)
    stage.encoder = cython.NULL


def rest(stage: cython.pointer[Stage]) -> cython.void:
    """Nobody listens: who comes next begins anew."""
    if stage.used:
        limiting.begin(cython.address(stage.limiter))
        if stage.encoder != cython.NULL:
            opus.restart(stage.encoder)
    stage.ran = stage.used = stage.size = stage.selection.pressed = 0


def mix(
    stage: cython.pointer[Stage],
    strips: cython.pointer[cython.pointer[Strip]],
    many: cython.int,
    programme: cython.pointer[cython.const[cython.float]],
) -> cython.void:
    """Make everybody's packets: `packet` of those with `size`, else that of the stage. `programme` is the sum of all
    strips' `heard`.
    """
    sound: cython.float[960]
    total: cython.pointer[cython.const[cython.float]]
    taken: cython.bint = stage.ran
    number: cython.int
    stage.used = 1
    selection.update(cython.address(stage.selection), strips, many)
    for number in range(many):
        _pick(strips[number])
    total = _sum(stage, strips, many, programme)
    for number in range(many):
        _part(stage, strips[number], _apart(strips, many, strips[number]), cython.address(taken))
    limiting.limit(cython.address(stage.limiter), 1, total, sound)
    stage.ran = _shares(strips, many)
    stage.size = 0
    if stage.ran:
        stage.size = _encoded(cython.address(stage.encoder), stage.bitrate, sound, stage.packet)
    for number in range(many):
        strips[number].size = 0
        if strips[number].apart:
            _own(stage, strips, many, strips[number], total)


def _pick(strip: cython.pointer[Strip]) -> cython.void:
    """What the others on the stage hear of it."""
    target: cython.float = 1.0 if strip.chosen else 0.0
    strip.staged = strip.heard
    if not strip.gated:
        return
    if strip.heard == cython.NULL:
        ramp.move(cython.address(strip.pick), target)
    else:
        strip.staged = ramp.under(cython.address(strip.pick), strip.heard, target, strip.picked)


def _sum(
    stage: cython.pointer[Stage],
    strips: cython.pointer[cython.pointer[Strip]],
    many: cython.int,
    programme: cython.pointer[cython.const[cython.float]],
) -> cython.pointer[cython.const[cython.float]]:
    """The stage's sum; the programme's where that is the same."""
    same: cython.bint = True
    first: cython.bint = True
    number: cython.int
    for number in range(many):
        same = same and strips[number].staged == strips[number].heard
    if same:
        return programme
    for number in range(many):
        if strips[number].staged == cython.NULL:
            continue
        if first:
            buses.copy(stage.total, strips[number].staged)
        else:
            buses.add(stage.total, strips[number].staged)
        first = False
    if first:
        buses.clear(stage.total, TICK)
    return stage.total


def _same(one: cython.pointer[cython.const[Strip]], other: cython.pointer[cython.const[Strip]]) -> cython.bint:
    """True when both are of one person."""
    return one == other or (one.person != 0 and one.person == other.person)


def _apart(
    strips: cython.pointer[cython.pointer[Strip]], many: cython.int, strip: cython.pointer[Strip]
) -> cython.bint:
    """True when what this one hears is not what all others do: its person is heard."""
    number: cython.int
    if not strip.listens:
        return False
    if strip.person == 0:
        return strip.chosen or strip.staged != cython.NULL
    for number in range(many):
        if _same(strips[number], strip) and (strips[number].chosen or strips[number].staged != cython.NULL):
            return True
    return False


def _part(
    stage: cython.pointer[Stage],
    strip: cython.pointer[Strip],
    apart: cython.bint,
    taken: cython.pointer[cython.bint],
) -> cython.void:
    """Take over states where somebody comes or goes."""
    if apart and not strip.apart:
        strip.limiter = stage.limiter
        if stage.ran and stage.encoder != cython.NULL:
            strip.encoder = opus.new_encoder(stage.bitrate) if strip.encoder == cython.NULL else strip.encoder
            if strip.encoder != cython.NULL:
                opus.follow(strip.encoder, stage.encoder)
    elif strip.apart and not apart and not taken[0] and strip.encoder != cython.NULL:
        stage.encoder = opus.new_encoder(stage.bitrate) if stage.encoder == cython.NULL else stage.encoder
        if stage.encoder != cython.NULL:
            opus.follow(stage.encoder, strip.encoder)
            taken[0] = True
    strip.apart = apart


def _own(
    stage: cython.pointer[Stage],
    strips: cython.pointer[cython.pointer[Strip]],
    many: cython.int,
    strip: cython.pointer[Strip],
    total: cython.pointer[cython.const[cython.float]],
) -> cython.void:
    mine: cython.float[960]
    sound: cython.float[960]
    left: cython.pointer[cython.const[cython.float]] = total
    number: cython.int
    for number in range(many):
        if strips[number].staged != cython.NULL and strips[number].own and _same(strips[number], strip):
            buses.mix_minus(left, strips[number].staged, mine)
            left = mine
    limiting.limit(cython.address(strip.limiter), 1, left, sound)
    strip.size = _encoded(cython.address(strip.encoder), stage.bitrate, sound, strip.packet)


def _shares(strips: cython.pointer[cython.pointer[Strip]], many: cython.int) -> cython.bint:
    """True while somebody hears what all others do."""
    number: cython.int
    for number in range(many):
        if strips[number].listens and not strips[number].apart:
            return True
    return False


def _encoded(
    encoder: cython.pointer[cython.pointer[OpusEncoder]],
    bitrate: cython.int,
    sound: cython.pointer[cython.const[cython.float]],
    out: cython.p_uchar,
) -> cython.int:
    """A packet's size; 0 when there can be none."""
    size: cython.int
    if encoder[0] == cython.NULL:
        encoder[0] = opus.new_encoder(bitrate)
    if encoder[0] == cython.NULL:
        return 0
    size = opus.encode(encoder[0], sound, out)
    return max(0, size)
