"""Looking for something in every byte below a folder, in every form in which a program may have written it."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

LEAST = 6
"""Shorter pieces are found by chance."""
NOTHING = bytes(512)


def found(folder: Path, wanted: Mapping[str, bytes]) -> list[str]:
    """`<file>: <form>` for each of these that some file has."""
    return [
        f"{file.relative_to(folder)}: {form}"
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
        for form in found_in(content_of(file), wanted)
    ]


def found_in(content: bytes, wanted: Mapping[str, bytes]) -> Iterator[str]:
    """The forms that are somewhere in it; those of text in any case."""
    lower = content.lower()
    for form, needle in wanted.items():
        if needle in content or ("base64" not in form and needle.lower() in lower):
            yield form


def content_of(file: Path) -> bytes:
    """All of it but long runs of nothing; nothing when it went away meanwhile."""
    try:
        return file.read_bytes().replace(NOTHING, b"\0")
    except FileNotFoundError:
        return b""


def forms_of_text(*texts: str) -> dict[str, bytes]:
    """Each long word of each text: as bytes, escaped, and encoded. Where a text is, its words are too."""
    pieces = {piece for text in texts for piece in text.split() if len(piece) >= LEAST}
    return {form: needle for piece in sorted(pieces) for form, needle in _text(piece)}


def forms_of_bytes(name: str, secret: bytes) -> dict[str, bytes]:
    """A secret as bytes, in hexadecimal and in base64."""
    return dict(_encoded(name, secret))


def _text(text: str) -> Iterator[tuple[str, bytes]]:
    for codec in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
        yield f"{text} in {codec}", text.encode(codec)
    yield f"{text} in JSON", json.dumps(text)[1:-1].encode()
    yield f"{text} in a URL", quote(text).encode()
    yield f"{text} in a form", quote(text, safe="").replace("%20", "+").encode()
    yield from _encoded(text, text.encode())


def _encoded(name: str, secret: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{name} as bytes", secret
    yield f"{name} in hex", secret.hex().encode()
    for before in range(3):
        text = b64encode(bytes(before) + secret)
        start, whole = (0, 2, 3)[before], (before + len(secret)) // 3 * 4
        yield f"{name} in base64 after {before}", text[start:whole]
        yield f"{name} in base64url after {before}", text[start:whole].replace(b"+", b"-").replace(b"/", b"_")
