"""Stand-ins for whatever leads to people: keyed hashes (HMAC-SHA-256), so that the same string gets the same stand-in
and nobody without the secret finds the way back, not even by trying. Pure.

Each has the form of what it stands for: an id is an id, a title can be said aloud, a trace is a W3C trace.
"""

import hmac
import re
from base64 import b32encode
from uuid import UUID

from .ids import ID, PersonId
from .sealed import NONCE_BYTES, TAG_BYTES, Sealed, sealed

SYLLABLES = tuple(first + second for first in "bdfghjklmnprstvwz" for second in "aeiou")
LETTERS = 8
TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
NO_LANGUAGE = "und"
TRACE = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


class StandIns:
    """All stand-ins that one secret makes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._ids: dict[str, str] = {}

    def id(self, text: str) -> str:
        """For an id of a person, a device, a room, …: which kind does not matter, so it may stand in any field."""
        known = self._ids.get(text)
        if known is None:
            known = self._ids[text] = b32encode(self._hash("id", text)[:10]).decode().lower()
        return known

    def reference(self, text: str) -> str:
        """For the id of a fact, or of what caused it, a UUIDv8 (RFC 9562): who points at whom stays as it was."""
        number = int.from_bytes(self._hash("reference", text)[:16], "big")
        number = number & ~(0xF << 76) | 8 << 76
        return str(UUID(int=number & ~(0x3 << 62) | 2 << 62))

    def handle(self, text: str) -> str:
        """For an opaque string."""
        return b32encode(self._hash("handle", text)[:15]).decode().lower() if text else text

    def words(self, text: str) -> str:
        """For what somebody wrote: two made-up words that can be said. Nothing stays nothing."""
        if not text:
            return text
        digits = self._hash("words", text)
        made = [SYLLABLES[digits[at] % len(SYLLABLES)] for at in range(LETTERS)]
        return f"{''.join(made[:4]).capitalize()} {''.join(made[4:]).capitalize()}"

    def sealed(self, words: Sealed) -> Sealed:
        """For sealed words: those of the person's stand-in, with nothing in them that any key could open."""
        person = words.split(".")[2]
        return sealed(PersonId(self.id(person)), self._hash("sealed", words)[: NONCE_BYTES + TAG_BYTES])

    def term(self, text: str) -> str:
        """A word of ours is kept; what can't be one is somebody's."""
        return text if not text or TERM.fullmatch(text) else self.words(text)

    def language(self, text: str) -> str:
        """A language tag is kept."""
        return text if LANGUAGE.fullmatch(text) else NO_LANGUAGE

    def route(self, text: str) -> str:
        """A path keeps its form; whatever in it may be an id is replaced."""
        return ID.sub(lambda found: self.id(found[0]), text)

    def trace(self, text: str) -> str | None:
        """For a `traceparent` (W3C Trace Context section 3.2); what is none is left out."""
        parts = TRACE.fullmatch(text)
        if parts is None:
            return None
        version, trace, span, flags = parts.groups()
        return f"{version}-{self._hash('trace', trace)[:16].hex()}-{self._hash('span', span)[:8].hex()}-{flags}"

    def digest(self, text: str) -> str:
        """For the hash of a line that is not there."""
        return self._hash("digest", text).hex()

    def _hash(self, kind: str, text: str) -> bytes:
        return hmac.digest(self._secret, f"{kind}:{text}".encode(), "sha256")
