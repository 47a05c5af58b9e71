"""The body of an encoder's request, out of its framing: chunked (RFC 9112 section 7.1), by length, or to the end."""

import re

from services.media.transport.icecast import Refused, Source

SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
LONGEST_LINE = 256
LARGEST_CHUNK = 1 << 24


class Body:
    """Bytes as they come in, sound as it was sent. `ended` once nothing more belongs to it."""

    def __init__(self, asked: Source) -> None:
        self.ended = asked.length == 0
        self._chunked = asked.chunked
        self._left = asked.length
        self._held = bytearray()
        self._chunk = 0
        self._closing = False

    def feed(self, data: bytes) -> bytes:
        """The sound in the next bytes. Raises Refused when the framing is broken."""
        if self.ended:
            return b""
        if self._chunked:
            self._held += data
            return self._unchunked()
        if self._left is None:
            return data
        taken, self._left = data[: self._left], max(0, self._left - len(data))
        self.ended = self._left == 0
        return taken

    def _unchunked(self) -> bytes:
        sound = bytearray()
        while not self.ended:
            if self._chunk:
                part = self._held[: self._chunk]
                if not part:
                    break
                del self._held[: len(part)]
                sound += part
                self._chunk -= len(part)
                self._closing = self._chunk == 0
            elif not self._line():
                break
        return bytes(sound)

    def _line(self) -> bool:
        """Read the line that ends a chunk, or begins one; False while it is not whole."""
        at = self._held.find(b"\n")
        if at < 0 and len(self._held) < LONGEST_LINE:
            return False
        if not 0 <= at < LONGEST_LINE:
            raise Refused(400, "a chunk of the body has no size")
        line = bytes(self._held[:at]).rstrip(b"\r")
        del self._held[: at + 1]
        if self._closing:
            if line:
                raise Refused(400, "a chunk of the body is longer than it says")
            self._closing = False
            return True
        size = line.partition(b";")[0].strip()
        if SIZE.fullmatch(size) is None or int(size, 16) > LARGEST_CHUNK:
            raise Refused(400, "a chunk of the body has no size")
        self._chunk = int(size, 16)
        self.ended = self._chunk == 0
        return True
