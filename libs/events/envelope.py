"""How a fact is written down: CloudEvents 1.0 structured JSON, one line each.

Core attributes and the JSON format are from the CloudEvents 1.0.2 specification; `roomid` to `checksum` are extension
attributes. Decoding has two stages: the envelope first, then `data` by the class that `type` names. A type that is
superseded decodes to what took its place (upcasts.py), one that we don't know to `Unknown`; an envelope of another
`specversion` is refused by name.

`prevhash` is the SHA-256 of the line before in the same aggregate, so that a changed, lost or added line shows. The
last line has none after it that would name its hash: so each line ends in a `checksum` of its own, the CRC-32 of
RFC 1952 over the line as it is without it. No flipped byte passes it; what somebody meant to change, `Chains.digest`
finds.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Generic, TypeVar, cast
from zlib import crc32

import msgspec

from .event import Event, Unknown, Unreadable
from .ids import EventId, Milliseconds, Position, Samples
from .subjects import NAMES, Aggregate, is_name, parse_name
from .vocabulary import BY_TAG, READERS, AnyEvent

SPECVERSION = "1.0"


class UnreadableEvent(ValueError):
    """A line that is not an event of ours, with the reason."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is known about a fact beside the fact. `time` is for people; order is `revision`, moment is `mediatime`."""

    specversion: str
    id: EventId
    source: str
    type: str
    subject: str
    time: str
    revision: int
    via: str
    correlationid: str
    causationid: str
    data: msgspec.Raw
    roomid: str | None = None
    mediatime: Samples | None = None
    heardat: Samples | None = None
    actor: str | None = None
    role: str | None = None
    traceparent: str | None = None
    prevhash: str | None = None
    checksum: str | None = None

    @property
    def scope(self) -> str:
        """The first part of `subject`: the room, for all that happens in one."""
        return self.subject.partition("/")[0]

    @property
    def aggregate(self) -> Aggregate:
        """What the fact is about."""
        return parse_name(self.type.partition(".")[0], self.subject)


E = TypeVar("E", bound=Event)


class Recorded(msgspec.Struct, Generic[E], frozen=True, kw_only=True, gc=False):
    """A fact as the log gives it back."""

    position: Position
    envelope: Envelope
    event: E
    line: bytes

    @property
    def digest(self) -> str:
        """What the next line of the same aggregate has as its `prevhash`."""
        return digest_of(self.line)


class _Versioned(msgspec.Struct, frozen=True):
    specversion: str


_encoder = msgspec.json.Encoder()
_versions = msgspec.json.Decoder(_Versioned)
_envelopes = msgspec.json.Decoder(Envelope)
_read = _envelopes.decode
_data: dict[str, Callable[[msgspec.Raw], Any]] = READERS
_UNKNOWN = Unknown()
_NO_ENVELOPE = Envelope(
    specversion="",
    id=EventId(""),
    source="",
    type="",
    subject="",
    time="1970-01-01T00:00:00.000Z",
    revision=0,
    via="",
    correlationid="",
    causationid="",
    data=msgspec.Raw(b"{}"),
)


def encode(envelope: Envelope) -> bytes:
    """One line, without the newline."""
    return _encoder.encode(envelope)


def digest_of(line: bytes) -> str:
    """The SHA-256 of a line, without the newline."""
    return sha256(line).hexdigest()


def checksummed(envelope: Envelope) -> Envelope:
    """The envelope with its checksum, which must be the last thing in its line."""
    return msgspec.structs.replace(envelope, checksum=checksum(encode(envelope)))


def checksum(bare: bytes) -> str:
    """Of a line without a checksum."""
    return f"{crc32(bare):08x}"


def encode_data(event: Event) -> msgspec.Raw:
    """The `data` of an envelope."""
    return msgspec.Raw(_encoder.encode(event))


def decode(line: bytes, position: Position) -> Recorded[AnyEvent]:
    """Read one line. Raises UnreadableEvent; an unknown type is no error but an `Unknown`."""
    try:
        envelope = _read(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        _refuse_other_version(line)
        raise UnreadableEvent(f"not an event envelope: {fault}") from fault
    if envelope.specversion != SPECVERSION:
        _refuse_other_version(line)
    if not is_name(envelope.subject):
        raise UnreadableEvent(f"a subject is <scope>/<kind>-<id>, not {envelope.subject[:80]!r}")
    read = _data.get(envelope.type)
    try:
        event = _UNKNOWN if read is None else read(envelope.data)
    except msgspec.DecodeError as fault:
        raise UnreadableEvent(f"{envelope.type} {envelope.id}: {fault}") from fault
    return Recorded(position=position, envelope=envelope, event=event, line=line)


def decode_all(places: Sequence[Position], lines: Sequence[bytes]) -> list[Recorded[AnyEvent]]:
    """As `decode`, for many lines at half the price beside what the JSON costs. Raises UnreadableEvent without saying
    which line it is; `decode` then tells.
    """
    recorded: list[Recorded[AnyEvent]] = []
    read_envelope, reader, known = _read, _data.get, NAMES
    try:
        for place, line in zip(places, lines, strict=True):
            envelope = read_envelope(line)
            name = envelope.subject
            if envelope.specversion != SPECVERSION or (name not in known and not is_name(name)):
                raise UnreadableEvent("one of the lines is not an event of ours")
            read = reader(envelope.type)
            event = _UNKNOWN if read is None else read(envelope.data)
            recorded.append(Recorded(position=place, envelope=envelope, event=event, line=line))
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise UnreadableEvent(f"one of the lines is not an event of ours: {fault}") from fault
    return recorded


def as_written(fact: Recorded[AnyEvent]) -> Event:
    """The fact in the class that its type names; `event` is in the newest, when that one is superseded."""
    if fact.event.tag == fact.envelope.type:
        return fact.event
    return msgspec.json.decode(fact.envelope.data, type=BY_TAG[fact.envelope.type])


def _refuse_other_version(line: bytes) -> None:
    """Another version may look quite different, so it is looked for alone."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        version = _versions.decode(line).specversion
        if version != SPECVERSION:
            raise UnreadableEvent(f"envelope version {version!r}, this program reads {SPECVERSION!r}")


def decode_surely(line: bytes, position: Position) -> Recorded[AnyEvent]:
    """As `decode`, for whoever decides and so must know everything. Raises UnreadableEvent that names the position."""
    try:
        return decode(line, position)
    except UnreadableEvent as fault:
        raise UnreadableEvent(f"position {position}: {fault}") from fault


def stored(line: bytes, position: Position, about: Aggregate) -> Recorded[AnyEvent]:
    """As `decode`, for a line that is in the log already: one that can't be read is an `Unreadable` in its place,
    because no line may stop whoever follows the log. `about` is where the line lies.
    """
    try:
        return decode(line, position)
    except UnreadableEvent as fault:
        unreadable = cast("AnyEvent", Unreadable(reason=str(fault)))
        return Recorded(position=position, envelope=_as_far_as_readable(line, about), event=unreadable, line=line)


def _as_far_as_readable(line: bytes, about: Aggregate) -> Envelope:
    """The envelope, with the aggregate that the line lies under; one without an id and revision 0 if there is none."""
    try:
        envelope = _envelopes.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        envelope = _NO_ENVELOPE
    if envelope.subject == about.name and envelope.type.partition(".")[0] == about.owner:
        return envelope
    return msgspec.structs.replace(envelope, type=f"{about.owner}.{Unreadable.tag}", subject=about.name)


def rfc3339(at: Milliseconds) -> str:
    """`2026-11-24T06:20:12.345Z`."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(time: str) -> Milliseconds:
    """The time of an envelope since 1970. Raises ValueError."""
    return Milliseconds(round(datetime.fromisoformat(time).timestamp() * 1000))
