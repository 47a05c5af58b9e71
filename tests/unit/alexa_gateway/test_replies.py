"""Whatever a rule decides, Alexa takes it: checked by the simulated Echo's own reading of Amazon's pages."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.ids import RoomId
from parlor.echo.legality import illegalities
from services.alexa_gateway.outcomes import Ask, Brake, Control, Conversation, Extend, Halt, Nothing, Say, Tune
from services.alexa_gateway.replies import BUDGET, EMPTY, Listen, brake, control, converse
from services.alexa_gateway.sentences import ENGLISH
from services.alexa_gateway.state import Room

LISTEN = Listen("https://localhost:8443/live/citytalk00.mp3?t=abc", "abc")
SPOKEN = ("LaunchRequest", "IntentRequest")
PRESSED = ("AudioPlayer.PlaybackFailed", "AudioPlayer.PlaybackNearlyFinished", "PlaybackController.NextCommandIssued")

titles = st.text(min_size=1, max_size=100)
rooms = st.builds(
    lambda title, aliases: Room(RoomId("citytalk00"), title, tuple(aliases), live=True),
    titles,
    st.lists(titles, max_size=4),
)
tunes = st.builds(lambda room: Tune(room, ENGLISH.playing(room.title)), rooms)
asks = st.builds(
    lambda names: Ask(ENGLISH.which(names), ENGLISH.still_there()), st.lists(titles, min_size=2, max_size=9)
)
says = st.builds(lambda title: Say(ENGLISH.over_nothing_live(title.replace("?", ""))), titles)
conversations = st.one_of(tunes, asks, says, st.just(Halt()))
controls = st.one_of(tunes, st.builds(lambda room: Extend(room, "before"), rooms), st.just(Halt()), st.just(Nothing()))


def faults(kind: str, body: bytes) -> list[str]:
    return illegalities(kind, body, json.loads(body))


@given(outcome=conversations, live=st.lists(rooms, max_size=8))
@pytest.mark.parametrize("kind", SPOKEN)
def test_no_conversation_breaks_a_rule(kind: str, outcome: Conversation, live: list[Room]) -> None:
    body = converse(outcome, LISTEN, live)

    assert [fault for fault in faults(kind, body) if "a question that nobody" not in fault] == []
    assert len(body) <= BUDGET


@given(outcome=controls)
@pytest.mark.parametrize("kind", PRESSED)
def test_no_control_breaks_a_rule(kind: str, outcome: Control) -> None:
    assert faults(kind, control(outcome, LISTEN)) == []


@pytest.mark.parametrize("outcome", [Halt(), Nothing()])
def test_no_brake_breaks_a_rule(outcome: Brake) -> None:
    assert faults("AudioPlayer.PlaybackStarted", brake(outcome)) == []


EVERYTHING_ELSE = [
    "AudioPlayer.PlaybackStopped",
    "AudioPlayer.PlaybackFinished",
    "SessionEndedRequest",
    "System.ExceptionEncountered",
    "AlexaSkillEvent.SkillEnabled",
    "Messaging.MessageReceived",
    "Some.FutureRequest",
    *SPOKEN,
    *PRESSED,
]


@pytest.mark.parametrize("kind", EVERYTHING_ELSE)
def test_the_empty_reply_is_legal_for_everything(kind: str) -> None:
    assert faults(kind, EMPTY) == []


def test_names_to_expect_are_left_out_before_the_budget_is_broken() -> None:
    many = [Room(RoomId(f"room{n:08d}"), "x" * 400, live=True) for n in range(90)]

    body = converse(Ask("Which one?", "Which one?"), None, many)

    assert json.loads(body)["response"]["outputSpeech"]["text"] == "Which one?"
    assert "directives" not in json.loads(body)["response"]


PLAY: dict[str, Any] = {
    "type": "AudioPlayer.Play",
    "playBehavior": "REPLACE_ALL",
    "audioItem": {"stream": {"url": "https://x/y.mp3", "token": "t", "offsetInMilliseconds": 0}},
}
ENQUEUE: dict[str, Any] = {**PLAY, "playBehavior": "ENQUEUE"}
HTTP: dict[str, Any] = {**PLAY, "audioItem": {"stream": {"url": "http://x/y.mp3", "token": "t"}}}
NO_TOKEN: dict[str, Any] = {**PLAY, "audioItem": {"stream": {"url": "https://x/y.mp3", "token": "t" * 1025}}}
SPEECH = {"type": "PlainText", "text": "Hello."}
LONG = {"type": "PlainText", "text": "x" * 8_001}
STOP = {"type": "AudioPlayer.Stop"}

ILLEGAL: list[tuple[str, dict[str, Any], str]] = [
    ("IntentRequest", {"directives": [PLAY], "shouldEndSession": False}, "open microphone"),
    ("IntentRequest", {"directives": [PLAY]}, "open microphone"),
    ("IntentRequest", {"directives": [PLAY, PLAY], "shouldEndSession": True}, "more than one Play"),
    ("IntentRequest", {"directives": [HTTP], "shouldEndSession": True}, "must be https"),
    ("IntentRequest", {"directives": [ENQUEUE], "shouldEndSession": True}, "expectedPreviousToken"),
    ("IntentRequest", {"directives": [NO_TOKEN], "shouldEndSession": True}, "a token of 1025"),
    ("IntentRequest", {"outputSpeech": LONG, "shouldEndSession": True}, "8001 characters"),
    ("IntentRequest", {"outputSpeech": SPEECH, "shouldEndSession": False}, "without a question"),
    ("LaunchRequest", {"directives": [{"type": "Dialog.Delegate"}], "shouldEndSession": True}, "Dialog.Delegate"),
    ("AudioPlayer.PlaybackStarted", {"directives": [PLAY]}, "AudioPlayer.Play in answer"),
    ("AudioPlayer.PlaybackStopped", {"directives": [STOP]}, "AudioPlayer.Stop in answer"),
    ("AudioPlayer.PlaybackFailed", {"outputSpeech": SPEECH}, "speech in answer"),
    ("PlaybackController.NextCommandIssued", {"outputSpeech": SPEECH}, "speech in answer"),
    ("PlaybackController.NextCommandIssued", {"shouldEndSession": True}, "shouldEndSession in answer"),
    ("SessionEndedRequest", {"outputSpeech": SPEECH}, "speech in answer"),
    ("AlexaSkillEvent.SkillEnabled", {"directives": [STOP]}, "AudioPlayer.Stop in answer"),
]


@pytest.mark.parametrize(("kind", "response", "says"), ILLEGAL)
def test_the_echo_sees_what_alexa_would_refuse(kind: str, response: dict[str, Any], says: str) -> None:
    answer = {"version": "1.0", "response": response}

    assert any(says in fault for fault in illegalities(kind, json.dumps(answer).encode(), answer))


def test_the_echo_sees_an_answer_that_is_too_large() -> None:
    answer = {"version": "1.0", "response": {}}

    assert illegalities("LaunchRequest", json.dumps(answer).encode().ljust(BUDGET + 1), answer)
