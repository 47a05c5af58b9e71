"""nats-server and PostgreSQL as ordinary children of ours: no system service, no container, nothing left behind."""
