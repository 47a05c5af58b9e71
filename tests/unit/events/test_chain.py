"""A changed, lost, doubled or added line shows."""

import msgspec

from libs.events.chain import Chains
from libs.events.envelope import Envelope, decode, encode
from libs.events.ids import Position, Samples
from tests.integration.log.facts import Chain


def faults(envelopes: list[Envelope]) -> list[str]:
    chains = Chains()
    for place, envelope in enumerate(envelopes, start=1):
        chains.read(decode(encode(envelope), Position(place)))
    return chains.faults


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
    facts[3] = msgspec.structs.replace(facts[3], actor="somebodyelse22")

    [fault] = faults(facts)
    assert fault.startswith("position 5,")
    assert "is not the hash of the line before" in fault


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
    early = msgspec.structs.replace(early, mediatime=Samples(960))
    late = msgspec.structs.replace(late, mediatime=Samples(0), prevhash=decode(encode(early), Position(1)).digest)

    [fault] = faults([early, late])
    assert fault.endswith("media time 0 comes after 960")
