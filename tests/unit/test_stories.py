"""Logs made at random are logs: whole, and with everything in them that there is to say."""

from hypothesis import given, settings

from libs.events.envelope import Recorded
from libs.events.replay import check, read_lines
from libs.events.vocabulary import CLASSES, AnyEvent
from tests.stories import logs, some


@some(40)
@given(logs())
def test_a_log_made_at_random_is_whole(facts: list[Recorded[AnyEvent]]) -> None:
    assert check(read_lines([fact.line for fact in facts])) == len(facts)


def test_logs_made_at_random_say_everything_that_can_be_said() -> None:
    seen: set[str] = set()

    @settings(derandomize=True, max_examples=200, database=None)
    @given(logs(at_most=80))
    def look(facts: list[Recorded[AnyEvent]]) -> None:
        seen.update(fact.envelope.type for fact in facts)

    look()
    assert {fact.tag for fact in CLASSES} - seen == set()
