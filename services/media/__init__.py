"""Owns media.*: sources, the mix, what is on air."""
