"""Why a process does not start.

    CannotStart
    ├── Misconfigured        the environment makes no valid configuration
    ├── BadSigningKey        SIGNING_KEY_FILE can't be used
    ├── BadSealingKey        SEALING_KEY_FILE can't be used, or is another installation's
    ├── PortTaken            somebody else listens there
    ├── CannotListen         the address is not ours, or the port needs rights that we don't have
    ├── BrokerUnreachable    no NATS server lets us in
    └── DatabaseUnreachable  PostgreSQL is not there or does not let us in

Whoever starts a process prints the message, which is meant for people, and exits with a status that is not zero.
"""


class CannotStart(Exception):
    """One clear sentence; Misconfigured has one for each mistake."""
