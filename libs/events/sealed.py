"""Words that somebody said for a few ears, as the log holds them: ciphertext, and whose it is.

    sealed.v1.<person>.<base64url of nonce (12 bytes), ciphertext, tag (16 bytes)>

Sealed is done at the border and opened by queries (libs/service/sealing.py, which needs a library for it); between them
nothing has the text: no decider, no fold, no answer, no export. The key is the person's and goes when they are
forgotten. Every box is bound to the place that it was made for, so that one that was moved can't be opened.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Annotated, NewType

import msgspec

from .event import Event
from .ids import PersonId, checked_id
from .subjects import Aggregate

FORM = r"^sealed\.v[1-9][0-9]*\.[a-z0-9]{10,32}\.[A-Za-z0-9_-]{38,}$"
VERSION = "sealed.v1"
NONCE_BYTES = 12
TAG_BYTES = 16

_form = re.compile(FORM)

Sealed = NewType("Sealed", Annotated[str, msgspec.Meta(pattern=FORM)])
"""Somebody's words as ciphertext (AES-256-GCM): `sealed.v1.<person>.<box>`. Nobody can open it once they are forgotten.
"""


class NotSealed(ValueError):
    """Not a `Sealed` of this version. The message does not repeat it: it may be what should have been sealed."""


def sealed(person: PersonId, box: bytes) -> Sealed:
    """The words of this person as they travel; `box` is nonce, ciphertext and tag."""
    return Sealed(f"{VERSION}.{checked_id(person)}.{urlsafe_b64encode(box).rstrip(b'=').decode()}")


def whose(words: Sealed) -> PersonId:
    """Who said them. Raises NotSealed."""
    return parts_of(words)[0]


def parts_of(words: Sealed) -> tuple[PersonId, bytes]:
    """Who said them; nonce, ciphertext and tag. Raises NotSealed, for another version too."""
    if _form.fullmatch(words) is None or not words.startswith(f"{VERSION}."):
        raise NotSealed(f"sealed words are {VERSION}.<person>.<base64url>, and these are not")
    _, _, person, text = words.split(".")
    try:
        return PersonId(person), urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except NotBase64 as fault:
        raise NotSealed(f"sealed words have a box in base64url: {fault}") from fault


def place(about: Aggregate, fact: type[Event], field: str) -> str:
    """The place of words in a field of a fact about something. Versions of the fact share it: an upcast moves words
    that it can't open.
    """
    return f"{about.owner}/{about.name}/{fact.tag.rpartition('.')[0]}/{field}"
