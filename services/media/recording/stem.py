"""One source on the grid of media time: what was received where it was played, marked where something is missing.

    add(packet)     an empty payload is missing there
    take()          (pages, lines) since the last time, for the file and for the one beside it

Sample n of the decoded file is media time `origin` + n. Where nobody sent, the file is silent; what is missing is left
to the decoder, which conceals it. An ear can't tell these from what was received, so lines beside the file say what
lies from one sample to another: `lost` (missing), `none` (nobody sent); all else was received.
"""

import zlib

import msgspec

from services.media.recording.ogg_opus import OggOpus
from services.media.recording.packets import FULL_BAND, UNIT, Packet, is_stereo, lost, silence

LOST = "lost"
NONE = "none"


class Span(msgspec.Struct, frozen=True, gc=False, rename={"begin": "from", "end": "to"}):
    """From one sample to another of media time. `sequence` is that of the first packet that is missing."""

    begin: int
    end: int
    what: str
    sequence: int | None = None


class About(msgspec.Struct, frozen=True):
    """What a stem is of: room, source and epoch are written into its comments. `channels`: those of its decoded file;
    0: as its first packet. `pre_skip`: samples at its beginning that are for the decoder only.
    """

    room: str
    source: str
    person: str
    epoch: int
    channels: int = 0
    pre_skip: int = 0


class Stem:
    """`origin` is the media time at which it begins."""

    def __init__(self, about: About, origin: int = 0) -> None:
        self.left_out = 0
        self._about = about
        self._end = origin
        self._file: OggOpus | None = None
        self._before = FULL_BAND
        self._missing: Span | None = None
        self._run: Span | None = None
        self._lines: list[Span] = []

    @property
    def end(self) -> int:
        """The media time behind its last sample."""
        return self._end if self._missing is None else self._missing.end

    def add(self, packet: Packet) -> None:
        """What was played, or missing. What would begin before the last packet's end is left out."""
        self._settle(packet.at)
        if packet.at < self._end or (packet.at - self._end) % UNIT or packet.span % UNIT:
            self.left_out += 1
        elif packet.payload:
            self._file = self._file or self._opened(packet.payload)
            self._none_until(packet.at)
            self._note(None)
            self._before = packet.payload[0]
            self._put(packet.span, packet.payload)
        elif self._file is not None:
            self._missing = Span(packet.at, packet.end, LOST, packet.sequence)

    def take(self) -> tuple[bytes, bytes]:
        """What to write now. Nothing before the first packet."""
        return (b"" if self._file is None else self._file.take()), self._written()

    def close(self, at: int = 0) -> tuple[bytes, bytes]:
        """The same, filled up to `at`, and that this was all."""
        self._settle(max(at, self.end))
        self._none_until(at)
        self._note(None)
        return (b"" if self._file is None else self._file.end()), self._written()

    def _opened(self, first: bytes) -> OggOpus:
        about = self._about
        comments = (f"ROOM={about.room}", f"SOURCE={about.source}", f"EPOCH={about.epoch}")
        serial = zlib.crc32(f"{about.source} {about.epoch}".encode())
        return OggOpus(serial, about.channels or 1 + is_stereo(first), about.pre_skip, comments)

    def _settle(self, at: int) -> None:
        """Write what is missing, as far as nothing else was played there."""
        missing, self._missing = self._missing, None
        if missing is None or at <= missing.begin:
            return
        end = min(at, missing.end)
        self._none_until(missing.begin)
        self._note(msgspec.structs.replace(missing, end=end))
        for span, packet in lost(end - missing.begin, self._before):
            self._put(span, packet)

    def _none_until(self, at: int) -> None:
        if self._file is None or at <= self._end:
            return
        self._note(Span(self._end, at, NONE))
        for span, packet in silence(at - self._end):
            self._put(span, packet)

    def _put(self, span: int, packet: bytes) -> None:
        if self._file is not None:
            self._file.add(packet, span)
            self._end += span

    def _note(self, span: Span | None) -> None:
        """Runs of the same become one line, written when it is over."""
        run = self._run
        if run is not None and span is not None and (run.what, run.end) == (span.what, span.begin):
            self._run = msgspec.structs.replace(run, end=span.end)
            return
        if run is not None:
            self._lines.append(run)
        self._run = span

    def _written(self) -> bytes:
        lines, self._lines = self._lines, []
        return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
