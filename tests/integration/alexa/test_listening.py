"""Somebody says it to an Echo and hears it: real requests, real certificates, real NATS, real sound."""

from libs.events.playback import DeviceSeen, PlaybackAsked, PlaybackStarted, PlaybackStopped
from tests.integration.alexa.stage import Stage
from tests.integration.alexa.transmitter import JOINED_AT


async def test_open_parlor_live_plays_the_only_live_room(live_stage: Stage) -> None:
    room = await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        heard = await echo.say("Alexa, open parlor live")
        sound = await echo.listen(3)

    assert heard.speech == "City Talk, live."
    assert not heard.listening
    assert heard.play is not None
    assert f"/live/{room}.mp3?t=" in heard.play.audio_item.stream.url
    assert (sound.ended, sound.gaps) == ("", ())
    assert sound.seconds == 3
    assert -20 < sound.level < -10
    assert sound.first_audio_after < 2_000
    assert 60 < sound.kbits < 70


async def test_a_whole_listen_is_in_the_log_with_what_was_heard(live_stage: Stage) -> None:
    await live_stage.live("City Talk")
    room = await live_stage.live("Jazz Night")

    async with live_stage.echo() as echo:
        await echo.say("ask parlor live to play jazz knight")
        await echo.listen(1)
        await echo.say("stop")

    facts = await live_stage.playback()
    assert [type(fact.event) for fact in facts] == [DeviceSeen, PlaybackAsked, PlaybackStarted, PlaybackStopped]
    started, stopped = facts[2].envelope, facts[3].envelope
    assert isinstance(facts[3].event, PlaybackStopped)
    assert {fact.envelope.roomid for fact in facts} == {room}
    assert started.heardat == JOINED_AT
    assert stopped.heardat == JOINED_AT + facts[3].event.offset * 48
    assert facts[3].event.offset >= 1_000
    assert [fact.envelope.revision for fact in facts] == [1, 2, 3, 4]
