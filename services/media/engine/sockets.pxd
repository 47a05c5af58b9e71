# The part of the system's interface that a tick thread uses.

cdef extern from "sys/socket.h" nogil:
    ctypedef unsigned int socklen_t
    cdef struct sockaddr:
        unsigned short sa_family
    cdef struct sockaddr_storage:
        unsigned short ss_family
    int MSG_DONTWAIT
    int AF_INET
    int AF_INET6
    ssize_t recvfrom(int fd, void* data, size_t size, int flags, sockaddr* address, socklen_t* length)
    ssize_t sendto(int fd, const void* data, size_t size, int flags, const sockaddr* address, socklen_t length)

cdef extern from "time.h" nogil:
    cdef struct timespec:
        long tv_sec
        long tv_nsec
    int CLOCK_MONOTONIC
    int CLOCK_THREAD_CPUTIME_ID
    int TIMER_ABSTIME
    int clock_gettime(int clock, timespec* now)
    int clock_nanosleep(int clock, int flags, const timespec* until, timespec* left)

cdef extern from "sys/eventfd.h" nogil:
    int EFD_NONBLOCK
    int EFD_CLOEXEC
    int eventfd(unsigned int value, int flags)

cdef extern from "unistd.h" nogil:
    ssize_t write(int fd, const void* data, size_t size)
    int close(int fd)
    int geteuid()

cdef extern from "sys/mman.h" nogil:
    int MCL_CURRENT
    int MCL_FUTURE
    int MCL_ONFAULT
    int mlockall(int flags)

cdef extern from "errno.h" nogil:
    int errno
    int EINTR
    int EAGAIN
