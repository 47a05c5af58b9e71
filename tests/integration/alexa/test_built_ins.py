"""All that can be said without the skill's name, while something plays and while nothing does; and every button."""

import pytest

from parlor.echo.device import Echo
from parlor.echo.matching import BUILT_IN, WITHOUT_NAME
from tests.integration.alexa.stage import Stage
from tests.integration.alexa.transmitter import JOINED_AT

PHRASES = [BUILT_IN[intent][0] for intent in sorted(WITHOUT_NAME)]
BACK = 30 * 48_000


async def test_all_built_ins_are_answered_while_something_plays_and_while_nothing_does(live_stage: Stage) -> None:
    async with live_stage.echo() as echo:
        for phrase in PHRASES:
            await echo.say(phrase)
        await live_stage.live("City Talk")
        await live_stage.live("Jazz Night")
        for phrase in PHRASES:
            await echo.say("ask parlor live to play city talk")
            await echo.say(phrase)
        await echo.quiet()


@pytest.mark.parametrize("button", ["Next", "Previous", "Play", "Pause"])
async def test_a_button_is_answered_without_a_word(live_stage: Stage, button: str) -> None:
    await live_stage.live("City Talk")
    await live_stage.live("Jazz Night")

    async with live_stage.echo() as echo:
        await echo.press(button)
        await echo.say("ask parlor live to play city talk")
        await echo.listen(0.3)
        await echo.press(button)

        assert (echo.playing is None) == (button == "Pause")


async def test_next_and_previous_walk_between_rooms(live_stage: Stage) -> None:
    city, jazz = await live_stage.live("City Talk"), await live_stage.live("Jazz Night")

    async with live_stage.echo() as echo:
        await echo.say("ask parlor live to play city talk")
        walked = [await room_after(echo, word) for word in ("next", "previous", "next")]

    assert walked == [jazz, city, jazz]


async def test_start_over_and_repeat_ask_for_stored_sound_from_a_moment(live_stage: Stage) -> None:
    await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        await echo.say("open parlor live")
        await echo.listen(0.5)
        await echo.say("start over")
        await echo.listen(0.3)
        await echo.say("repeat")
        await echo.listen(0.3)
        await echo.say("resume")
        await echo.listen(0.3)

    starts = [(came.path.rpartition(".")[2], came.start) for came in live_stage.transmitter.requests]
    assert starts[::3] == [("mp3", ""), ("aac", "0"), ("aac", str(max(0, JOINED_AT - BACK))), ("mp3", "")]


async def test_a_conversation_of_several_turns_keeps_what_was_offered(live_stage: Stage) -> None:
    for title in ("City Talk", "Jazz Night", "Derby Day"):
        await live_stage.live(title)

    async with live_stage.echo() as echo:
        asked = await echo.say("open parlor live")
        heard = await echo.say("the second one")

    assert asked.speech == "Three are live: Derby Day, Jazz Night and City Talk. Which one?"
    assert heard.speech == "Jazz Night, live."


async def test_a_live_name_that_the_model_does_not_know_may_be_said_alone(live_stage: Stage) -> None:
    await live_stage.live("Cooking Corner")
    await live_stage.live("Jazz Night")

    async with live_stage.echo() as echo:
        await echo.say("open parlor live")
        heard = await echo.say("cooking corner")

    assert heard.speech == "Cooking Corner, live."


async def test_two_speakers_in_one_household_are_two_devices(live_stage: Stage) -> None:
    await live_stage.live("City Talk")

    async with live_stage.echo("kitchen") as kitchen, live_stage.echo("bedroom") as bedroom:
        await kitchen.say("open parlor live")
        await bedroom.say("open parlor live")

    assert len({fact.envelope.aggregate for fact in await live_stage.playback()}) == 2


async def room_after(echo: Echo, word: str) -> str:
    heard = await echo.say(word)
    await echo.listen(0.3)
    assert heard.play is not None
    return heard.play.audio_item.stream.url.rpartition("/")[2].partition(".")[0]
