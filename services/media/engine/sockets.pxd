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
    int SOL_SOCKET
    int SO_TIMESTAMPNS
    int SCM_TIMESTAMPNS
    cdef struct iovec:
        void* iov_base
        size_t iov_len
    cdef struct msghdr:
        void* msg_name
        socklen_t msg_namelen
        iovec* msg_iov
        size_t msg_iovlen
        void* msg_control
        size_t msg_controllen
        int msg_flags
    cdef struct cmsghdr:
        int cmsg_type
    cmsghdr* CMSG_FIRSTHDR(msghdr* message)
    unsigned char* CMSG_DATA(cmsghdr* head)
    int setsockopt(int fd, int level, int option, const void* value, socklen_t size)
    ssize_t recvmsg(int fd, msghdr* message, int flags)
    ssize_t sendto(int fd, const void* data, size_t size, int flags, const sockaddr* address, socklen_t length)

cdef extern from "time.h" nogil:
    cdef struct timespec:
        long tv_sec
        long tv_nsec
    int CLOCK_MONOTONIC
    int CLOCK_REALTIME
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
