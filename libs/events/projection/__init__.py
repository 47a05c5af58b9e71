"""Exactly once from the log into PostgreSQL."""
