"""Logs: one JSON object a line on standard output, our own and the libraries' alike.

Log at the world's edge, once, with fields instead of sentences. Rules, folds and the mixing path never log.
"""

import logging
import sys
from typing import Any

import structlog

from libs.service.tracing import trace_id

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
LEVEL_OF_OTHERS = logging.WARNING


def start_logs(level: str = "info", **fixed: str) -> None:
    """Set up the process's logs. `fixed` fields (for example `process="mixer"`) stand in every line.
    Raises KeyError for a level that is not in LEVELS.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _add(fixed),
        _add_trace,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    structlog.configure(
        processors=[*shared, _traceback, _render],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level.lower()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _traceback,
                _render,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(LEVELS[level.lower()], LEVEL_OF_OTHERS), force=True)


def logger(part: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of one part; every line carries `part`. Before `start_logs`, as in a command that writes its
    result to standard output, lines are plain text for people on standard error.
    """
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind(part=part)
    return bound


def _add(fixed: dict[str, str]) -> structlog.types.Processor:
    def processor(_logger: Any, _method: str, fields: structlog.types.EventDict) -> structlog.types.EventDict:
        return {**fixed, **fields}

    return processor


def _add_trace(_logger: Any, _method: str, fields: structlog.types.EventDict) -> structlog.types.EventDict:
    """So that the lines of one request can be found, and its spans."""
    trace = trace_id()
    return fields if trace is None else {**fields, "trace": trace}


_render = structlog.processors.JSONRenderer()
_traceback = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)  # locals may hold secrets
)
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ],
    logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
)
