"""Where the commands about the log read and write: a file, or standard input and output."""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
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
def rewindable(file: Path) -> Iterator[IO[bytes]]:
    """The same, for reading twice (`seek(0)`): standard input is copied first."""
    with lines_of(file) as lines:
        if lines.seekable():
            yield lines
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(lines, copy)
            copy.seek(0)
            yield copy


@contextmanager
def sink(output: Path | None) -> Iterator[IO[bytes]]:
    """A file to write, or standard output. The file is there when all of it is there: until then it has another name,
    and what fails on the way leaves neither. Raises BadParameter when there can't be such a file.
    """
    if output is not None and (output.is_dir() or not output.absolute().parent.is_dir()):
        raise typer.BadParameter(f"{output} is a folder, or in none that is there", param_hint="--output")
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif output.exists() and not output.is_file():  # a pipe, a device
        with output.open("wb") as file:
            yield file
    else:
        with appearing(Path(os.path.realpath(output))) as file:
            yield file


@contextmanager
def appearing(output: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name when it is whole and on the disk."""
    part = output.with_name(f".{output.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Tells how far a long piece of work is, when standard error is a terminal; 0 is a total that is not known."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total or None)
        yield lambda done: shown.update(task, completed=done)


def write_json(value: object) -> None:
    """For programs, and readable all the same."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value)) + b"\n")


def console(*, stderr: bool = False) -> "Console":
    """For people: no colours unless it is a terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, stderr=stderr)
