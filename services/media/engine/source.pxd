from .admission cimport DROPS, NO_MEMORY, NOT_OPUS, TAKEN, WRONG_PAYLOAD_TYPE, Address
from .agc cimport Agc
from .allowance cimport Allowance
from .conduct cimport Conduct
from .denoise cimport Denoiser
from .feed cimport Feed
from .level cimport Talk
from .pool cimport Packet, Pool
from .rtp cimport Header
from .strip cimport Strip
from .tape cimport Tape
from .voice cimport Voice
from .wire cimport Wire

cdef enum Kind:
    RTP
    PCM
    WEBRTC

cdef enum:
    CAME = 1
    WENT = 2
    TALK = 4
    STOOD = 8

cdef struct Source:
    Strip strip          # the first member: a room's strip is its source
    Kind kind
    Voice* voice
    Feed* feed           # of a PCM source; the caller's memory
    Denoiser* denoiser   # of one that sends packets, once it was switched on; the caller's memory
    Talk talk
    Tape tape
    # what its meters show: K-weighted power over some 400 ms, and the highest sample since they were read
    Agc agc
    double power
    float peak
    int number
    int room
    unsigned int ssrc
    int payload_type
    int latched
    Address address
    long long heard
    int connected
    int stalled
    int leaving
    Allowance allowance
    Conduct conduct
    int fault        # what it was last told of
    # a WebRTC peer's; NULL for others
    Wire* wire
    Header out

cdef void begin(Source* source, int number, int room) noexcept nogil
cdef void end(Source* source, Pool* pool) noexcept nogil
cdef int receive(Source* source, Pool* pool, Packet* packet, Header* header, long long now) noexcept nogil
cdef int hear(Source* source, Pool* pool, long long now) noexcept nogil
cdef void treat(Source* source, int sound, double gain) noexcept nogil
cdef void _weigh(Source* source) noexcept nogil
cdef bint sounds(const Source* source) noexcept nogil
cdef int _take(Source* source, Pool* pool, long long now) noexcept nogil
cdef void _clean(Source* source) noexcept nogil
cdef int _play(Source* source) noexcept nogil
cdef void _forget(Source* source, Pool* pool) noexcept nogil
