"""What a rendition is, for those who encode it and for those who only pass it on. Imports no codec."""

import msgspec

from libs.events.air import AAC_FRAME, MP3_FRAME
from libs.events.ids import RoomId, Samples

SAMPLE_RATE = 48_000


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One way of encoding the programme. `frame` is the samples in one frame, the unit of joining and splicing;
    `bitrate` is bits per second for each channel; `on_demand` formats are only made while somebody listens.
    """

    name: str
    codec: str
    content_type: str
    bitrate: int
    frame: Samples
    on_demand: bool

    def path(self, room: RoomId) -> str:
        """Where listeners of a room get it."""
        return f"/live/{room}.{self.name}"

    def channels(self, frame: bytes) -> int:
        """What a frame's header says: 1 or 2 (ISO/IEC 11172-3 2.4.2.3; 14496-3 table 1.19)."""
        if self.codec == "mp3":
            return 1 if frame[3] >> 6 == 3 else 2
        return (frame[2] & 1) << 2 | frame[3] >> 6


MP3 = Format(
    name="mp3", codec="mp3", content_type="audio/mpeg", bitrate=64_000, frame=MP3_FRAME, on_demand=True
)  # RFC 3003
AAC = Format(
    name="aac", codec="mp4a.40.2", content_type="audio/aac", bitrate=64_000, frame=AAC_FRAME, on_demand=False
)  # ADTS, ISO/IEC 14496-3 1.A.3.2

FORMATS = {form.name: form for form in (MP3, AAC)}
