"""The command line answers a person in sentences."""

import errno
import pkgutil
import tomllib
from pathlib import Path

import pytest

from libs.events.embedded.faults import DiskFull
from libs.service.cannotstart import CannotStart
from parlor import cli
from parlor.commands.log import app as log

COMMANDS = Path(cli.__file__).parent / "commands"


def test_every_command_file_is_on_the_command_line() -> None:
    files = {file.stem for file in COMMANDS.glob("*.py")} - {"__init__"}
    folders = {file.parent.name for file in COMMANDS.glob("*/app.py")}
    assert files | folders == {command.__name__.split(".")[2] for command in cli.commands}


def test_the_command_that_is_installed_is_this_one() -> None:
    project = tomllib.loads((COMMANDS.parents[1] / "pyproject.toml").read_text())["project"]
    assert pkgutil.resolve_name(project["scripts"]["parlor"]) is cli.main


def test_every_file_about_the_log_with_a_function_of_its_name_is_a_command_there() -> None:
    files = {file.stem for file in COMMANDS.glob("log/*.py") if f"\ndef {file.stem}(" in file.read_text()}
    assert files == {command.__name__ for command in log.EXAMPLES}


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (CannotStart("port 8080 on 127.0.0.1 is taken"), "port 8080 on 127.0.0.1 is taken"),
        (DiskFull("no space left"), "no space left"),
        (OSError(errno.ENOSPC, "No space left on device", "/var/x"), "no space left on the disk (/var/x)"),
        (OSError(errno.EADDRINUSE, "Address already in use"), "a port that Parlor needs is taken"),
        (PermissionError(errno.EACCES, "Permission denied", "/etc/x"), "not allowed (/etc/x): Permission denied"),
        (ExceptionGroup("both", [CannotStart("first"), CannotStart("second")]), "first"),
    ],
)
def test_expected_trouble_is_a_sentence_and_exit_1(
    trouble: Exception, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> None:
        raise trouble

    assert cli.guarded(run) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    def run() -> None:
        raise LookupError("ours")

    with pytest.raises(LookupError):
        cli.guarded(run)


@pytest.mark.parametrize("arguments", [["nonsense"], ["serve", "kitchen"], ["token"]])
def test_a_mistyped_command_is_explained_without_a_traceback(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    assert "Usage: parlor" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["up", "serve", "migrate", "doctor", "token"])
def test_every_command_has_help_with_colours_only_for_a_terminal(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"parlor {command}" in said
    assert "\x1b[" not in said
