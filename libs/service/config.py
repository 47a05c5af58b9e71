"""Settings: one frozen Struct per consumer, read once from the environment.

Field `rtp_port` reads `RTP_PORT`, or the file that `RTP_PORT_FILE` names (a mounted secret). An empty variable counts
as unset. All mistakes are named at once, one line each; the value of a text setting is never repeated, it may be
secret. A Struct states its own rules in `__post_init__` with ValueError, one rule a line.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from libs.service.cannotstart import CannotStart

T = TypeVar("T", bound=msgspec.Struct)

ON = frozenset({"on", "true", "yes", "1"})
OFF = frozenset({"off", "false", "no", "0"})


class Misconfigured(CannotStart):
    """The environment does not make a valid configuration; the message has one line for each mistake."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class _Mistake(Exception):
    """One line of Misconfigured."""


def load(cls: type[T], environ: Mapping[str, str]) -> T:
    """The settings that `environ` gives. Raises Misconfigured with every mistake."""
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    for field in msgspec.structs.fields(cls):
        variable = field.name.upper()
        try:
            text = _text(variable, environ)
            if text is not None:
                values[field.name] = _convert(variable, text, field.type)
            elif field.required:
                mistakes.append(f"{variable} is not set")
        except _Mistake as mistake:
            mistakes.append(str(mistake))
    if mistakes:
        raise Misconfigured(mistakes)
    try:
        return cls(**values)
    except ValueError as fault:
        raise Misconfigured(str(fault).splitlines()) from fault


def _text(variable: str, environ: Mapping[str, str]) -> str | None:
    text = environ.get(variable) or None
    named = environ.get(f"{variable}_FILE")
    if not named:
        return text
    if text is not None:
        raise _Mistake(f"{variable} and {variable}_FILE are both set, one is enough")
    try:
        return Path(named).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "not UTF-8 text"
        raise _Mistake(f"{variable}_FILE: can't read {named}: {why}") from fault


def _convert(variable: str, text: str, wanted: Any) -> Any:
    options = get_args(wanted)
    if wanted is bool or bool in options:
        return _switch(variable, text)
    value: Any = text
    if wanted is tuple or getattr(wanted, "__origin__", None) is tuple:
        value = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return msgspec.convert(value, wanted, strict=False, dec_hook=_foreign)
    except msgspec.ValidationError as fault:
        shown = f", not {text!r}" if wanted in (int, float) or int in options or float in options else ""
        expected = str(fault).removesuffix(", got `str`")
        raise _Mistake(f"{variable}: {expected[0].lower()}{expected[1:]}{shown}") from fault


def _switch(variable: str, text: str) -> bool:
    if text.lower() in ON | OFF:
        return text.lower() in ON
    raise _Mistake(f"{variable}: expected on or off, not {text!r}")


def _foreign(wanted: type, value: Any) -> Any:
    if wanted is Path:
        return Path(value)
    raise NotImplementedError
