"""What Alexa would refuse in an answer, as reasons. Written from Amazon's pages, apart from the gateway's own types:
request-types-reference, audioplayer-interface-reference, playback-controller-interface-reference, and the
certification rule that an open microphone needs a question.
"""

from collections.abc import Iterator, Mapping
from typing import Any

LARGEST = 24_576
LONGEST_SPEECH = 8_000
LONGEST_TOKEN = 1_024
LONGEST_URL = 8_000

PLAYER = frozenset({"AudioPlayer.Play", "AudioPlayer.Stop", "AudioPlayer.ClearQueue"})
BRAKE = PLAYER - {"AudioPlayer.Play"}
ENTITIES = "Dialog.UpdateDynamicEntities"

CONVERSATION = frozenset({"LaunchRequest", "IntentRequest"})
DIRECTIVES: Mapping[str, frozenset[str]] = {
    "LaunchRequest": PLAYER | {ENTITIES},
    "IntentRequest": PLAYER | {ENTITIES},
    "AudioPlayer.PlaybackStarted": BRAKE,
    "AudioPlayer.PlaybackFinished": BRAKE,
    "AudioPlayer.PlaybackNearlyFinished": PLAYER,
    "AudioPlayer.PlaybackFailed": PLAYER,
    "PlaybackController.NextCommandIssued": PLAYER,
    "PlaybackController.PreviousCommandIssued": PLAYER,
    "PlaybackController.PlayCommandIssued": PLAYER,
    "PlaybackController.PauseCommandIssued": PLAYER,
}
"""Directives by request type; a type that is not here takes none at all."""
BEHAVIOURS = frozenset({"REPLACE_ALL", "REPLACE_ENQUEUED", "ENQUEUE"})


def illegalities(kind: str, body: bytes, answer: Any) -> list[str]:
    """Every reason for which Alexa would not take this answer to a request of this type."""
    if not isinstance(answer, dict) or answer.get("version") != "1.0" or not isinstance(answer.get("response"), dict):
        return ["not a response envelope of version 1.0"]
    response = answer["response"]
    return [*_size(body), *_speech(kind, response), *_session(kind, response), *_directives(kind, response)]


def _size(body: bytes) -> Iterator[str]:
    if len(body) > LARGEST:
        yield f"{len(body)} bytes, at most {LARGEST} are taken"


def _speech(kind: str, response: Mapping[str, Any]) -> Iterator[str]:
    spoken = [response.get("outputSpeech"), (response.get("reprompt") or {}).get("outputSpeech")]
    for speech in filter(None, spoken):
        if kind not in CONVERSATION:
            yield f"speech in answer to {kind}"
        text = speech.get("text") if speech.get("type") == "PlainText" else speech.get("ssml")
        if not text or len(text) > LONGEST_SPEECH:
            yield f"speech of type {speech.get('type')} with {len(text or '')} characters"
    if response.get("card") and kind not in CONVERSATION:
        yield f"a card in answer to {kind}"


def _session(kind: str, response: Mapping[str, Any]) -> Iterator[str]:
    ends = response.get("shouldEndSession")
    if kind not in CONVERSATION:
        if ends is not None:
            yield f"shouldEndSession in answer to {kind}"
        return
    words = (response.get("outputSpeech") or {}).get("text", "")
    plays = any(each.get("type") == "AudioPlayer.Play" for each in response.get("directives", ()))
    if ends is not True and plays:
        yield "Play with an open microphone: the device would pause the stream and listen"
    if ends is False and "?" not in words:
        yield f"an open microphone without a question: {words!r}"
    if ends is True and "?" in words:
        yield f"a question that nobody can answer: {words!r}"


def _directives(kind: str, response: Mapping[str, Any]) -> Iterator[str]:
    allowed = DIRECTIVES.get(kind, frozenset())
    directives = response.get("directives", [])
    for directive in directives:
        name = directive.get("type")
        if name not in allowed:
            yield f"{name} in answer to {kind}"
        elif name == "AudioPlayer.Play":
            yield from _play(directive)
    if sum(each.get("type") == "AudioPlayer.Play" for each in directives) > 1:
        yield "more than one Play"


def _play(directive: Mapping[str, Any]) -> Iterator[str]:
    behaviour = directive.get("playBehavior")
    stream = directive.get("audioItem", {}).get("stream", {})
    url, token = stream.get("url", ""), stream.get("token", "")
    if behaviour not in BEHAVIOURS:
        yield f"playBehavior {behaviour!r}"
    if not url.startswith("https://") or len(url) > LONGEST_URL:
        yield f"a stream URL must be https and at most {LONGEST_URL} characters, not {url[:80]!r}"
    if not 0 < len(token) <= LONGEST_TOKEN:
        yield f"a token of {len(token)} characters"
    if ("expectedPreviousToken" in stream) != (behaviour == "ENQUEUE"):
        yield "expectedPreviousToken belongs to ENQUEUE and to nothing else"
    if not isinstance(stream.get("offsetInMilliseconds", 0), int) or stream.get("offsetInMilliseconds", 0) < 0:
        yield "offsetInMilliseconds is no duration"
