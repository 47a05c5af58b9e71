"""Before the rules run: everything that they may look at, in one struct."""

import msgspec

from libs.events.ids import RoomId, Samples
from services.alexa_gateway.asked import Asked
from services.alexa_gateway.replies import Attributes
from services.alexa_gateway.requests import Envelope, Intent, PlayerState
from services.alexa_gateway.sentences import for_locale
from services.alexa_gateway.state import Device
from services.alexa_gateway.tools import Tools

PLAYING = frozenset({"PLAYING", "BUFFER_UNDERRUN"})

_attributes = msgspec.json.Decoder(Attributes)


def gather(tools: Tools, envelope: Envelope, device: Device, intent: Intent | None, locale: str) -> Asked:
    """One spoken request or button, with what we know now."""
    player, rooms = envelope.context.audio_player, tools.follower.rooms
    token = player.token if player.token in device.plays else device.playing
    current = device.plays.get(token) if token else None
    room = current.room if current else device.left
    before = _remembered(envelope)
    return Asked(
        say=for_locale(locale),
        rooms=rooms,
        device=device,
        now=tools.clock(),
        intent=intent,
        current=current,
        playing=player.player_activity in PLAYING,
        clock=tools.follower.clock(room) if room else None,
        heard=_heard(tools, player),
        reach=tools.reach,
        offered=tuple(RoomId(room_id) for room_id in before.offered),
        misses=before.misses,
    )


def _heard(tools: Tools, player: PlayerState) -> Samples | None:
    return tools.heard.at(player.token, player.offset_in_milliseconds) if player.token else None


def _remembered(envelope: Envelope) -> Attributes:
    """What we asked Alexa to tell us; nothing when it is not ours or of an older form."""
    if envelope.session is None:
        return Attributes()
    try:
        return _attributes.decode(envelope.session.attributes)
    except msgspec.DecodeError:
        return Attributes()
