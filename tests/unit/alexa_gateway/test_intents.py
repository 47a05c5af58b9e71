"""What the skill does for whom: rules over rooms and one speaker, without a server."""

from itertools import product
from typing import Any

import pytest

from libs.events.ids import Milliseconds, RoomId, Samples
from services.alexa_gateway.asked import RECENTLY, Asked
from services.alexa_gateway.intents import INTENTS
from services.alexa_gateway.intents.launch import launch
from services.alexa_gateway.outcomes import Ask, Conversation, Halt, Say, Tune
from services.alexa_gateway.requests import Intent, Match, Resolution, Resolutions, Slot, Status, Value
from services.alexa_gateway.sentences import ENGLISH
from services.alexa_gateway.state import Device, Play, Room, Rooms

MINUTE = Samples(60 * 48_000)
NOW = Milliseconds(1_800_000_000_000)

CITY = Room(RoomId("citytalk00"), "City Talk", ("the city show",), live=True, since=MINUTE)
JAZZ = Room(RoomId("jazznight0"), "Jazz Night", live=True)
DERBY = Room(RoomId("derbyday00"), "Derby Day", live=True)
HOUSE = Room(RoomId("houseradio"), "Parlor House Radio", live=True, automated=True)
SOON = Room(RoomId("cooking000"), "Cooking Corner")


def asked(*rooms: Room, device: Device | None = None, said: Intent | None = None, **more: Any) -> Asked:
    known = Rooms({room.id: room for room in rooms}, {RoomId("oldshow000"): "Old Show"})
    return Asked(say=ENGLISH, rooms=known, device=device or Device(), now=NOW, intent=said, **more)


def play(name: str, *ids: str) -> Intent:
    found = Resolution(Status("ER_SUCCESS_MATCH"), tuple(Match(Value(name, room_id)) for room_id in ids))
    return Intent("PlayIntent", {"name": Slot("name", name, Resolutions((found,)) if ids else None)})


def after(intent: str, *rooms: Room, **more: Any) -> Conversation:
    return INTENTS[intent](asked(*rooms, **more))


def said(outcome: Conversation) -> str:
    return "" if isinstance(outcome, Halt) else outcome.words


def tuned(outcome: Conversation) -> Room:
    assert isinstance(outcome, Tune), outcome
    return outcome.room


def heard_before(room: Room, ago: int = 0) -> Device:
    return Device(plays={"t": Play(room.id, "mp3")}, left=room.id, left_at=Milliseconds(NOW - ago))


def test_launch_plays_the_only_live_room_at_once() -> None:
    assert launch(asked(CITY, SOON)) == Tune(CITY, "City Talk, live.")


def test_launch_plays_the_room_that_was_left_under_ten_minutes_ago() -> None:
    outcome = launch(asked(CITY, JAZZ, device=heard_before(CITY, RECENTLY - 1)))

    assert outcome == Tune(CITY, "City Talk, live. Say next for others.")


def test_launch_asks_when_the_room_was_left_longer_ago() -> None:
    assert isinstance(launch(asked(CITY, JAZZ, device=heard_before(CITY, RECENTLY))), Ask)


def test_rooms_of_the_same_name_are_named_once_and_the_latest_plays() -> None:
    again = Room(RoomId("citytalk02"), "City talk!", live=True)

    assert said(launch(asked(CITY, again, JAZZ))) == "Two are live: Jazz Night and City talk. Which one?"
    assert tuned(after("PlayIntent", CITY, again, JAZZ, said=play("city talk"))) == again


def test_launch_does_not_go_back_to_a_room_that_is_over() -> None:
    assert tuned(launch(asked(JAZZ, device=heard_before(CITY)))) == JAZZ


def test_launch_names_at_most_three_the_latest_first_automation_last() -> None:
    outcome = launch(asked(HOUSE, CITY, JAZZ, DERBY))

    assert said(outcome) == "Four are live: Derby Day, Jazz Night and City Talk. Which one?"
    assert isinstance(outcome, Ask)
    assert outcome.offered == (DERBY.id, JAZZ.id, CITY.id)


def test_launch_says_when_nothing_is_live() -> None:
    assert launch(asked(SOON)) == Say(ENGLISH.nothing_live())


@pytest.mark.parametrize(
    "heard", ["city talk", "City Talk", "the city show", "city", "sitty talk", "the city talk show"]
)
def test_play_finds_a_room_by_title_alias_or_sound(heard: str) -> None:
    assert tuned(after("PlayIntent", CITY, JAZZ, HOUSE, said=play(heard))) == CITY


def test_play_goes_by_what_alexa_resolved() -> None:
    assert tuned(after("PlayIntent", CITY, JAZZ, said=play("something odd", JAZZ.id))) == JAZZ


def test_play_asks_when_two_rooms_fit() -> None:
    cindy = Room(RoomId("cindytalks"), "Cindy Talk", live=True)
    outcome = after("PlayIntent", CITY, cindy, said=play("talk"))

    assert said(outcome) in ("City Talk or Cindy Talk?", "Cindy Talk or City Talk?")
    assert isinstance(outcome, Ask)


@pytest.mark.parametrize(("words", "room"), [("the second one", JAZZ), ("first", CITY), ("the last one", DERBY)])
def test_play_takes_the_order_of_the_last_question(words: str, room: Room) -> None:
    offered = (CITY.id, JAZZ.id, DERBY.id)

    assert tuned(after("PlayIntent", CITY, JAZZ, DERBY, said=play(words), offered=offered)) == room


def test_play_says_what_is_live_when_the_name_is_not() -> None:
    outcome = after("PlayIntent", CITY, said=play("football"))

    assert said(outcome) == "I can't find football. Would you like City Talk?"


def test_play_says_that_a_room_is_over() -> None:
    assert said(after("PlayIntent", CITY, said=play("old show"))) == "Old Show is over. Would you like City Talk?"


def test_play_says_that_a_room_has_not_started() -> None:
    assert said(after("PlayIntent", CITY, SOON, said=play("cooking corner"))).startswith(
        "Cooking Corner has not started"
    )


def test_play_without_a_name_asks() -> None:
    assert isinstance(after("PlayIntent", CITY, JAZZ, said=Intent("PlayIntent")), Ask)


@pytest.mark.parametrize("word", ["Pause", "Stop", "Cancel", "NavigateHome"])
def test_leaving_is_silent(word: str) -> None:
    assert after(f"AMAZON.{word}Intent", CITY) == Halt()


def test_resume_goes_back_to_live_however_long_ago() -> None:
    device = heard_before(CITY, RECENTLY * 10)

    assert after("AMAZON.ResumeIntent", CITY, JAZZ, device=device) == Tune(CITY, "City Talk, back live.")


def test_resume_says_that_the_room_is_over() -> None:
    device = Device(left=RoomId("oldshow000"))

    assert said(after("AMAZON.ResumeIntent", CITY, device=device)) == "Old Show is over. Would you like City Talk?"


def test_next_walks_through_all_live_rooms_and_around() -> None:
    current, walked = CITY, []
    for _ in range(3):
        current = tuned(after("AMAZON.NextIntent", CITY, JAZZ, DERBY, current=Play(current.id, "mp3")))
        walked.append(current)

    assert walked == [DERBY, JAZZ, CITY]


def test_next_says_when_there_is_no_other_room() -> None:
    assert after("AMAZON.NextIntent", CITY, current=Play(CITY.id, "mp3")) == Say("City Talk is all that is live.")


def test_previous_is_the_room_that_was_heard_before() -> None:
    device = Device(plays={"a": Play(DERBY.id, "mp3"), "b": Play(CITY.id, "mp3")})

    outcome = after("AMAZON.PreviousIntent", CITY, JAZZ, DERBY, device=device, current=Play(CITY.id, "mp3"))

    assert tuned(outcome) == DERBY


def test_start_over_plays_from_the_moment_it_went_live() -> None:
    current = Play(CITY.id, "mp3")
    outcome = after("AMAZON.StartOverIntent", CITY, current=current, clock=5 * MINUTE, reach=30 * MINUTE)

    assert outcome == Tune(CITY, "City Talk, from the start.", CITY.since, "aac")


def test_start_over_goes_as_far_back_as_is_kept_and_says_so() -> None:
    current = Play(CITY.id, "mp3")
    outcome = after("AMAZON.StartOverIntent", CITY, current=current, clock=60 * MINUTE, reach=30 * MINUTE)

    assert outcome == Tune(CITY, "I can go back 30 minutes.", Samples(30 * MINUTE), "aac")


def test_repeat_goes_thirty_seconds_behind_what_was_heard() -> None:
    current = Play(CITY.id, "mp3")
    outcome = after("AMAZON.RepeatIntent", CITY, current=current, clock=9 * MINUTE, heard=8 * MINUTE, reach=30 * MINUTE)

    assert outcome == Tune(CITY, "Back thirty seconds.", Samples(8 * MINUTE - MINUTE // 2), "aac")


@pytest.mark.parametrize("word", ["LoopOn", "LoopOff", "ShuffleOn", "ShuffleOff"])
def test_what_radio_has_not_is_said_in_one_sentence_and_it_plays_on(word: str) -> None:
    outcome = after(f"AMAZON.{word}Intent", CITY, current=Play(CITY.id, "mp3"))

    assert isinstance(outcome, Say)
    assert outcome.words.count(".") == 1


def test_yes_takes_the_one_room_that_was_offered() -> None:
    assert tuned(after("AMAZON.YesIntent", CITY, JAZZ, offered=(JAZZ.id,))) == JAZZ


def test_yes_to_several_asks_which() -> None:
    assert said(after("AMAZON.YesIntent", CITY, JAZZ, offered=(JAZZ.id, CITY.id))) == "Jazz Night or City Talk?"


def test_no_ends_silently() -> None:
    assert after("AMAZON.NoIntent", CITY, offered=(CITY.id,)) == Halt()


def test_help_asks_and_keeps_the_conversation_open() -> None:
    assert isinstance(after("AMAZON.HelpIntent", CITY), Ask)
    assert isinstance(after("AMAZON.HelpIntent"), Ask)


def test_not_being_understood_leads_somewhere_every_time() -> None:
    first = after("AMAZON.FallbackIntent", CITY, JAZZ)
    second = after("AMAZON.FallbackIntent", CITY, JAZZ, misses=1)
    third = after("AMAZON.FallbackIntent", CITY, JAZZ, misses=2)

    assert isinstance(first, Ask)
    assert first.misses == 1
    assert said(second) == "I didn't get that. Would you like Jazz Night or City Talk?"
    assert tuned(third) == JAZZ


SITUATIONS: list[dict[str, Any]] = [
    {},
    {"current": Play(CITY.id, "mp3"), "clock": 9 * MINUTE, "playing": True},
    {"device": heard_before(CITY)},
    {"misses": 1},
    {"misses": 2},
    {"offered": (JAZZ.id,)},
]
EVERYTHING_THAT_MAY_BE_LIVE = [(), (SOON,), (CITY,), (CITY, JAZZ), (HOUSE, CITY, JAZZ, DERBY)]


@pytest.mark.parametrize("intent", [*INTENTS, "LaunchRequest"])
def test_every_prompt_is_one_breath_and_open_ones_ask(intent: str) -> None:
    rule = INTENTS.get(intent, launch)
    for rooms, situation, heard in product(
        EVERYTHING_THAT_MAY_BE_LIVE, SITUATIONS, ("city talk", "nothing like it", "old show", "")
    ):
        outcome = rule(asked(*rooms, said=play(heard), **situation))
        words = said(outcome)
        assert len(words.split()) <= 25
        assert words.count(".") + words.count("?") <= 2
        assert ("?" in words) == isinstance(outcome, Ask)
        if isinstance(outcome, Ask):
            assert outcome.again.endswith("?")
