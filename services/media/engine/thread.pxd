from .console cimport Console

cdef long long monotonic() noexcept nogil
cdef void run(Console* console) noexcept nogil
cdef void _beat(Console* console, long long begin) noexcept nogil
cdef void _sleep(long long until) noexcept nogil
cdef void turn(Console* console, long long ticks) noexcept nogil
cdef void _ring(Console* console) noexcept nogil
cdef bint lock_memory() noexcept nogil
