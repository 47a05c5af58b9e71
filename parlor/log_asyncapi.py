"""`docs/asyncapi.json`: AsyncAPI 3.0 (asyncapi.com) of all that travels over NATS and is kept or answered.

One channel for each fact and each command, by its subject; a service `send`s what it owns and answers what it is asked.
Everybody who may read a fact `receive`s it. Made from the classes, so it says what the code does.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, get_args

import msgspec

from libs.events.command import Accepted, Command, Rejected
from libs.events.envelope import SPECVERSION, Envelope
from libs.events.event import Event
from libs.events.subjects import EVENTS_STREAM, PARTITIONS, event_name
from libs.events.upcasts import UPCASTS, Upcast
from libs.events.vocabulary import CLASSES
from parlor.embedded.permissions import OWNED
from services.media.call_asked import CALLS, CallPatched, CallStarted, PatchCall, StartCall
from services.media.evidence_asked import FreezeEvidence, Frozen
from services.media.monitor_asked import MONITORING
from services.media.registration import Registered, RegisterSource
from services.rooms.commands import ProgrammeVerb, RegisterPerson, RoomVerb

Json: TypeAlias = dict[str, Any]

COMMANDS: Mapping[str, tuple[type[msgspec.Struct], ...]] = {
    "rooms": (*get_args(RoomVerb), *get_args(ProgrammeVerb), RegisterPerson),
    "media": (RegisterSource, FreezeEvidence, *CALLS, *MONITORING),
}
ANSWERS: Mapping[type[msgspec.Struct], type[Accepted]] = {
    RegisterSource: Registered,
    FreezeEvidence: Frozen,
    StartCall: CallStarted,
    PatchCall: CallPatched,
}

SCHEMAS = "#/components/schemas/"
CLOUDEVENT = "application/cloudevents+json"
JSON = "application/json"
HEAD = """Live-audio rooms as facts and commands over NATS.

A fact is CloudEvents 1.0 structured JSON, stored once in the JetStream stream EVT. A command is a request; its answer \
says what was written, or why not. Fields are only ever added; another meaning is a new type."""


def document(upcasts: Sequence[Upcast[Any, Any]] = UPCASTS) -> Json:
    """The whole document. Superseded facts are messages of their channels; nobody appends them."""
    old = [upcast.old for upcast in upcasts]
    every = [*CLASSES, *old]
    facts = {channel_of(fact): fact for fact in [*old, *CLASSES]}
    asked = {f"{service}-{verb.__name__}": (service, verb) for service, verbs in COMMANDS.items() for verb in verbs}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Parlor", "version": "1.0.0", "description": HEAD, "license": {"name": "Apache-2.0"}},
        "defaultContentType": JSON,
        "servers": {"nats": {"host": "localhost:4222", "protocol": "nats", "description": "NATS 2.15 with JetStream"}},
        "channels": {
            **dict(fact_channels(every)),
            **{name: command_channel(service, verb) for name, (service, verb) in asked.items()},
            "answers": answers_channel(),
        },
        "operations": {
            **{
                key: one
                for name, fact in facts.items()
                for key, one in fact_operations(name, fact, appended=fact not in old)
            },
            **{f"{service}-answers-{verb.__name__}": answering(name, verb) for name, (service, verb) in asked.items()},
        },
        "components": {
            "schemas": dict(sorted(schemas(every).items())),
            "messages": {
                **{fact.tag: fact_message(fact) for fact in CLASSES},
                **{each.old.tag: fact_message(each.old) | {"x-superseded-by": each.new.tag} for each in upcasts},
                **{name: command_message(verb) for name, (_, verb) in asked.items()},
                **{kind.__name__: answer_message(kind) for kind in answers()},
            },
        },
    }


def dump() -> bytes:
    """The file."""
    return msgspec.json.format(msgspec.json.encode(document())) + b"\n"


def owner_of(fact: type[Event]) -> str:
    """`rooms` of `rooms.speaker-admitted.v1`."""
    return fact.tag.partition(".")[0]


def channel_of(fact: type[Event]) -> str:
    """The name of its channel; versions of a fact share one."""
    return f"{owner_of(fact)}-{event_name(fact.tag)}"


def fact_channels(every: Sequence[type[Event]]) -> Iterator[tuple[str, Json]]:
    """A channel for each fact, with every version of it."""
    for name in dict.fromkeys(map(channel_of, every)):
        versions = [fact for fact in every if channel_of(fact) == name]
        owner, _, event = name.partition("-")
        yield (
            name,
            {
                "address": f"evt.{owner}.{{partition}}.{{scope}}.{{kind}}-{{id}}.{event}",
                "messages": {fact.tag: {"$ref": f"#/components/messages/{fact.tag}"} for fact in versions},
                "parameters": {
                    "partition": partition(),
                    "scope": {"description": "The room, else the programme, person or device that it is about."},
                    "kind": {"description": "What kind of thing the fact is about, such as room, mix or source."},
                    "id": {"description": "Which of them."},
                },
                "servers": [{"$ref": "#/servers/nats"}],
            },
        )


def partition() -> Json:
    """The parameter that spreads scopes over replicas."""
    return {
        "description": f"FNV-1a-32 of the scope modulo {PARTITIONS}, two digits.",
        "enum": [f"{n:02d}" for n in range(PARTITIONS)],
    }


def fact_operations(name: str, fact: type[Event], *, appended: bool) -> Iterator[tuple[str, Json]]:
    """Its owner appends it, unless it is superseded; who may read it follows it."""
    [service] = [service for service, owners in OWNED.items() if owner_of(fact) in owners]
    channel = {"$ref": f"#/channels/{name}"}
    if appended:
        yield (
            f"{service}-appends-{event_name(fact.tag)}",
            {"action": "send", "channel": channel, "summary": f"Appended to {EVENTS_STREAM} by {service} alone."},
        )
    yield (
        f"anyone-follows-{name}",
        {"action": "receive", "channel": channel, "summary": f"Told to: {fact.audience.value}."},
    )


def fact_message(fact: type[Event]) -> Json:
    """The envelope with this fact in it."""
    told = {"type": {"const": fact.tag}, "data": {"$ref": SCHEMAS + fact.__name__}}
    return {
        "name": fact.tag,
        "title": fact.__name__,
        "summary": inspect.getdoc(fact),
        "contentType": CLOUDEVENT,
        "headers": {
            "type": "object",
            "properties": {"Nats-Msg-Id": {"type": "string", "description": "The envelope's id."}},
            "required": ["Nats-Msg-Id"],
        },
        "payload": {"allOf": [{"$ref": f"{SCHEMAS}Envelope"}, {"type": "object", "properties": told}]},
        "x-audience": fact.audience.value,
    }


def command_channel(service: str, verb: type[msgspec.Struct]) -> Json:
    """Where a command is sent."""
    name = f"{service}-{verb.__name__}"
    return {
        "address": f"cmd.{service}.{{partition}}.{verb.__name__}",
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "parameters": {"partition": partition()},
        "servers": [{"$ref": "#/servers/nats"}],
    }


def command_message(verb: type[msgspec.Struct]) -> Json:
    """The command with this verb in it."""
    asked = {"data": {"$ref": SCHEMAS + verb.__name__}}
    return {
        "title": verb.__name__,
        "summary": inspect.getdoc(verb),
        "contentType": JSON,
        "headers": {
            "type": "object",
            "properties": {"Parlor-Deadline": {"type": "string", "description": "Milliseconds that the asker waits."}},
        },
        "payload": {"allOf": [{"$ref": f"{SCHEMAS}Command"}, {"type": "object", "properties": asked}]},
    }


def answers() -> tuple[type[msgspec.Struct], ...]:
    """Every form that an answer may have."""
    return Accepted, *ANSWERS.values(), Rejected


def answers_channel() -> Json:
    """The asker's own inbox."""
    forms = {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in answers()}
    return {"address": None, "description": "The inbox that a request names.", "messages": forms}


def answer_message(kind: type[msgspec.Struct]) -> Json:
    """One form of answer."""
    summary = (inspect.getdoc(kind) or "").partition("\n\n")[0]
    return {
        "title": kind.__name__,
        "summary": summary,
        "contentType": JSON,
        "payload": {"$ref": SCHEMAS + kind.__name__},
    }


def answering(channel: str, verb: type[msgspec.Struct]) -> Json:
    """A service takes a command and answers it."""
    forms = (ANSWERS.get(verb, Accepted), Rejected)
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{channel}"},
        "reply": {
            "address": {"location": "$message.header#/reply-to", "description": "The request's reply subject."},
            "channel": {"$ref": "#/channels/answers"},
            "messages": [{"$ref": f"#/channels/answers/messages/{kind.__name__}"} for kind in forms],
        },
    }


def schemas(every: Sequence[type[Event]]) -> Json:
    """Every struct that travels."""
    verbs = [verb for verbs in COMMANDS.values() for verb in verbs]
    envelope, command = _without_data(Envelope), _without_data(Command)
    made = _components([*every, *verbs, *answers(), envelope, command])
    made["Envelope"]["properties"]["specversion"] = {"const": SPECVERSION}
    made["Envelope"]["required"].append("data")
    for carrier in ("Envelope", "Command"):
        made[carrier]["properties"]["data"] = {"type": "object"}
    return made


def _components(kinds: Iterable[type]) -> Json:
    _, made = msgspec.json.schema_components(kinds, ref_template=SCHEMAS + "{name}")
    return dict(msgspec.json.decode(msgspec.json.encode(made)))


def _without_data(carrier: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The same without the raw JSON that it carries, of which msgspec makes no schema."""
    fields: list[Any] = [
        (field.name, field.type) if field.required else (field.name, field.type, field.default)
        for field in msgspec.structs.fields(carrier)
        if field.type is not msgspec.Raw
    ]
    bare = msgspec.defstruct(carrier.__name__, fields, kw_only=True)
    bare.__doc__ = inspect.getdoc(carrier)
    return bare
