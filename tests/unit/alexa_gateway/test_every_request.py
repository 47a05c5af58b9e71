"""Every type of request that Amazon has, and some that it has not: an answer that Alexa takes, always 200."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from parlor.echo.legality import illegalities
from parlor.echo.signer import Signer
from tests.unit.alexa_gateway.authority import NOW
from tests.unit.alexa_gateway.doors import CHAIN, KEY, SKILL, door

ERROR = {"type": "INVALID_RESPONSE", "message": "no"}
TOLD = {"token": "unknown-token", "offsetInMilliseconds": 5}
SLOT = {"name": {"name": "name", "value": "jazz"}}

REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("LaunchRequest", {}),
    ("LaunchRequest", {"task": {"name": "x", "version": "1", "input": {}}}),
    ("IntentRequest", {"intent": {"name": "PlayIntent", "slots": SLOT}, "dialogState": "STARTED"}),
    ("IntentRequest", {"intent": {"name": "PlayIntent", "slots": None}}),
    ("IntentRequest", {"intent": {"name": "PlayIntent", "slots": {"name": {"name": "name"}}}}),
    ("IntentRequest", {"intent": {"name": "IntentOfTheFuture"}}),
    ("IntentRequest", {"intent": {"name": "AMAZON.NextIntent", "confirmationStatus": "NEW_VALUE"}}),
    ("IntentRequest", {"intent": 7}),
    ("IntentRequest", {}),
    ("SessionEndedRequest", {"reason": "USER_INITIATED"}),
    ("SessionEndedRequest", {"reason": "ERROR", "error": ERROR}),
    ("SessionResumedRequest", {"cause": {}}),
    ("CanFulfillIntentRequest", {"intent": {"name": "PlayIntent", "slots": SLOT}}),
    ("AudioPlayer.PlaybackStarted", TOLD),
    ("AudioPlayer.PlaybackStopped", TOLD),
    ("AudioPlayer.PlaybackFinished", TOLD),
    ("AudioPlayer.PlaybackNearlyFinished", TOLD),
    ("AudioPlayer.PlaybackFailed", {"token": "t", "error": {"type": "MEDIA_ERROR_OF_THE_FUTURE", "message": "m"}}),
    ("AudioPlayer.PlaybackFailed", {"token": "t", "error": ERROR, "currentPlaybackState": {"playerActivity": "NEW"}}),
    ("AudioPlayer.PlaybackStarted", {}),
    ("PlaybackController.NextCommandIssued", {}),
    ("PlaybackController.PreviousCommandIssued", {}),
    ("PlaybackController.PlayCommandIssued", {}),
    ("PlaybackController.PauseCommandIssued", {}),
    ("System.ExceptionEncountered", {"error": ERROR, "cause": {"requestId": "r0"}}),
    ("Alexa.Presentation.APL.UserEvent", {"token": "t", "arguments": []}),
    ("Connections.Response", {"name": "Buy", "status": {"code": "200"}}),
    ("Messaging.MessageReceived", {"message": {}}),
    ("AlexaSkillEvent.SkillEnabled", {"eventCreationTime": "x"}),
    ("AlexaSkillEvent.SkillAccountUnlinked", {}),
    ("AlexaSkillEvent.ProactiveSubscriptionChanged", {"body": {"subscriptions": []}}),
    ("Reminders.ReminderCreated", {"body": {"alertToken": "a"}}),
    ("Request.That.Nobody.Knows", {"x": [1, 2, {"y": None}]}),
    ("?", {}),
]


def written(kind: str, fields: dict[str, Any], **outer: Any) -> bytes:
    device = {"deviceId": "d", "supportedInterfaces": {"AudioPlayer": {}, "Alexa.Presentation.APL": {"runtime": {}}}}
    system = {"application": {"applicationId": SKILL}, "user": {"userId": "u", "permissions": {}}, "device": device}
    stamp = (NOW + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    request = {"type": kind, "requestId": "r1", "timestamp": stamp, "locale": "de-DE", **fields}
    return msgspec.json.encode({"version": "1.0", "context": {"System": system}, "request": request, **outer})


@pytest.mark.parametrize("with_session", [True, False], ids=["in a session", "without one"])
@pytest.mark.parametrize(("kind", "fields"), REQUESTS)
async def test_every_request_gets_an_answer_that_alexa_takes(
    kind: str, fields: dict[str, Any], *, with_session: bool
) -> None:
    session = {"new": False, "sessionId": "s", "attributes": {"offered": "of another form"}, "user": {"userId": "u"}}
    body = written(kind, fields, **({"session": session} if with_session else {}))
    async with door() as alexa:
        answer = await alexa.client.post("/alexa", content=body, headers=Signer(KEY, CHAIN).headers(body))

    assert answer.status_code == 200
    assert illegalities(kind, answer.content, json.loads(answer.content)) == []
    spoken = json.loads(answer.content)["response"].get("outputSpeech")
    if kind == "LaunchRequest":
        assert spoken == {"type": "PlainText", "text": "Nothing is live right now. Please try again a little later."}
