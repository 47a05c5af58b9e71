"""What an encoder sends, decoded as it comes, by PyAV: MP3, AAC (ADTS), and Opus, Vorbis or FLAC in Ogg.

No demuxer of PyAV is used: one reads ahead and waits, and the ends of our streams are never there. Sound comes out as
stereo at 48 kHz, with the titles that are in the stream.
"""

from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.packet import Packet

from services.media.mixing.frame import RATE, Float
from services.media.track import Track
from services.media.transport.comments import LARGEST_ID3, id3_length, id3_title, vorbis_comment
from services.media.transport.ogg import OggPacket, OggReader

TOO_MANY = 100
"""Damaged packets in a row."""

PADDING = bytes(64)
"""FFmpeg's parsers look so far behind their input (AV_INPUT_BUFFER_PADDING_SIZE), and PyAV leaves that to us."""


class Undecodable(Exception):
    """The stream is not what it was said to be, or holds no sound that we decode; one sentence."""


class Decoding:
    """One codec's packets to stereo. `damaged` counts what could not be decoded."""

    def __init__(self, codec: str, extradata: bytes = b"") -> None:
        context = av.CodecContext.create(codec, "r")
        if not isinstance(context, AudioCodecContext):
            raise Undecodable(f"{codec} is no sound")
        self.damaged = 0
        self._context = context
        if extradata:
            self._context.extradata = extradata
        self._resampler: AudioResampler | None = None
        self._like: tuple[object, ...] = ()
        self._bad = 0

    def parsed(self, data: bytes) -> Iterator[Float]:
        """The sound in the next bytes of a stream of frames that say themselves where they begin."""
        try:
            packets = self._context.parse(memoryview(data + PADDING)[: len(data)])
        except av.FFmpegError as fault:
            raise Undecodable(f"no frames are in it: {fault}") from fault
        for packet in packets:
            yield from self._decoded(packet)

    def packet(self, data: bytes) -> Iterator[Float]:
        """The sound in one packet."""
        yield from self._decoded(Packet(data))

    def _decoded(self, packet: "Packet[Any]") -> Iterator[Float]:
        try:
            decoded = self._context.decode(packet)
        except (av.FFmpegError, ValueError) as fault:
            self.damaged += 1
            self._bad += 1
            if self._bad >= TOO_MANY:
                raise Undecodable(f"{TOO_MANY} packets in a row can't be decoded: {fault}") from fault
            return
        for frame in decoded:
            self._bad = 0
            yield from self._resampled(frame)

    def _resampled(self, frame: AudioFrame) -> Iterator[Float]:
        frame.pts = None
        like = (frame.format.name, frame.layout.name, frame.sample_rate)
        if like != self._like or self._resampler is None:
            layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
            self._like, self._resampler = like, AudioResampler(format="fltp", layout=layout, rate=RATE)
        try:
            made = self._resampler.resample(frame)
        except (av.FFmpegError, ValueError) as fault:
            raise Undecodable(f"{like} can't be turned into stereo at 48 kHz: {fault}") from fault
        for each in made:
            sound: Float = each.to_ndarray().astype(np.float32, copy=False)
            yield np.repeat(sound, 2, axis=0) if len(sound) == 1 else sound


class Elementary:
    """MP3 or AAC, with ID3v2 tags at any place between frames."""

    def __init__(self, codec: str) -> None:
        self._decoding = Decoding(codec)
        self._held = bytearray()
        self._tag = 0

    @property
    def damaged(self) -> int:
        """Frames that could not be decoded."""
        return self._decoding.damaged

    def feed(self, data: bytes) -> Iterator[Track | Float]:
        """Titles and sound, in their order. Raises Undecodable."""
        self._held += data
        while self._held:
            if self._tag:
                if len(self._held) < self._tag:
                    return
                named = id3_title(bytes(self._held[: self._tag]))
                del self._held[: self._tag]
                self._tag = 0
                if named:
                    yield Track(*named)
                continue
            at = self._before_tag()
            if not at and not self._tag:
                return
            sound = bytes(self._held[:at])
            del self._held[:at]
            if sound:
                yield from self._decoding.parsed(sound)

    def _before_tag(self) -> int:
        """How many bytes are certainly sound. Sets how long the tag behind them is, if one is there."""
        at = self._held.find(b"ID3")
        if at < 0:
            return next((len(self._held) - n for n in (2, 1) if self._held.endswith(b"ID3"[:n])), len(self._held))
        beginning = bytes(self._held[at : at + 10])
        if len(beginning) < 10:
            return at
        length = id3_length(beginning)
        if not 0 < length <= LARGEST_ID3:
            return at + 3
        self._tag = length
        return at


class Ogg:
    """Opus, Vorbis or FLAC, one logical stream after the other."""

    def __init__(self) -> None:
        self._reader = OggReader()
        self._decoding: Decoding | None = None
        self._headers: list[bytes] = []
        self._kind = ""
        self._damaged = 0

    @property
    def damaged(self) -> int:
        """Pages and packets that could not be read."""
        return self._damaged + self._reader.damaged + (self._decoding.damaged if self._decoding else 0)

    def feed(self, data: bytes) -> Iterator[Track | Float]:
        """Titles and sound, in their order. Raises Undecodable."""
        for packet in self._reader.feed(data):
            if packet.number == 0:
                self._begin(packet)
            if self._decoding is None:
                yield from self._header(packet.data)
            elif self._kind != "flac" or packet.data[:1] == b"\xff":
                yield from self._decoding.packet(packet.data)
            else:
                yield from self._flac_block(packet.data)

    def _begin(self, first: OggPacket) -> None:
        if self._decoding is not None:
            self._damaged += self._decoding.damaged
        self._decoding, self._headers = None, []
        kinds = {b"OpusHead": "opus", b"\x01vorbis": "vorbis", b"\x7fFLAC": "flac"}
        kind = next((kind for magic, kind in kinds.items() if first.data.startswith(magic)), None)
        if kind is None:
            raise Undecodable("the Ogg stream is neither Opus nor Vorbis nor FLAC")
        self._kind = kind

    def _header(self, data: bytes) -> Iterator[Track]:
        self._headers.append(data)
        if self._kind == "flac":
            self._decoding = Decoding("flac", data[17:51])
        elif self._kind == "opus" and len(self._headers) == 2:
            self._decoding = Decoding("libopus", self._headers[0])
            yield from _track(vorbis_comment(data[8:]))
        elif self._kind == "vorbis" and len(self._headers) == 3:
            self._decoding = Decoding("vorbis", _laced(self._headers))
            yield from _track(vorbis_comment(self._headers[1][7:]))

    def _flac_block(self, data: bytes) -> Iterator[Track]:
        if data and data[0] & 0x7F == 4:
            yield from _track(vorbis_comment(data[4:]))


def incoming(codec: str) -> Elementary | Ogg:
    """A decoder for one of the values of CODECS in transport/icecast.py."""
    match codec:
        case "ogg":
            return Ogg()
        case "aac":
            return Elementary("aac")
        case _:
            return Elementary("mp3float")


def _track(named: tuple[str, str] | None) -> Iterator[Track]:
    if named is not None:
        yield Track(*named)


def _laced(headers: list[bytes]) -> bytes:
    """The three headers of Vorbis in one, as decoders take them: all lengths but the last before them."""
    lengths = b"".join(b"\xff" * (len(each) // 255) + bytes([len(each) % 255]) for each in headers[:-1])
    return bytes([len(headers) - 1]) + lengths + b"".join(headers)
