from .allowance cimport Crowd
from .denoise cimport Denoiser
from .feed cimport Feed
from .frame cimport DATAGRAM, TICK
from .srtp cimport Srtp
from .pool cimport Packet, Pool
from .ring cimport Ring
from .routes cimport Routes, Table
from .rtp cimport Header
from .source cimport DROPS, Address, Source
from .strip cimport Strip
from .tick cimport Room

cdef enum:
    SOURCES = 4096
    STUDIOS = 1024
    PLACES = 16384
    NETWORKS = 16
    STAMPS = 1024
    WANTED = 32

cdef enum Order:
    OPEN_ROOM
    CLOSE_ROOM
    OWN_MIXES
    AIR
    ADD_SOURCE
    REMOVE_SOURCE
    GAIN
    SEND_TO
    PERSON
    STEM
    TERMS
    SECURE
    ROUTE
    AGAIN
    LOSS
    PAN
    LOUDNESS
    TREAT
    BUS
    EAR
    DENOISE

cdef enum Fact:
    CONNECTED
    DISCONNECTED
    TALKING
    HUSHED
    GONE
    CLOSED
    METER
    ROOM_METER
    STALLED
    FLOODING
    MISBEHAVED

cdef struct Command:
    int order
    int room
    int source
    int many
    double gain
    unsigned int ssrc
    int kind
    int payload_type
    int listens
    int fade
    int channels
    Feed* feed
    Denoiser* denoiser
    Address address
    # for WebRTC sources; what is pointed to is given
    int red
    int level
    int again
    unsigned short wanted[WANTED]
    Srtp* inbound
    Srtp* outbound
    Routes* routes

# What RTCP says of a WebRTC source: what came of theirs, and what was sent of ours.
cdef struct Traffic:
    int known
    unsigned int ssrc
    long long highest
    long long expected
    long long received
    int jitter
    long long packets
    long long octets
    unsigned int timestamp

# How loud a room's programme is, or a source before its fader: LUFS, dBFS (a programme's peak between samples too), and
# the decibels that are added to it.
cdef struct Meters:
    int known
    double momentary
    double lately
    double integrated
    double peak
    double gain

cdef struct Event:
    int fact
    int room
    int source
    int depth
    long long tick
    double level
    long long lost
    long long dropped
    Traffic traffic
    int fault
    Meters meters

cdef struct Programme:
    int room
    int channels
    long long tick
    double level
    short pcm[2 * TICK]

cdef struct Datagram:
    Address address
    int size
    unsigned char bytes[DATAGRAM]

cdef struct Network:
    int family
    int bits
    unsigned char prefix[16]

cdef struct Studio:
    Room room
    int number
    int air
    int awake

cdef struct Console:
    int fd
    int bell
    unsigned int going
    int news
    Pool pool
    Ring commands
    Ring events
    Ring programme
    Ring stems
    Ring sounds
    Ring outside
    Ring replies
    Network networks[NETWORKS]
    int networks_many
    int places[PLACES]
    Table routes
    Crowd crowd
    long long looked_at
    int looked
    Source* sources[SOURCES]
    Feed* feeds[SOURCES]    # who calls the desk makes and frees them; a PCM source borrows its own until GONE
    Denoiser* denoisers[SOURCES]    # the same of who sends packets, once switched on
    Studio* studios[STUDIOS]
    int highest
    long long tick
    long long began
    long long dropped[DROPS]
    long long sent
    long long unsent
    long long skipped
    long long tardy
    int late[STAMPS]
    int done[STAMPS]
    long long stamped

cdef void obey(Console* console) noexcept nogil
cdef Source* find(Console* console, unsigned int ssrc) noexcept nogil
cdef void step(Console* console, long long now) noexcept nogil
cdef void close(Console* console) noexcept nogil
cdef void _obey(Console* console, Command* command) noexcept nogil
cdef void _obey_room(Studio* studio, Command* command) noexcept nogil
cdef void _obey_source(Console* console, Source* source, Command* command) noexcept nogil
cdef void _obey_strip(Strip* strip, Command* command) noexcept nogil
cdef const Strip* _one_of(Console* console, int room, int number) noexcept nogil
cdef void _open(Console* console, Command* command) noexcept nogil
cdef void _close(Console* console, int number) noexcept nogil
cdef void _add(Console* console, Command* command) noexcept nogil
cdef void _remove(Console* console, Source* source) noexcept nogil
cdef void _know(Console* console) noexcept nogil
cdef void _mix(Console* console, Studio* studio) noexcept nogil
cdef bint _hear(Console* console, Studio* studio, long long now) noexcept nogil
cdef void _sweep(Console* console, Studio* studio) noexcept nogil
cdef void _meter(Console* console, Studio* studio) noexcept nogil
