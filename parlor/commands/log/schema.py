"""`parlor log schema`"""

import sys
from typing import Annotated

import typer

from parlor.commands.log.files import console


def schema(
    write: Annotated[
        bool, typer.Option("--write", help="Renew docs/events.md and libs/events/schemas/ in this source tree.")
    ] = False,
) -> None:
    """Show the JSON Schema of every fact; or renew what is made from them, unless the change would break readers."""
    import msgspec

    from libs.events.schema import schemas
    from libs.events.vocabulary import OWNERS
    from parlor.log_schema import renew

    if write:
        for line in renew():
            console().print(line)
    else:
        every = {tag: one for owner in OWNERS for tag, one in schemas(owner).items()}
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(every)) + b"\n")
