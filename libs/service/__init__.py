"""What every service shares: configuration, health, logs, identity, bodies, NATS, order of start and drain."""
