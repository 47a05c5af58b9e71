"""What a speaker told about its playing: the facts it leads to, and what the skill does about it. Pure.

A speaker may tell things twice and out of order, so every rule compares tokens first. Trying again is bounded: once
with the other rendition after a failure, twice after a live stream fell off, anew after a minute of good playing.
"""

from libs.events.ids import DeviceId, Milliseconds
from libs.events.playback import PlaybackEvent, PlaybackFailed, PlaybackFinished, PlaybackStarted, PlaybackStopped
from services.alexa_gateway.outcomes import Brake, Control, Extend, Halt, Nothing, Tune
from services.alexa_gateway.requests import Failed, Finished, NearlyFinished, Started, Stopped
from services.alexa_gateway.state import Device, Play, Rooms

RETRIES_AFTER_FAILURE = 1
RETRIES_AFTER_END = 2
GOOD_PLAYING = Milliseconds(60_000)
OTHER_RENDITION = {"mp3": "aac", "aac": "mp3"}


def told(
    event: Started | Stopped | Finished | Failed, play: Play, device: DeviceId, now: Milliseconds
) -> PlaybackEvent:
    """The fact behind an AudioPlayer event."""
    room, token = play.room, event.token
    match event:
        case Started():
            return PlaybackStarted(device=device, room=room, token=token, offset=event.offset_in_milliseconds)
        case Stopped():
            offset = event.offset_in_milliseconds
            return PlaybackStopped(device=device, room=room, token=token, offset=offset, at=now)
        case Finished():
            offset = event.offset_in_milliseconds
            return PlaybackFinished(device=device, room=room, token=token, offset=offset, at=now)
        case Failed():
            return PlaybackFailed(device=device, room=room, token=token, error=event.error.type, at=now)


def after_start(play: Play, rooms: Rooms) -> Brake:
    """A room that ended meanwhile is not played on."""
    return Nothing() if rooms.live_room(play.room) else Halt()


def after_failure(event: Failed, device: Device, rooms: Rooms) -> Control:
    """Once more with the other rendition, then no more: endless tries would never let the person speak."""
    play = device.plays[event.token]
    room = rooms.live_room(play.room)
    if device.latest != event.token:
        return Nothing()
    if room is None or play.attempt >= RETRIES_AFTER_FAILURE:
        return Halt()
    return Tune(room, "", play.start, OTHER_RENDITION[play.rendition], play.attempt + 1)


def after_end(event: NearlyFinished, device: Device, rooms: Rooms) -> Control:
    """A live stream does not end by itself: the connection did, so the same room is queued again."""
    play = device.plays[event.token]
    room = rooms.live_room(play.room)
    attempt = 0 if event.offset_in_milliseconds >= GOOD_PLAYING else play.attempt
    if room is None or device.latest != event.token or attempt >= RETRIES_AFTER_END:
        return Nothing()
    return Extend(room, event.token, play.rendition, attempt + 1)
