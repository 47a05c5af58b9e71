"""Every refusal can be told to a machine, an HTTP client and a person."""

from collections.abc import Iterator

import pytest

from libs.events.refusal import Contended, NotYetCaughtUp, Refusal, RevisionMismatch
from libs.service.commands import KeyReused, LogSilent
from libs.service.http_identity import NotSignedIn
from services.rooms import errors
from services.rooms.api_log import TooManyExports
from services.rooms.errors import RoomsRefusal
from services.rooms.hub import TooManyStreams
from services.rooms.sentences import PAGE


def leaves(root: type[Refusal]) -> Iterator[type[Refusal]]:
    below = root.__subclasses__()
    if not below:
        yield root
    for refusal in below:
        yield from leaves(refusal)


LEAVES = sorted(leaves(RoomsRefusal), key=lambda refusal: refusal.__name__)
COMMON: list[type[Refusal]] = [
    *(Contended, RevisionMismatch, NotYetCaughtUp, KeyReused, LogSilent, NotSignedIn, TooManyExports, TooManyStreams)
]


@pytest.mark.parametrize("refusal", [*LEAVES, *COMMON], ids=lambda r: r.slug)
def test_every_refusal_has_a_slug_a_status_and_a_sentence(refusal: type[Refusal]) -> None:
    assert refusal.slug == refusal.slug.lower()
    assert 400 <= refusal.status < 600
    assert PAGE[refusal.slug].endswith(".")
    assert PAGE[refusal.slug][0].isupper()


def test_slugs_are_unique() -> None:
    slugs = [refusal.slug for refusal in LEAVES]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("refusal", LEAVES, ids=lambda r: r.slug)
def test_the_drawn_tree_names_every_refusal_with_its_slug(refusal: type[Refusal]) -> None:
    drawn = (errors.__doc__ or "").splitlines()
    assert any(f" {refusal.__name__} " in line and f" {refusal.slug} " in line for line in drawn)


def test_no_sentence_is_left_over() -> None:
    known = {refusal.slug for refusal in [*LEAVES, *COMMON]}
    assert set(PAGE) - {"unanswered", "too-many-requests", "insufficient-scope"} == known
