"""`parlor up`: two servers, one process with rooms, presence, gateway and edge, one mixer process. Nothing outlives it.

Start: servers, the local certificate authority, the mixer (in parallel), migrations, parts, doors, the word that all
is there. End, by Ctrl-C or SIGTERM: the opposite; what was killed instead is mended at the next start.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from rich.console import Console

from libs.service.config import load
from libs.service.run import Process, Settings, run
from libs.service.tracing import export_spans
from parlor.embedded.infra import Infra, embedded
from parlor.home import home_settings, logging_to, open_log
from parlor.localca import CertOrigin, LocalCa, ensure
from parlor.mixer_process import MixerProcess
from parlor.parts import PARTS, assemble
from parlor.serving import LogSettings, fast_loop
from parlor.settings import state_folder

HERE = ("rooms", "presence", "edge", "alexa-gateway")
"""The parts of our own process, in the order in which they start."""


class Home(msgspec.Struct, frozen=True):
    """Where and with what this Parlor runs."""

    state: Path
    infra: Infra
    settings: Mapping[str, str]

    def environ(self, part: str) -> Mapping[str, str]:
        """The settings of one part, with its own user at NATS."""
        return {**self.settings, **self.infra.environ(PARTS[part].user)}


def run_up(environ: Mapping[str, str]) -> None:
    """Run until a signal. Raises Fault or CannotStart when that can't be."""
    signal.signal(signal.SIGTERM, _as_if_ctrl_c)
    with asyncio.Runner(loop_factory=fast_loop) as runner:
        runner.run(_up(state_folder(environ), environ))


async def _up(state: Path, environ: Mapping[str, str]) -> None:
    began = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Parlor starts, with its state in {state}")
    level = load(LogSettings, environ).log_level
    async with contextlib.AsyncExitStack() as stack:
        infra = await stack.enter_async_context(embedded(state, environ))
        stack.enter_context(logging_to(open_log(state, "parlor"), level))
        stack.callback(export_spans(environ))
        closers = await stack.enter_async_context(contextlib.AsyncExitStack())
        authority = ensure(state)
        settings = home_settings(state, environ, authority)
        settings["ALEXA_CERT_ORIGIN"] = await _cert_origin(authority, closers)
        home = Home(state, infra, settings)

        def announce(_process: Process) -> None:
            console.print(greeting(home, time.monotonic() - began))

        await _services(home, announce, closers)
    console.print("Parlor has ended")


async def _services(home: Home, announce: Callable[[Process], None], closers: contextlib.AsyncExitStack) -> None:
    from libs.service.database import migrate

    mixer = MixerProcess(home.environ("mixer"), home.state)
    closers.push_async_callback(mixer.stop)
    await mixer.launch()
    await migrate(home.infra.database_url)
    parts = [await assemble(name, home.environ(name), closers) for name in HERE]
    await run([*parts, mixer], load(Settings, home.settings), closers=[closers.aclose], started=announce)


def greeting(home: Home, seconds: float) -> str:
    """What a person is told once everything is there."""
    settings, state = home.settings, home.state
    health = f"http://localhost:{settings['ADMIN_PORT']}/health/ready"
    return "\n".join(
        (
            f"[green]On the air[/green] after {seconds:.1f} s",
            f"  listen, speak, run the show   [bold]{settings['PAGE_URL']}[/bold]",
            f"  for an Echo (HTTPS)           [bold]{settings['PUBLIC_URL']}[/bold]",
            f"  trust for its certificate     {state / 'ca' / 'ca.pem'}",
            f"  health, logs                  {health}, {state / 'log'}",
            "Ctrl-C drains and ends",
        )
    )


async def _cert_origin(authority: LocalCa, closers: contextlib.AsyncExitStack) -> str:
    """The loopback server that stands for the place of Amazon's certificate chains."""
    origin = CertOrigin(authority)
    closers.push_async_callback(origin.stop)
    return await origin.start()


def _as_if_ctrl_c(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
