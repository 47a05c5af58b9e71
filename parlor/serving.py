"""One service in one process."""

import asyncio
import contextlib
from collections.abc import Mapping

import msgspec

from libs.service.logs import LEVELS, start_logs
from libs.service.run import Settings, run
from libs.service.tracing import export_spans
from parlor.parts import assemble, load_all, settings_of


class LogSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How much is logged."""

    log_level: str = "info"

    def __post_init__(self) -> None:
        if self.log_level.lower() not in LEVELS:
            raise ValueError(f"LOG_LEVEL: expected one of {', '.join(LEVELS)}, not {self.log_level!r}")


def run_alone(name: str, environ: Mapping[str, str]) -> None:
    """Run until a signal. Raises CannotStart."""
    logs, settings, *_ = load_all([LogSettings, Settings, *settings_of(name)], environ)
    start_logs(logs.log_level, process=name)
    end_spans = export_spans(environ)
    with asyncio.Runner(loop_factory=fast_loop) as runner:
        try:
            runner.run(_serve(name, environ, settings))
        finally:
            end_spans()


async def _serve(name: str, environ: Mapping[str, str], settings: Settings) -> None:
    async with contextlib.AsyncExitStack() as closers:
        part = await assemble(name, environ, closers)
        await run([part], settings, closers=[closers.aclose])


def fast_loop() -> asyncio.AbstractEventLoop:
    """The faster uvloop where it is to be had."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
