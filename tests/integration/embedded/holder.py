"""A program that holds both servers: `python -m tests.integration.embedded.holder STATE`.

Prints one JSON line with their addresses and process ids, then waits for the end of its input.
"""

import asyncio
import json
import sys
from pathlib import Path

import psutil

from parlor.cli import guarded
from parlor.embedded.infra import embedded


async def hold(state: Path) -> None:
    """Start, report, wait, stop."""
    async with embedded(state, {}) as infra:
        children = [child.pid for child in psutil.Process().children(recursive=True)]
        report = {"nats": infra.nats_url, "database": infra.database_url, "children": children}
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    sys.exit(guarded(lambda: asyncio.run(hold(Path(sys.argv[1])))))
