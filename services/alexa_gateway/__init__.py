"""Owns playback.*: turns speech into commands, answers into speech."""
