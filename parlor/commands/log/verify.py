"""`parlor log verify`"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parlor.commands.log.files import LOG_FILE, console, lines_of
from parlor.commands.log.places import CaOption, CredsOption, NatsOption, cluster

if TYPE_CHECKING:
    from libs.events.chain import Chains
    from parlor.logbook import Cluster

SHOWN_FAULTS = 20


def verify(  # noqa: PLR0913, PLR0917  # each argument is an option that a person may type
    file: Annotated[Path | None, LOG_FILE] = None,
    digest: Annotated[str, typer.Option(help="What an earlier `verify` printed: it must be the same log.")] = "",
    part: Annotated[bool, typer.Option("--part", help="It is a part of a log: what is left out is no fault.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The verdict as JSON.")] = False,
    nats: NatsOption = "",
    creds: CredsOption = None,
    ca: CaOption = None,
) -> None:
    """Check revisions, hash chains, checksums, media time and ids, of the log or of a file; exit 1 if any is wrong.

    No flipped byte passes. The digest names the whole log: note it elsewhere, and `--digest` finds what somebody has
    changed on purpose, or cut off.
    """
    from libs.events.chain import Chains

    chains = Chains(place="position" if file is None else "line", partial=part)
    if file is None:
        asyncio.run(_read_log(chains, cluster(nats, creds, ca)))
    else:
        _read_file(chains, file)
    if digest and digest != chains.digest:
        chains.faults.append(f"another log than that of digest {digest}: lines were changed, added or left out")
    show = _show_json if as_json else _show
    show(chains)
    if chains.faults:
        raise typer.Exit(1)


async def _read_log(chains: "Chains", place: "Cluster | None") -> None:
    from parlor.logbook import log_at

    async with log_at(place) as log:
        async for batch in log.read_all():
            for fact in batch:
                chains.read(fact)


def _read_file(chains: "Chains", file: Path) -> None:
    from libs.events import replay

    with lines_of(file) as lines:
        replay.verify(lines, chains)


def _show(chains: "Chains") -> None:
    screen = console()
    for fault in chains.faults[:SHOWN_FAULTS]:
        screen.print(fault, style="red", markup=False)
    if len(chains.faults) > SHOWN_FAULTS:
        screen.print(f"… and {len(chains.faults) - SHOWN_FAULTS} more", style="red")
    verdict = f"{len(chains.faults)} faults" if chains.faults else "whole and unchanged"
    if chains.gaps:
        verdict += f", {len(chains.gaps)} gaps"
    screen.print(f"{chains.facts} facts in {chains.aggregates} aggregates: {verdict}")
    if chains.unchecked_ends:
        screen.print(f"{chains.unchecked_ends} of them end in a line of before checksums: compare --digest")
    screen.print(f"digest {chains.digest}")


def _show_json(chains: "Chains") -> None:
    import msgspec

    verdict = {
        "facts": chains.facts,
        "aggregates": chains.aggregates,
        "faults": chains.faults,
        "gaps": chains.gaps,
        "unchecked_ends": chains.unchecked_ends,
        "digest": chains.digest,
    }
    sys.stdout.buffer.write(msgspec.json.encode(verdict) + b"\n")
