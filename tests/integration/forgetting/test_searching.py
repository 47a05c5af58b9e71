"""The search finds what was planted, whatever form it has: else "not found" would say nothing."""

import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.integration.forgetting.searching import forms_of_bytes, forms_of_text, found

NAME = "Zéphyrine Quillfeather"
FORMS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-16": lambda text: text.encode("utf-16"),
    "json": lambda text: json.dumps({"name": text}).encode(),
    "form": lambda text: urlencode({"name": text}).encode(),
    "upper case": lambda text: text.upper().encode(),
    "one word": lambda text: text.split()[1].encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "hex in upper case": lambda text: text.encode().hex().upper().encode(),
    **{f"base64 after {n}": lambda text, n=n: b64encode(b"x" * n + text.encode()) for n in range(3)},  # type: ignore[misc]  # a default argument binds n
    "base64url": lambda text: urlsafe_b64encode(text.encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_planted_name_is_found(form: str, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "store.blk").write_bytes(bytes(5000) + FORMS[form](NAME) + bytes(5000))

    assert found(tmp_path, forms_of_text(NAME))


def test_a_planted_key_is_found(tmp_path: Path) -> None:
    key = bytes(range(100, 132))
    for n, content in enumerate((key, key.hex().encode(), b64encode(b"x" + key), urlsafe_b64encode(b"xy" + key))):
        (tmp_path / f"{n}.blk").write_bytes(b"before" + content + b"after")

    assert {line.partition(":")[0] for line in found(tmp_path, forms_of_bytes("key", key))} == {
        f"{n}.blk" for n in range(4)
    }


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"Zephyr, quill and feather" + zlib.compress(b"of no interest"))

    assert found(tmp_path, forms_of_text(NAME)) == []
