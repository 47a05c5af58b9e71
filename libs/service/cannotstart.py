"""Why a process does not start.

    CannotStart
    ├── Misconfigured        the environment makes no valid configuration
    ├── PortTaken            somebody else listens there
    ├── BrokerUnreachable    no NATS server lets us in
    └── DatabaseUnreachable  PostgreSQL is not there or does not let us in

Whoever starts a process prints the message, which is meant for people, and exits with a status that is not zero.
"""


class CannotStart(Exception):
    """One clear sentence; Misconfigured has one for each mistake."""
