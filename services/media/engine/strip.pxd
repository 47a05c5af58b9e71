from .bus cimport Ear
from .frame cimport LARGEST, TICK
from .lane cimport Lane
from .limiter cimport Limiter
from .opus cimport Coder
from .pan cimport Pan
from .ramp cimport Ramp

cdef struct Strip:
    # set for each tick: what there is to hear, where the fader should go, how loud it is before that
    const float* frame
    int channels
    float gain
    double level
    # what it is, a voice's own gain, how fast the desk moves its fader, and whether a bed is down
    int sound
    float factor
    int fade
    int sunk
    # under its fader, as one channel; NULL when all of that is silent. `sides` has both, where there are two
    Ramp fader
    Pan pan
    const float* heard
    const float* sides
    float under[2 * TICK]
    float middle[TICK]
    # past the programme: what the green room hears of it, and what the stage is told
    Lane lane
    const float* aside
    const float* told
    # whose it is: strips of one person are not heard by that person (0: by nobody's but its own listener)
    int person
    # its person listens on the stage; so it is heard there while it has a place among the loudest, unless it is music
    int own
    int gated
    int chosen
    double loudness
    int silent
    # this one listens, now to this, on its way to that; `of` is the one of HEARS_ONE
    int listens
    Ear ear
    Ear wish
    const Strip* of
    const Strip* wished
    Ramp turned
    int lone
    # so many percent of what is sent to it get lost; `size` is 0 when it hears what all others do
    int loss
    Ramp pick
    const float* staged
    float picked[TICK]
    int apart
    Limiter limiter
    Coder coder
    int size
    unsigned char packet[LARGEST]

cdef void begin(Strip* strip, int fade) noexcept nogil
cdef void listening(Strip* strip) noexcept nogil
cdef void treat(Strip* strip, int sound, float factor) noexcept nogil
cdef void pace(Strip* strip, int fade) noexcept nogil
cdef void assign(Strip* strip, int bus) noexcept nogil
cdef void listen(Strip* strip, int ear, const Strip* of) noexcept nogil
cdef void forget(Strip* strip, const Strip* gone) noexcept nogil
cdef void gate(Strip* strip, int person, bint gated) noexcept nogil
cdef void _gate(Strip* strip) noexcept nogil
cdef void end(Strip* strip) noexcept nogil
