"""One file per command or group of commands; each has `add_to(app)`, and imports what it needs when it runs."""
