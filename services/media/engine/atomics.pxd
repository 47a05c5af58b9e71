# What one thread writes for another to read. Loads acquire, stores release (gcc's and clang's builtins).

cdef extern from * nogil:
    """
    #define parlor_load(place) __atomic_load_n((place), __ATOMIC_ACQUIRE)
    #define parlor_store(place, value) __atomic_store_n((place), (value), __ATOMIC_RELEASE)
    """
    unsigned int load "parlor_load"(unsigned int* place)
    void store "parlor_store"(unsigned int* place, unsigned int value)
