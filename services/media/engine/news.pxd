from .aim cimport Aim
from .console cimport Command, Console, Event
from .source cimport Source

cdef void tell(Console* console, int fact, int room, Source* source) noexcept nogil
cdef void _measure(Event* event, Aim* aim) noexcept nogil
cdef void _read(Event* event, Source* source) noexcept nogil
cdef void refuse(Console* console, Command* command) noexcept nogil
