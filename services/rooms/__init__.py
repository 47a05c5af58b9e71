"""Owns rooms.*: who hosts, who sits on the stage, is it live."""
