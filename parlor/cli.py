"""`parlor …`: every command a person or a container types. Trouble that was to be expected is one sentence and exit 1.

To add a command: a file in `parlor/commands/` with `add_to(app)`, and its name in `commands` below.
"""

import errno
import os
import sys
from collections.abc import Callable

import typer
from rich.console import Console
from rich.markup import escape

from parlor.commands import demo, doctor, echo, localca, nats_auth, serve, skill, token, up
from parlor.commands.log import app as log

commands = (up, demo, serve, echo, log, skill, doctor, token, localca, nats_auth)

FAILED = 1
INTERRUPTED = 130
EPILOG = "Examples: `parlor up` · `parlor doctor` · `parlor token Ana` · `parlor serve rooms`"


def build_app() -> typer.Typer:
    """The command line with all its commands."""
    app = typer.Typer(
        help="Parlor: live-audio rooms for smart speakers.",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(parlor)
    for command in commands:
        command.add_to(app)
    return app


def parlor() -> None:
    """Parlor: live-audio rooms for smart speakers."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command line; returns the exit status."""
    return guarded(lambda: build_app()(args=arguments, prog_name="parlor", standalone_mode=True))


def guarded(run: Callable[[], object]) -> int:
    """Turn what can be expected to go wrong into one sentence on stderr and an exit status."""
    try:
        run()
    except SystemExit as end:  # typer has said what was wrong with the command line
        return end.code if isinstance(end.code, int) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of our output has gone
        return FAILED
    except Exception as trouble:
        sentence = expected(trouble)
        if sentence is None:
            raise
        Console(stderr=True, highlight=False, soft_wrap=True).print("[red]parlor:[/red]", escape(sentence))
        return FAILED
    return 0


def expected(trouble: BaseException) -> str | None:
    """The sentence for trouble that a person can put right; None for a fault of ours, which deserves its traceback."""
    from libs.events.embedded.faults import Fault
    from libs.events.log import LogTrouble
    from libs.service.cannotstart import CannotStart

    if isinstance(trouble, BaseExceptionGroup):
        sentences = [expected(each) for each in trouble.exceptions]
        return sentences[0] if all(sentences) else None
    if isinstance(trouble, Fault | CannotStart | LogTrouble):
        return str(trouble)
    if isinstance(trouble, OSError):
        return system_trouble(trouble)
    return None


def system_trouble(trouble: OSError) -> str | None:
    """The same for what the operating system refuses."""
    place = f" ({trouble.filename})" if trouble.filename else ""
    match trouble.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"no space left on the disk{place}: free some and start again"
        case errno.EADDRINUSE:
            return f"a port that Parlor needs is taken: {trouble.strerror}"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"not allowed{place}: {trouble.strerror}"
        case _:
            return None
