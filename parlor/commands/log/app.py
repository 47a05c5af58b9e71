"""The `parlor log` commands, each with its examples."""

from collections.abc import Callable

import typer

from parlor.commands.log.diff import diff
from parlor.commands.log.export import export
from parlor.commands.log.forget import forget
from parlor.commands.log.parked import parked
from parlor.commands.log.rebuild import rebuild
from parlor.commands.log.replay import replay
from parlor.commands.log.retry import retry
from parlor.commands.log.schema import schema
from parlor.commands.log.state import state
from parlor.commands.log.tail import tail
from parlor.commands.log.verify import verify

log_app = typer.Typer(
    help="Take the event log out, put it back, see what it adds up to, check that it is whole.",
    no_args_is_help=True,
    epilog="Example: `parlor log export > evening.jsonl` · `parlor log replay --dry evening.jsonl`",
)

EXAMPLES: dict[Callable[..., None], str] = {
    export: "Examples: `parlor log export -o all.jsonl` · `parlor log export --room r2d2aaaaaaaaaaaa --public` · "
    "`parlor log export --from 2h --nats tls://nats.example --creds me.creds -o evening.jsonl`",
    replay: "Examples: `parlor log replay evening.jsonl` · `parlor log replay --speed 10 evening.jsonl` · "
    "`parlor log replay --dry evening.jsonl`",
    state: "Examples: `parlor log state` · `parlor log state --room r2d2aaaaaaaaaaaa --at 12m30s` · "
    "`parlor log state --at 20:15 evening.jsonl` · `parlor log state --room r2d2aaaaaaaaaaaa --at r17 --json`",
    tail: "Examples: `parlor log tail` · `parlor log tail --room r2d2aaaaaaaaaaaa --type '*speak*'` · "
    "`parlor log tail --since 15m --public --json | jq .data`",
    diff: "Examples: `parlor log diff monday.jsonl tuesday.jsonl` · `parlor log diff evening.jsonl` (with the running "
    "log) · `parlor log diff evening.jsonl --fold state.json`",
    verify: "Examples: `parlor log verify` · `parlor log verify --digest 3f9a… all.jsonl`",
    rebuild: "Example: `parlor log rebuild`",
    parked: "Examples: `parlor log parked` · `parlor log parked --projection rooms --json | jq .reason`",
    retry: "Examples: `parlor log retry` · `parlor log retry --projection rooms`",
    forget: "Examples: `parlor log forget r2d2aaaaaaaaaaaa` · `parlor log forget --yes r2d2aaaaaaaaaaaa`",
    schema: "Examples: `parlor log schema | jq keys` · `parlor log schema --asyncapi` · `parlor log schema --write`",
}


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command, examples in EXAMPLES.items():
        log_app.command(epilog=examples)(command)
    app.add_typer(log_app, name="log")
