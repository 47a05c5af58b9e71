"""How a change is asked for, over NATS as over HTTP, and how it is answered."""

from typing import Literal, TypeAlias

import msgspec

from .ids import CommandId, EventId, Position, Samples


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request for change. `subject` is `<scope>/<kind>-<id>`; `data` is the struct that the subject's last token
    names. `id` is the idempotency key; only the HTTP border and the gateway may set `actor`; nobody sends a role.
    """

    id: CommandId
    subject: str
    actor: str
    via: str
    correlationid: str
    data: msgspec.Raw = msgspec.Raw(b"{}")
    roomid: str | None = None
    after: Position | None = None
    expected: int | None = None
    heardat: Samples | None = None
    traceparent: str | None = None


class Written(msgspec.Struct, frozen=True):
    """One fact that an accepted command led to."""

    id: EventId
    type: str


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """Done, or done before. No events: nothing had to change."""

    accepted: Literal[True] = True
    revision: int
    position: Position
    events: tuple[Written, ...] = ()


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Turned down: `code` is a slug, `detail` a sentence that says what would be right, `status` what HTTP calls it."""

    rejected: Literal[True] = True
    code: str
    detail: str
    status: int = 409


Answer: TypeAlias = Accepted | Rejected
