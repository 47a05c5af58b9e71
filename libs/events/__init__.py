"""The vocabulary: what can happen in Parlor, how it is written down, and the log that keeps it."""
