"""One JSON object a line, ours and the libraries', and no secret that lay in a variable."""

import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
import structlog

from libs.service.logs import logger, start_logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def fail(password: str) -> None:
    raise RuntimeError(f"{len(password)} letters")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_has_time_level_part_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs("info", process="mixer")
    logger("rtp").info("source connected", ssrc=7)
    logger("rtp").debug("not wanted")
    (line,) = lines(capsys)

    assert line["time"]
    del line["time"]
    assert line == {"event": "source connected", "level": "info", "part": "rtp", "process": "mixer", "ssrc": 7}


def test_libraries_speak_the_same_way_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs("info")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.error").info("Uvicorn running")
    (line,) = lines(capsys)

    assert (line["logger"], line["event"]) == ("uvicorn.error", "Invalid HTTP request received.")


def test_a_traceback_is_structured_and_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs("info")
    try:
        fail("2retnuh"[::-1])
    except RuntimeError:
        logger("http").exception("crashed")
    out = capsys.readouterr().out

    assert json.loads(out)["exception"][0]["exc_value"] == "7 letters"
    assert "hunter2" not in out


def test_before_the_start_lines_are_for_people_beside_what_a_command_prints_and_show_no_variables_either(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        fail("2retnuh"[::-1])
    except RuntimeError:
        structlog.get_logger().error("crashed", exc_info=sys.exc_info())
    out = capsys.readouterr().err

    assert "7 letters" in out
    assert "hunter2" not in out


def test_an_unknown_level_is_an_error() -> None:
    with pytest.raises(KeyError), warnings.catch_warnings():
        start_logs("loud")
