"""`parlor log schema`"""

import sys
from typing import Annotated

import typer

from parlor.commands.log.files import console, write_json


def schema(
    asyncapi: Annotated[
        bool, typer.Option("--asyncapi", help="Show the AsyncAPI 3.0 document: subjects, facts, commands, services.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Renew docs/ and libs/events/schemas/ in this source tree.")
    ] = False,
) -> None:
    """Show the JSON Schema (2020-12) of every fact, or what travels over NATS as AsyncAPI 3.0.

    `--write` renews the files that are made from them, unless the change would break readers.
    """
    from libs.events.schema import schemas
    from libs.events.vocabulary import OWNERS
    from parlor.log_asyncapi import dump
    from parlor.log_schema import renew

    if write:
        for line in renew():
            console().print(line)
    elif asyncapi:
        sys.stdout.buffer.write(dump())
    else:
        write_json({tag: one for owner in OWNERS for tag, one in schemas(owner).items()})
