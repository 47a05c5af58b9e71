"""The skill package as ask-cli v2 lays it out: manifest and interaction model, read as types, written with our URL."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

PACKAGE = Path(__file__).resolve().parent.parent / "services" / "alexa_gateway" / "skill-package"
PLACEHOLDER = "{{PUBLIC_URL}}"


class Part(msgspec.Struct, frozen=True, rename="camel"):
    """Amazon's names are camelCase."""


class SlotDeclared(Part, frozen=True):
    """A place in a sample, and what kind of words stand there."""

    name: str
    type: str
    samples: tuple[str, ...] = ()


class IntentDeclared(Part, frozen=True):
    """What can be asked, and the ways to say it."""

    name: str
    slots: tuple[SlotDeclared, ...] = ()
    samples: tuple[str, ...] = ()


class ValueName(Part, frozen=True):
    """One entry of a slot type."""

    value: str
    synonyms: tuple[str, ...] = ()


class ValueDeclared(Part, frozen=True):
    """The entry with the id that resolution gives."""

    name: ValueName
    id: str | None = None


class TypeDeclared(Part, frozen=True):
    """A slot type of our own."""

    name: str
    values: tuple[ValueDeclared, ...]


class LanguageModel(Part, frozen=True):
    """All that Alexa's ear is trained with."""

    invocation_name: str
    intents: tuple[IntentDeclared, ...]
    types: tuple[TypeDeclared, ...] = ()


class InteractionModel(Part, frozen=True):
    """The part of it that we use; a dialog model we have none."""

    language_model: LanguageModel


class ModelFile(Part, frozen=True):
    """`interactionModels/custom/<locale>.json`."""

    interaction_model: InteractionModel


def language_model(locale: str = "en-US", package: Path = PACKAGE) -> LanguageModel:
    """The interaction model of a locale. Raises OSError or msgspec.DecodeError."""
    text = (package / "interactionModels" / "custom" / f"{locale}.json").read_bytes()
    return msgspec.json.decode(text, type=ModelFile).interaction_model.language_model


def manifest(package: Path = PACKAGE) -> dict[str, object]:
    """`skill.json` as it stands. Raises OSError or ValueError."""
    content: dict[str, object] = json.loads((package / "skill.json").read_bytes())["manifest"]
    return content


def render(public_url: str, target: Path, package: Path = PACKAGE) -> list[Path]:
    """Write the whole project for `ask deploy` into `target`, with the public URL filled in; returns its files.

    Raises ValueError for a URL that Alexa can't reach (it must be https on the standard port), or OSError.
    """
    parts = urlsplit(public_url)
    if parts.scheme != "https" or not parts.hostname or parts.port not in (None, 443):
        raise ValueError(f"Alexa needs an https URL on port 443, not {public_url!r}")
    written = []
    for source in sorted([package.parent / "ask-resources.json", *package.rglob("*")]):
        if source.is_file():
            place = target / source.relative_to(package.parent)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(_filled(source, public_url.rstrip("/")))
            written.append(place)
    return written


def _filled(source: Path, public_url: str) -> bytes:
    content = source.read_bytes()
    return content.replace(PLACEHOLDER.encode(), public_url.encode()) if source.suffix == ".json" else content
