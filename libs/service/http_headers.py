"""Header dependencies of the public contract: `Idempotency-Key`, `If-Match`, `Parlor-After`."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Header

from libs.events.fresh import fresh_command_id
from libs.events.ids import CommandId, Position
from libs.events.refusal import Refusal
from libs.service.caughtup import CaughtUp

KEY = re.compile(r"[\x21-\x7e]{1,128}")
REVISION = re.compile(r'"?(\d{1,18})"?')


class MalformedHeader(Refusal):
    """A header does not have the form that the contract gives it."""

    slug: ClassVar = "malformed-header"
    status: ClassVar = 400


async def idempotency_key(
    idempotency_key: Annotated[
        str | None, Header(description="The same key with the same request gets the same answer for 24 hours.")
    ] = None,
) -> CommandId:
    """The command's id: the header (with or without quotes), or a fresh one when there is none."""
    if idempotency_key is None:
        return fresh_command_id()
    key = idempotency_key.strip('"')
    if KEY.fullmatch(key) is None:
        raise MalformedHeader("Idempotency-Key is 1 to 128 visible ASCII characters")
    try:
        return CommandId(str(UUID(key)))
    except ValueError:
        return CommandId(key)


async def if_match(
    if_match: Annotated[
        str | None, Header(description='The revision that the caller has seen, as an ETag: `"7"`.')
    ] = None,
) -> int | None:
    """The expected revision; None when the caller does not care (no header, or `*`)."""
    if if_match is None or if_match == "*":
        return None
    revision = REVISION.fullmatch(if_match)
    if revision is None:
        raise MalformedHeader(f'If-Match is a revision such as "7", not {if_match[:40]}')
    return int(revision[1])


def parlor_after(fold: CaughtUp) -> Callable[[str | None], Awaitable[Position | None]]:
    """A dependency: when the request has `Parlor-After: <position>`, wait up to 500 ms until `fold` has seen it,
    then refuse with 503 `not-yet-caught-up`.
    """

    async def caught_up(
        parlor_after: Annotated[
            str | None, Header(description="Answer only when this position of the log has been seen.")
        ] = None,
    ) -> Position | None:
        if parlor_after is None:
            return None
        if not parlor_after.isdecimal() or len(parlor_after) > 18:
            raise MalformedHeader(f"Parlor-After is a position that we gave, not {parlor_after[:40]!r}")
        position = Position(int(parlor_after))
        await fold.wait(position)
        return position

    return caught_up
