"""Devices by an id of our own: Alexa's identifiers are personal and stay out of the log."""

import hmac
from base64 import b32encode
from hashlib import sha256

from libs.events.ids import DeviceId
from libs.events.subjects import Aggregate

PURPOSE = b"parlor device id v1\0"
BYTES = 15


def device_id(secret: str, user: str, device: str) -> DeviceId:
    """A keyed hash of Alexa's user and device ids: the same speaker is the same, and nobody can compute back."""
    text = PURPOSE + user.encode() + b"\0" + device.encode()
    return DeviceId(b32encode(hmac.new(secret.encode(), text, sha256).digest()[:BYTES]).decode().lower())


def aggregate(device: DeviceId) -> Aggregate:
    """Where the facts about a speaker are kept."""
    return Aggregate("playback", device, "device", device)
