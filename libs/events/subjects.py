"""Every subject and stream name, built and parsed here. Partition and layout are wire law (ARCHITECTURE.md)."""

from functools import lru_cache

import msgspec

from .ids import checked_id

EVENTS_STREAM = "EVT"
EVENTS_SUBJECTS = "evt.>"
AIR_STREAM = "AIR"
AIR_SUBJECTS = "seg.>"
PARKED_STREAM = "PARKED"
PARKED_SUBJECTS = "park.>"
PARTITIONS = 16
NOWHERE = "nowhere0000000"

NAMES: set[str] = set()
"""Names of aggregates that were found well-formed: whoever replays a log meets each many times."""
REMEMBERED_NAMES = 16_384

FNV_OFFSET = 0x811C9DC5
FNV_PRIME = 0x01000193
LOW_PRIME = FNV_PRIME % PARTITIONS


@lru_cache(maxsize=4096)
def partition(scope: str) -> int:
    """FNV-1a-32 of the scope, modulo 16: what the server's `partition(16,…)` mapping computes too.

    16 is a power of two, so no bit above the last four ever comes down to them: they are all that is computed.
    """
    value = FNV_OFFSET % PARTITIONS
    for byte in scope.encode():
        value = (value ^ byte) * LOW_PRIME
    return value % PARTITIONS


class Aggregate(msgspec.Struct, frozen=True, gc=False):
    """One thing that facts are about: the unit of revision, expectation and hash chain."""

    owner: str
    scope: str
    kind: str
    id: str

    @property
    def name(self) -> str:
        """`<scope>/<kind>-<id>`: the CloudEvents `subject`, and the `subject` of a command."""
        return f"{self.scope}/{self.kind}-{self.id}"

    @property
    def prefix(self) -> str:
        """`evt.<owner>.<partition>.<scope>.<kind>-<id>`, without the event's name."""
        return f"evt.{self.owner}.{partition(self.scope):02d}.{self.scope}.{self.kind}-{self.id}"


def room(room_id: str, owner: str = "rooms", kind: str = "room") -> Aggregate:
    """The aggregate of this owner and kind that is the room itself: same scope, same id."""
    return Aggregate(owner, room_id, kind, room_id)


@lru_cache(maxsize=16384)
def parse_name(owner: str, name: str) -> Aggregate:
    """The aggregate behind `<scope>/<kind>-<id>`; raises ValueError with the expected form."""
    scope, slash, rest = name.partition("/")
    kind, dash, identity = rest.partition("-")
    if not (slash and dash and kind.isalpha()):
        raise ValueError(f"a subject is <scope>/<kind>-<id>, not {name[:80]!r}")
    return Aggregate(owner, checked_id(scope), kind, checked_id(identity))


def is_name(name: str) -> bool:
    """True when it is `<scope>/<kind>-<id>`; it is then among NAMES for a while."""
    if name in NAMES:
        return True
    try:
        parse_name("", name)
    except ValueError:
        return False
    if len(NAMES) >= REMEMBERED_NAMES:
        NAMES.clear()
    NAMES.add(name)
    return True


def parse_subject(subject: str) -> Aggregate:
    """The aggregate under whose subject a fact is stored; one of scope `NOWHERE` if none of ours has such a subject."""
    _, owner, _, scope, thing, *_ = [*subject.split("."), *[""] * 5]
    try:
        return parse_name(owner, f"{scope}/{thing}")
    except ValueError:
        return Aggregate(owner, NOWHERE, "line", NOWHERE)


def event_subject(aggregate: Aggregate, tag: str) -> str:
    """Where a fact with this tag about this aggregate is stored."""
    return f"{aggregate.prefix}.{event_name(tag)}"


@lru_cache(maxsize=1024)
def event_name(tag: str) -> str:
    """`SpeakerAdmitted` for `rooms.speaker-admitted.v1`."""
    return "".join(word.capitalize() for word in tag.split(".")[1].split("-"))


def command_subject(service: str, scope: str, name: str) -> str:
    """Where a command for whoever holds the scope's partition is sent."""
    return f"cmd.{service}.{partition(scope):02d}.{name}"


def query_subject(service: str, name: str) -> str:
    """Where a question that changes nothing is sent."""
    return f"qry.{service}.{name}"


def parked_subject(projection: str, scope: str, position: int) -> str:
    """Where the copy of a fact is that a projection could not apply."""
    return f"park.{projection}.{partition(scope):02d}.{scope}.{position}"


def snapshots_stream(service: str) -> str:
    """The stream behind the key-value bucket in which a service keeps its snapshots."""
    return f"KV_snapshots_{service}"


def snapshots_subjects(service: str) -> str:
    """All keys of that bucket."""
    return f"$KV.snapshots_{service}.>"


def snapshot_subject(service: str, aggregate: Aggregate) -> str:
    """The key of one aggregate: `<owner>.<scope>.<kind>-<id>` in the bucket `snapshots_<service>`."""
    return f"$KV.snapshots_{service}.{aggregate.owner}.{aggregate.scope}.{aggregate.kind}-{aggregate.id}"


class Interest(msgspec.Struct, frozen=True):
    """What part of the log a reader wants: some owners, one scope, or (both empty) everything."""

    owners: tuple[str, ...] = ()
    scope: str = ""

    @property
    def subjects(self) -> tuple[str, ...]:
        """The filter subjects that say the same to the server."""
        place = f"{partition(self.scope):02d}.{self.scope}" if self.scope else "*"
        if not self.owners:
            return (f"evt.*.{place}.>",) if self.scope else (EVENTS_SUBJECTS,)
        return tuple(f"evt.{owner}.{place}.>" for owner in self.owners)

    def covers(self, aggregate: Aggregate) -> bool:
        """True when facts about this aggregate are wanted."""
        owner_wanted = not self.owners or aggregate.owner in self.owners
        return owner_wanted and self.scope in ("", aggregate.scope)


EVERYTHING = Interest()
