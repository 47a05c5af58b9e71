"""Owns rooms, their stage, programmes and persons: who hosts, who speaks, is it live."""
