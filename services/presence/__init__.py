"""Owns attendance: which speakers are connected, how many listen."""
