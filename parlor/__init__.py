"""The command line, and all services composed on one machine."""
