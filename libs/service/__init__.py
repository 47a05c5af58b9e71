"""What every service shares: configuration, logs, health, identity, HTTP bodies, the NATS doorway, start and drain."""
