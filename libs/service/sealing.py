"""Sealing words and names with AES-256-GCM (NIST SP 800-38D), so that forgetting a person is deleting one key.

    SEALING_KEY_FILE ── HKDF ──┬─► wraps each person's key (kept.person_keys)
                               └─► keys the index by which a name is found (kept.people)
    a person's key ──── HMAC ──┬─► seals their words and their name
                               └─► makes the nonce

A nonce is the first 96 bits of an HMAC over place, text and what the text was said with (a command's id): never the
same for two texts, and the same again for a command that is asked again, whose answer must be the same. Nothing here
keeps a key for longer than it is asked for: 2 µs make one ready, and whoever was forgotten is forgotten everywhere.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from libs.events.ids import PersonId
from libs.events.sealed import NONCE_BYTES, VERSION, NotSealed, Sealed, parts_of, sealed
from libs.service.cannotstart import CannotStart

KEY_BYTES = 32


class BadSealingKey(CannotStart):
    """SEALING_KEY_FILE can't be used, or names in the database were sealed with another one."""


class CannotOpen(Exception):
    """Changed, moved from another place, or sealed with another key."""


def new_sealing_key() -> bytes:
    """What a SEALING_KEY_FILE holds: 32 random bytes, base64url."""
    return urlsafe_b64encode(secrets.token_bytes(KEY_BYTES))


class MasterKey:
    """The installation's key: opens no words itself, only the keys that do."""

    def __init__(self, text: bytes) -> None:
        try:
            key = urlsafe_b64decode(text.strip())
        except NotBase64 as fault:
            raise BadSealingKey(f"the sealing key is not base64url: {fault}") from fault
        if len(key) != KEY_BYTES:
            raise BadSealingKey(f"the sealing key has {len(key)} bytes, not {KEY_BYTES}")
        self._wrapping = AESGCM(_derived(key, b"parlor wrapping"))
        self._index = _derived(key, b"parlor names")

    @classmethod
    def read(cls, path: Path) -> Self:
        """From SEALING_KEY_FILE. Raises BadSealingKey."""
        try:
            return cls(path.read_bytes())
        except OSError as fault:
            raise BadSealingKey(f"can't read the sealing key {path} (SEALING_KEY_FILE): {fault.strerror}") from fault

    def new_person_key(self, person: PersonId) -> bytes:
        """A fresh key for this person, wrapped: the form in which it is kept."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, secrets.token_bytes(KEY_BYTES), _said("key", person))

    def unwrap(self, person: PersonId, wrapped: bytes) -> "PersonKey":
        """Raises CannotOpen when it is another person's, or was wrapped with another key."""
        return PersonKey(person, self.unwrap_key(person, wrapped))

    def unwrap_key(self, person: PersonId, wrapped: bytes) -> bytes:
        """The key's own bytes: nothing but a search for them wants these. Raises CannotOpen."""
        return _open(self._wrapping, wrapped, _said("key", person))

    def name_index(self, name: str) -> bytes:
        """What a name is found by: without this key nobody can tell which name it stands for."""
        return hmac.digest(self._index, name.encode(), sha256)


class PersonKey:
    """One person's key, ready for use."""

    def __init__(self, person: PersonId, key: bytes) -> None:
        self._person = person
        self._key = key
        self._words = AESGCM(hmac.digest(key, b"parlor words", sha256))

    def seal(self, text: str, place: str, said_with: str) -> Sealed:
        """Words for this place only. The same words of the same command (`said_with`) are the same box again."""
        said, plain = _said("words", self._person, place), text.encode()
        once = b"".join(len(part).to_bytes(4) + part for part in (said, said_with.encode(), plain))
        nonce = hmac.digest(hmac.digest(self._key, b"parlor nonces", sha256), once, sha256)[:NONCE_BYTES]
        return sealed(self._person, nonce + self._words.encrypt(nonce, plain, said))

    def open(self, words: Sealed, place: str) -> str:
        """The text. Raises CannotOpen."""
        try:
            person, box = parts_of(words)
        except NotSealed as fault:
            raise CannotOpen(str(fault)) from fault
        return _open(self._words, box, _said("words", person, place)).decode()


def _derived(key: bytes, purpose: bytes) -> bytes:
    """RFC 5869."""
    return HKDF(SHA256(), KEY_BYTES, None, purpose).derive(key)


def _said(*parts: str) -> bytes:
    """What a box is bound to beside its key."""
    return "\0".join((VERSION, *parts)).encode()


def _open(cipher: AESGCM, box: bytes, said: bytes) -> bytes:
    try:
        return cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], said)
    except (InvalidTag, ValueError) as fault:
        raise CannotOpen("this was changed, moved, or sealed with another key") from fault
