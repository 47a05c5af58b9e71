"""What a real Echo would refuse without a word, and what the skill does about it."""

import ssl
from pathlib import Path

import httpx
import pytest

from libs.events.playback import PlaybackAsked, PlaybackFailed, PlaybackFinished, PlaybackStarted
from parlor.echo.device import Echo
from parlor.echo.signer import Signer
from parlor.echo.skill import BadAnswer
from parlor.echo.smoke import NotHeard, check
from parlor.embedded.nats import NatsServer
from parlor.localca import ensure
from tests.integration.alexa.stage import Stage
from tests.integration.alexa.transmitter import Faults


async def errors(live_stage: Stage) -> list[str]:
    return [fact.event.error for fact in await live_stage.playback() if isinstance(fact.event, PlaybackFailed)]


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        (Faults(content_type="text/html"), "content type 'text/html'"),
        (Faults(status=302), "answered 302"),
        (Faults(icy=True), "ICY metadata"),
        (Faults(noise=True), "no aac frame"),
        (Faults(status=404), "answered 404"),
    ],
    ids=["content type", "redirect", "icy", "no audio", "not there"],
)
async def test_a_stream_that_no_echo_plays_fails_with_its_reason(live_stage: Stage, faults: Faults, why: str) -> None:
    live_stage.transmitter.faults = faults
    await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        with pytest.raises(NotHeard, match=why):
            await check(echo, "open parlor live", 1)

    assert len(await errors(live_stage)) == 2, "tried once more with the other rendition, then no more"


async def test_a_rate_that_no_echo_plays_fails(live_stage: Stage) -> None:
    live_stage.transmitter.faults = Faults(broken=("mp3",), thin=True)
    await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        with pytest.raises(NotHeard, match="kbit/s, playable are 16 to 384"):
            await check(echo, "open parlor live", 1)


async def test_after_a_failure_the_other_rendition_is_played_once(live_stage: Stage) -> None:
    live_stage.transmitter.faults = Faults(broken=("mp3",))
    await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        checked = await check(echo, "open parlor live", 2)

    assert checked.sound.content_type == "audio/aac"
    facts = [fact.event for fact in await live_stage.playback()]
    asked = [(fact.rendition, fact.attempt) for fact in facts if isinstance(fact, PlaybackAsked)]
    assert asked == [("mp3", 0), ("aac", 1)]
    assert await errors(live_stage) == ["MEDIA_ERROR_INTERNAL_SERVER_ERROR"]


async def test_a_stream_that_falls_off_is_queued_again_and_not_for_ever(live_stage: Stage) -> None:
    live_stage.transmitter.faults = Faults(ends_after=0.6)
    await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        await echo.say("open parlor live")
        while len(echo.told) < 9:
            await echo.listen(0.3)
            await echo.quiet()

    facts = [fact.event for fact in await live_stage.playback()]
    assert [fact.attempt for fact in facts if isinstance(fact, PlaybackAsked)] == [0, 1, 2]
    assert len([fact for fact in facts if isinstance(fact, PlaybackStarted)]) == 3
    assert len([fact for fact in facts if isinstance(fact, PlaybackFinished)]) == 3


async def test_a_room_that_ended_is_not_played_on(live_stage: Stage) -> None:
    room = await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        await echo.say("open parlor live")
        await echo.listen(0.5)
        await live_stage.end(room)
        heard = await echo.say("resume")

    assert heard.speech == "City Talk is over, and nothing else is live."


async def test_a_stall_shows_as_a_gap_of_its_length(live_stage: Stage) -> None:
    live_stage.transmitter.faults = Faults(stall_after=1.5, stall_for=1.6)
    await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        await echo.say("open parlor live")
        sound = await echo.listen(3)

    assert sum(gap.lasted for gap in sound.gaps) == pytest.approx(600, abs=150)
    assert sound.seconds == 3


async def test_the_stream_is_opened_as_real_echos_do(live_stage: Stage) -> None:
    await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        await echo.say("open parlor live")
        await echo.listen(0.5)

    came = live_stage.transmitter.requests
    assert [each.method for each in came] == ["HEAD", "GET", "GET"]
    assert len({each.token for each in came}) == 1
    assert {each.icy for each in came} == {"1"}


async def test_an_authority_that_did_not_sign_is_not_trusted(live_stage: Stage, tmp_path: Path) -> None:
    other = ensure(tmp_path / "other")
    echo = Echo(live_stage.url, other.ca_pem, Signer.local(live_stage.local))

    async with echo:
        with pytest.raises(BadAnswer, match="CERTIFICATE_VERIFY_FAILED"):
            await echo.say("open parlor live")


async def test_plain_http_is_refused(live_stage: Stage) -> None:
    url = live_stage.url.replace("https", "http")

    async with Echo(url, live_stage.local.ca_pem, Signer.local(live_stage.local)) as echo:
        with pytest.raises(BadAnswer, match="https only"):
            await echo.say("open parlor live")


async def test_a_forged_signature_gets_400_and_not_a_word(live_stage: Stage, tmp_path: Path) -> None:
    forger = Signer.local(ensure(tmp_path / "other"))

    async with Echo(live_stage.url, live_stage.local.ca_pem, forger) as echo:
        with pytest.raises(BadAnswer, match="400"):
            await echo.say("open parlor live")

    trust = ssl.create_default_context(cafile=str(live_stage.local.ca_pem))
    async with httpx.AsyncClient(verify=trust) as client:
        answer = await client.post(f"{live_stage.url}/alexa", content=b"{}", headers=forger.headers(b"{}"))
    assert (answer.status_code, answer.content) == (400, b"")


async def test_another_skill_gets_400(live_stage: Stage) -> None:
    async with live_stage.echo(skill="amzn1.ask.skill.other") as echo:
        with pytest.raises(BadAnswer, match="400"):
            await echo.say("open parlor live")


async def test_the_chain_is_fetched_once_from_the_stand_in_for_amazon(live_stage: Stage) -> None:
    await live_stage.live("City Talk")

    async with live_stage.echo() as echo:
        for text in ("open parlor live", "pause", "resume"):
            await echo.say(text)

    assert live_stage.origin.served == 1


async def test_without_nats_a_person_hears_what_to_do(live_stage: Stage, nats_server: NatsServer) -> None:
    await live_stage.live("City Talk")
    await live_stage.live("Jazz Night")

    async with live_stage.echo() as echo:
        asked = await echo.say("open parlor live")
        nats_server.stop()
        heard = await echo.say("play city talk")
        nats_server.start()

    assert asked.listening
    assert heard.speech == "I can't reach the studio right now. Please try again in a minute."
