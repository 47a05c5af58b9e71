"""The skill package keeps Amazon's rules, and says exactly what the gateway can do."""

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from parlor.echo.matching import BUILT_IN, Ear, Launched, NotForTheSkill, Understood
from parlor.skilllint import lint_package
from parlor.skillpackage import PACKAGE, language_model, manifest, render
from services.alexa_gateway.intents import INTENTS

MODEL = language_model()
EAR = Ear(MODEL)
NAMES = {each.name: each.values for each in MODEL.types}


def heard(text: str, *, in_session: bool = True, playing: bool = False) -> Launched | Understood:
    return EAR.hear(text, NAMES, in_session=in_session, playing=playing)


def test_the_package_keeps_the_rules() -> None:
    assert lint_package() == []


def test_the_model_and_the_handlers_name_the_same_intents() -> None:
    assert {intent.name for intent in MODEL.intents} == set(INTENTS)


@pytest.mark.parametrize(
    ("intent", "sample"), [(intent.name, sample) for intent in MODEL.intents for sample in intent.samples]
)
def test_every_sample_leads_to_its_own_intent(intent: str, sample: str) -> None:
    said = sample.replace("{name}", "city talk").replace("{ordinal}", "second")

    understood = heard(said)

    assert isinstance(understood, Understood)
    assert understood.intent == intent


@pytest.mark.parametrize(("intent", "phrase"), [(name, phrase) for name, all_ in BUILT_IN.items() for phrase in all_])
def test_every_built_in_phrase_leads_to_its_intent(intent: str, phrase: str) -> None:
    understood = heard(phrase)

    assert isinstance(understood, Understood)
    assert understood.intent == intent


@pytest.mark.parametrize("phrase", manifest()["publishingInformation"]["locales"]["en-US"]["examplePhrases"])  # type: ignore[index]  # JSON as it stands
def test_every_example_phrase_works_word_for_word(phrase: str) -> None:
    understood = heard(phrase, in_session=False)

    assert understood != Understood("AMAZON.FallbackIntent")


def test_stop_over_a_stream_arrives_as_pause() -> None:
    assert heard("stop", in_session=False, playing=True) == Understood("AMAZON.PauseIntent")
    assert heard("stop") == Understood("AMAZON.StopIntent")


@pytest.mark.parametrize("text", ["play city talk", "what's on", "help", "yes", "city talk"])
def test_outside_a_conversation_only_playback_words_need_no_name(text: str) -> None:
    with pytest.raises(NotForTheSkill):
        heard(text, in_session=False, playing=True)


def test_what_no_sample_covers_is_a_fallback() -> None:
    assert heard("the weather in leeds tomorrow") == Understood("AMAZON.FallbackIntent")


PLANTED: list[tuple[str, Any, str]] = [
    ("invocationName", "radio", "one word is for brands only"),
    ("invocationName", "open radio", "'open' has a meaning for Alexa"),
    ("invocationName", "radio for alexa", "'alexa' has a meaning for Alexa"),
    ("invocationName", "Radio 4", "lower case letters"),
    ("invocationName", "the radio", "two words must not contain an article"),
    ("intents/PlayIntent", None, "is covered by no sample"),
    ("intents/AMAZON.PauseIntent", None, "AMAZON.PauseIntent is missing"),
    ("intents/AMAZON.ShuffleOffIntent", None, "AMAZON.ShuffleOffIntent is missing"),
    ("samples/PlayIntent", ["play {title}"], "uses the undeclared slot title"),
    ("samples/PlayIntent", ["play {name}", "the {ordinal} one", "Play 4!"], "not written as it is spoken"),
    ("samples/WhatsOnIntent", [], "WhatsOnIntent can't be said"),
    ("samples/WhatsOnIntent", ["next room"], "'next room' is there 2 times"),
]


@pytest.mark.parametrize(("place", "planted", "says"), PLANTED)
def test_the_linter_finds_a_planted_fault(tmp_path: Path, place: str, planted: Any, says: str) -> None:
    package = copytree(PACKAGE, tmp_path / "skill-package")
    file = package / "interactionModels" / "custom" / "en-US.json"
    content = json.loads(file.read_text())
    model = content["interactionModel"]["languageModel"]
    what, _, name = place.partition("/")
    if what == "invocationName":
        model[what] = planted
    elif what == "intents":
        model[what] = [intent for intent in model[what] if intent["name"] != name]
    else:
        next(intent for intent in model["intents"] if intent["name"] == name)[what] = planted
    file.write_text(json.dumps(content))

    assert any(says in fault for fault in lint_package(package))


def test_the_linter_misses_an_icon_that_is_not_there_or_of_another_size(tmp_path: Path) -> None:
    package = copytree(PACKAGE, tmp_path / "skill-package")
    images = package / "assets" / "images"
    (images / "en-US_smallIcon.png").write_bytes((images / "en-US_largeIcon.png").read_bytes())
    (images / "en-US_largeIcon.png").unlink()

    assert lint_package(package) == [
        "smallIconUri: assets/images/en-US_smallIcon.png is no PNG of 108 x 108",
        "largeIconUri: there is no file assets/images/en-US_largeIcon.png",
    ]


def test_render_fills_in_the_public_url(tmp_path: Path) -> None:
    files = render("https://radio.example.org/", tmp_path)

    filled = json.loads((tmp_path / "skill-package" / "skill.json").read_text())["manifest"]
    assert filled["apis"]["custom"]["endpoint"]["uri"] == "https://radio.example.org/alexa"
    assert (tmp_path / "ask-resources.json") in files


@pytest.mark.parametrize("url", ["http://radio.example.org", "https://radio.example.org:8443", "radio.example.org"])
def test_render_refuses_what_alexa_cannot_reach(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="https URL on port 443"):
        render(url, tmp_path)
