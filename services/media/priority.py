"""Ask the kernel to run the calling thread before ordinary ones: twenty milliseconds wait for nobody."""

import os


def first_in_line() -> str:
    """Ask for round-robin real-time scheduling (sched(7)) for the thread that calls; says what it got, in a word.

    Linux grants it to root and to CAP_SYS_NICE or RLIMIT_RTPRIO; elsewhere nothing changes. The kernel keeps 5 % of
    the time for all others.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except (AttributeError, OSError):
        return "ordinary"
    return "real-time"
