"""Logs made at random are logs."""

from hypothesis import given

from libs.events.envelope import Recorded
from libs.events.replay import check, read_lines
from libs.events.vocabulary import AnyEvent
from tests.stories import logs, some


@some()
@given(logs())
def test_a_log_made_at_random_is_whole(facts: list[Recorded[AnyEvent]]) -> None:
    assert check(read_lines([fact.line for fact in facts])) == len(facts)
