"""New identifiers. Called at the world's edge only: rules receive ids, they never make them."""

import secrets
from base64 import b32encode

import uuid_utils

from .ids import CommandId, EventId


def fresh_id() -> str:
    """A new room, person, source or device id: 80 random bits, 16 characters of a-z and 2-7."""
    return b32encode(secrets.token_bytes(10)).decode().lower()


def fresh_event_id() -> EventId:
    """A new UUIDv7 (RFC 9562 section 5.7): sorts by time of making."""
    return EventId(str(uuid_utils.uuid7()))


def fresh_command_id() -> CommandId:
    """A new UUIDv7 for a command that nobody named."""
    return CommandId(str(uuid_utils.uuid7()))
