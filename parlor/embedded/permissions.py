"""Who may publish and subscribe what on NATS, derived from who owns which facts. Pure.

A service appends only its own facts, answers only its own commands, and only the HTTP border and the voice gateway
send commands for people. Replies need no grant: whoever received a request may answer it once (`allow_responses`).
What a permission cannot hold: a consumer that pushes to any subject, so the doorway never makes push consumers.
"""

from collections.abc import Mapping, Sequence

import msgspec

from libs.events.subjects import AIR_STREAM, EVENTS_STREAM, PARKED_STREAM, snapshots_stream, snapshots_subjects

OPERATOR = "operator"

OWNED: Mapping[str, tuple[str, ...]] = {
    "rooms": ("rooms",),
    "presence": ("presence",),
    "media": ("media",),
    "alexa_gateway": ("playback",),
}
"""The owners of facts that each service writes for (ARCHITECTURE.md, "Who owns and appends what")."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "rooms": ("cmd.>",),
    "presence": (),
    "media": ("cmd.media.>",),
    "alexa_gateway": ("cmd.>",),
}
"""Who may ask for changes. Media's own front door registers sources; the rest comes through rooms or the gateway."""

TELEMETRY: Mapping[str, tuple[str, ...]] = {
    "rooms": ("tel.rooms.>",),
    "presence": ("tel.presence.>",),
    "media": ("tel.media.>", "tel.edge.>", "air.>", "seg.>"),
    "alexa_gateway": ("tel.playback.>",),
}
"""What each says often: meters, clocks, counts; and, for media, the air itself."""

STREAMS: Mapping[str, tuple[str, ...]] = {"media": (AIR_STREAM,)}
"""Streams that a service has beside `EVT`; it may make, change and read them, nobody but the operator deletes."""


PROJECTIONS: Mapping[str, tuple[str, ...]] = {"rooms": ("archive", "rooms")}
"""Whose views are whose: a service parks what its own views can't take in; only the operator takes it out again."""


class Grants(msgspec.Struct, frozen=True):
    """Subjects that one user may publish to and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]

    def may_publish(self, subject: str) -> bool:
        """As the server decides it."""
        return any(matches(pattern, subject) for pattern in self.publish)

    def may_subscribe(self, subject: str) -> bool:
        """As the server decides it, for a subject without wildcards."""
        return any(matches(pattern, subject) for pattern in self.subscribe)


def grants(service: str) -> Grants:
    """What a service may do."""
    streams = (EVENTS_STREAM, f"KV_{service}", snapshots_stream(service), *STREAMS.get(service, ()))
    return Grants(
        publish=(
            *(f"evt.{owner}.>" for owner in OWNED[service]),
            *COMMANDS[service],
            "qry.>",
            *TELEMETRY[service],
            f"$KV.{service}.>",
            snapshots_subjects(service),
            "$JS.API.INFO",
            "$JS.API.STREAM.NAMES",
            *(f"park.{projection}.>" for projection in PROJECTIONS.get(service, ())),
            *(f"$JS.API.STREAM.{verb}.{PARKED_STREAM}" for verb in ("CREATE", "INFO") if service in PROJECTIONS),
            *(subject for stream in streams for subject in stream_reading(stream)),
            *(f"$JS.API.STREAM.UPDATE.{stream}" for stream in STREAMS.get(service, ())),
        ),
        subscribe=(
            f"{inbox(service)}.>",
            f"cmd.{service}.>",
            f"qry.{service}.>",
            "tel.>",
            *(("air.>", "seg.>") if service == "media" else ()),
        ),
    )


def inbox(user: str) -> str:
    """The prefix of a user's reply subjects; nobody else may listen there."""
    return f"_INBOX_{user}"


def stream_reading(stream: str) -> Sequence[str]:
    """What making sure of a stream and reading it through pull consumers needs; not changing, purging or deleting."""
    return (
        f"$JS.API.STREAM.CREATE.{stream}",
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
        f"$JS.API.CONSUMER.CREATE.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.INFO.{stream}.>",
        f"$JS.API.CONSUMER.NAMES.{stream}",
        f"$JS.API.CONSUMER.DELETE.{stream}.>",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.>",
        f"$JS.ACK.{stream}.>",
    )


def matches(pattern: str, subject: str) -> bool:
    """NATS subject matching: `*` is one token, `>` at the end is one or more."""
    wanted, given = pattern.split("."), subject.split(".")
    for place, word in enumerate(wanted):
        if word == ">":
            return len(given) > place
        if place >= len(given) or word not in ("*", given[place]):
            return False
    return len(wanted) == len(given)


def authorization(passwords: Mapping[str, str]) -> str:
    """The `authorization` block of a nats-server configuration for these users; the operator may do everything."""
    return "\n".join(["authorization {", "  users = [", *(user_block(*pair) for pair in passwords.items()), "  ]", "}"])


def user_block(user: str, password: str) -> str:
    """One user of the block above."""
    name = f'user: "{user}", password: "{password}"'
    if user == OPERATOR:
        return f"    {{ {name} }}"
    allowed = grants(user)
    publish, subscribe = (", ".join(f'"{each}"' for each in side) for side in (allowed.publish, allowed.subscribe))
    return (
        f"    {{ {name}, permissions: {{\n"
        f"        publish: [{publish}]\n"
        f"        subscribe: [{subscribe}]\n"
        f"        allow_responses: true }} }}"
    )


USERS = (*OWNED, OPERATOR)
