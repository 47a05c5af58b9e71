"""Owns presence.*: which speakers are connected, how many listen."""
