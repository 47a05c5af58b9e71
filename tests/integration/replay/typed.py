"""Somebody who types `parlor log` commands."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from parlor.cli import main


class Outcome(msgspec.Struct, frozen=True):
    """What a command said and how it ended."""

    status: int
    stdout: bytes
    stderr: bytes


class Typed:
    """Types `parlor log` commands, on this test's servers; in this process, because starting one takes a second."""

    def __init__(self, screen: pytest.CaptureFixture[bytes]) -> None:
        self._screen = screen

    async def __call__(self, *words: str | Path) -> Outcome:
        status = await asyncio.to_thread(main, ["log", *map(str, words)])
        said = self._screen.readouterr()
        return Outcome(status, said.out, said.err)
