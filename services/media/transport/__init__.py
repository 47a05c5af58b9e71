"""How packets come in."""
