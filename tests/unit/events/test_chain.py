"""A changed, lost, doubled or added line shows."""

import msgspec

from libs.events.chain import Chains
from libs.events.envelope import Envelope, checksummed, decode, digest_of, encode
from libs.events.folded import Head
from libs.events.ids import CommandId, DeviceId, EventId, Milliseconds, Position, RoomId, Samples
from libs.events.ledger import Cause, write
from libs.events.playback import PlaybackStarted
from libs.events.subjects import Aggregate
from tests.integration.log.facts import Chain


def chains(envelopes: list[Envelope]) -> Chains:
    read = Chains()
    for place, envelope in enumerate(envelopes, start=1):
        read.read(decode(encode(envelope), Position(place)))
    return read


def faults(envelopes: list[Envelope]) -> list[str]:
    return chains(envelopes).faults


def digest(envelopes: list[Envelope]) -> str:
    return chains(envelopes).digest


def edited(envelope: Envelope, **fields: object) -> Envelope:
    """Changed on purpose: with a checksum that is right again."""
    return checksummed(msgspec.structs.replace(envelope, checksum=None, **fields))


def evening() -> list[Envelope]:
    """Two rooms, their facts interleaved."""
    one, two = Chain(), Chain()
    return [*one.opened(), *two.opened(), *one.unmuted_and_muted(2), *two.muted(), *one.muted()]


def test_a_log_that_nobody_touched_is_whole() -> None:
    assert faults(evening()) == []


def test_a_lost_line_shows() -> None:
    facts = evening()
    del facts[3]

    revision, digest = faults(facts)
    assert revision.startswith("position 4,")
    assert revision.endswith("revision 4 comes after 2")
    assert "is not the hash of the line before" in digest


def test_a_changed_line_shows_in_the_one_after_it() -> None:
    facts = evening()
    facts[3] = edited(facts[3], actor="somebodyelse22")

    [fault] = faults(facts)
    assert fault.startswith("position 5,")
    assert "is not the hash of the line before" in fault


def test_a_changed_line_shows_in_itself() -> None:
    facts = evening()
    facts[-1] = msgspec.structs.replace(facts[-1], actor="somebodyelse22")

    [fault] = faults(facts)
    assert fault.startswith("position 8,")
    assert "its checksum is" in fault


def test_a_last_line_changed_on_purpose_or_left_out_shows_in_the_digest() -> None:
    facts = evening()
    changed = [*facts[:-1], edited(facts[-1], actor="somebodyelse22")]

    assert faults(changed) == faults(facts[:-1]) == []
    assert len({digest(facts), digest(changed), digest(facts[:-1])}) == 3


def test_the_digest_of_a_log_does_not_hang_on_the_order_of_its_aggregates() -> None:
    one, two = Chain(), Chain()
    ones, twos = one.opened(), two.opened()

    assert digest([*ones, *twos]) == digest([*twos, *ones])


def test_a_doubled_line_shows() -> None:
    facts = evening()
    facts.insert(3, facts[3])

    assert any("was there before" in fault for fault in faults(facts))


def test_lines_that_changed_places_show() -> None:
    facts = evening()
    facts[2], facts[3] = facts[3], facts[2]

    assert any("revision 3 comes after 1" in fault for fault in faults(facts))


def test_media_time_that_goes_back_shows() -> None:
    chain = Chain()
    early, late = chain.opened()[0], chain.muted()[0]
    early = edited(early, mediatime=Samples(960))
    late = edited(late, mediatime=Samples(0), prevhash=digest_of(encode(early)))

    [fault] = faults([early, late])
    assert fault.endswith("media time 0 comes after 960")


def test_a_speaker_that_goes_to_another_room_finds_another_clock_there() -> None:
    kitchen, head, facts = Aggregate("playback", "kitchenecho22222", "device", "kitchenecho22222"), Head(), []
    for n, (room, mediatime) in enumerate([("roomofjazz234567", 172_844_400), ("roomoftalk234567", 651_120)]):
        cause = Cause(
            id=CommandId(f"tune {n}"),
            correlationid="evening",
            via="alexa",
            now=Milliseconds(0),
            roomid=room,
            mediatime=Samples(mediatime),
        )
        started = PlaybackStarted(device=DeviceId(kitchen.id), room=RoomId(room), token="t", offset=Milliseconds(0))
        [fact] = write(kitchen, [started], head, cause)
        head = Head(fact.revision, Position(n + 1), digest_of(encode(fact)), fact.mediatime, fact.roomid)
        facts.append(fact)
    assert faults(facts) == []

    later = msgspec.structs.replace(facts[1], revision=3, prevhash=digest_of(encode(facts[1])), id=EventId("another"))
    late = checksummed(msgspec.structs.replace(later, mediatime=Samples(651_119), checksum=None))
    assert [fault.partition(": ")[2] for fault in faults([*facts, late])] == ["media time 651119 comes after 651120"]
