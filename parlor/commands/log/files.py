"""Where the commands about the log read and write: a file, or standard input and output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

LOG_FILE = typer.Argument(help="JSON Lines, as `parlor log export` writes them; - is standard input.")


@contextmanager
def lines_of(file: Path) -> Iterator[IO[bytes]]:
    """The lines of a file; `-` is standard input. Raises BadParameter when there is no such file."""
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}")
    with file.open("rb") as lines:
        yield lines


@contextmanager
def sink(output: Path | None) -> Iterator[IO[bytes]]:
    """A file to write, or standard output."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with output.open("wb") as file:
            yield file


def console() -> "Console":
    """For people: no colours unless it is a terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)
