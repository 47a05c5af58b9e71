"""Somebody who types `parlor log` commands."""

import asyncio
import os
import pty
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from parlor.cli import main

PATIENCE_S = 30.0


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


async def at_a_terminal(said: bytes, *words: str | Path) -> Outcome:
    """The command in a process of its own, whose standard input is a terminal where somebody types this."""
    ours, theirs = pty.openpty()
    try:
        process = await started(*words, stdin=theirs)
        os.close(theirs)
        assert process.stderr is not None
        async with asyncio.timeout(PATIENCE_S):
            heard = await process.stderr.readuntil(b"to leave it as it is")
            os.write(ours, said)
            stdout, stderr = await process.communicate()
    finally:
        os.close(ours)
    return Outcome(process.returncode or 0, stdout, heard + stderr)


async def watched(*words: str | Path) -> bytes:
    """What a command shows whose standard error is a terminal."""
    ours, theirs = pty.openpty()
    try:
        process = await started(*words, stderr=theirs)
        os.close(theirs)
        async with asyncio.timeout(PATIENCE_S):
            shown = await asyncio.to_thread(all_of, ours)
            await process.wait()
    finally:
        os.close(ours)
    return shown


async def started(
    *words: str | Path, stdin: int = asyncio.subprocess.DEVNULL, stderr: int = asyncio.subprocess.PIPE
) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "parlor", "log", *map(str, words)]
    return await asyncio.create_subprocess_exec(
        *command, stdin=stdin, stdout=asyncio.subprocess.PIPE, stderr=stderr, env=os.environ | {"TERM": "xterm"}
    )


def all_of(terminal: int) -> bytes:
    """Everything until nobody writes there any more (Linux then says EIO)."""
    shown = b""
    with suppress(OSError):
        while part := os.read(terminal, 4096):
            shown += part
    return shown
