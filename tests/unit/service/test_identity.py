"""Who is asking: tokens that hold, tokens that do not, and where a cookie counts."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from libs.events.ids import MalformedId, PersonId, RoomId
from libs.events.rooms import PersonForgotten
from libs.service.config import Misconfigured, load
from libs.service.forgotten import Forgotten
from libs.service.identity import Actor, BadSigningKey, Issuer, Keys, Verifier, new_signing_key, page_cookie
from libs.service.listen_tokens import check_listen_token, listen_token
from libs.service.origins import IdentitySettings, is_loopback

ANA, BEN = PersonId("anaanaanaana"), PersonId("benbenbenben")
JAZZ = RoomId("jazzjazzjazz")
URL = "https://localhost:8443"
SECRET = b"s" * 32
NOON = 1_800_000_000


class Clock:
    def __init__(self) -> None:
        self.now = float(NOON)

    def __call__(self) -> float:
        return self.now


class Request(msgspec.Struct, frozen=True):
    method: str = "GET"
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}


CLOCK = Clock()
KEYS = Keys(new_signing_key())
ISSUER = Issuer(KEYS, URL, CLOCK)
VERIFIER = Verifier(KEYS, URL, CLOCK)


@pytest.fixture(autouse=True)
def _noon() -> None:
    CLOCK.now = NOON


def bearer(token: str) -> Request:
    return Request(headers={"authorization": f"Bearer {token}"})


async def test_an_access_token_proves_who_asks() -> None:
    assert await VERIFIER.who(bearer(ISSUER.access_token(ANA))) == Actor(person=ANA, via="token")


async def test_an_access_token_for_a_client_says_what_it_may_do() -> None:
    actor = await VERIFIER.who(bearer(ISSUER.access_token(ANA, "alexa", ["listen", "follow"])))

    assert actor is not None
    assert actor.scope == {"listen", "follow"}


async def test_an_access_token_lives_ten_minutes() -> None:
    token = ISSUER.access_token(ANA)
    CLOCK.now += 599
    assert await VERIFIER.who(bearer(token)) is not None
    CLOCK.now += 2
    assert await VERIFIER.who(bearer(token)) is None


async def test_the_page_cookie_proves_who_reads() -> None:
    assert await VERIFIER.who(Request(cookies={"parlor": ISSUER.page_token(ANA)})) == Actor(person=ANA, via="page")


@pytest.mark.parametrize(
    ("origin", "counts"),
    [(None, True), ("http://localhost:8080", True), ("http://localhost:3000", False), ("null", False)],
)
async def test_a_cookie_changes_something_only_from_our_own_page(
    origin: str | None,
    counts: bool,  # noqa: FBT001  # a table of cases
) -> None:
    headers = {"host": "localhost:8080"} | ({"origin": origin} if origin else {})
    asked = Request("POST", headers, {"parlor": ISSUER.page_token(ANA)})

    assert (await VERIFIER.who(asked) is not None) is counts


async def test_neither_kind_of_token_passes_for_the_other() -> None:
    assert await VERIFIER.who(bearer(ISSUER.page_token(ANA))) is None
    assert await VERIFIER.who(Request(cookies={"parlor": ISSUER.access_token(ANA)})) is None


async def test_a_wrong_bearer_token_is_not_helped_by_a_good_cookie() -> None:
    asked = Request(headers={"authorization": "Bearer nonsense"}, cookies={"parlor": ISSUER.page_token(ANA)})

    assert await VERIFIER.who(asked) is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "a" * 5000])
async def test_what_is_no_token_is_nobody(token: str) -> None:
    assert await VERIFIER.who(bearer(token)) is None


async def test_a_token_of_another_key_or_issuer_or_algorithm_is_nobody() -> None:
    claims = {"iss": URL, "aud": URL, "sub": ANA, "exp": NOON + 60}
    theirs = ECKey.generate_key("P-256")
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhbmFhbmFhbmFhbmEifQ."

    assert await VERIFIER.who(bearer(jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, theirs))) is None
    assert await VERIFIER.who(bearer(Issuer(KEYS, "https://evil.example", CLOCK).access_token(ANA))) is None
    assert await VERIFIER.who(bearer(unsigned)) is None


def test_a_key_is_changed_by_putting_the_new_one_first() -> None:
    old, new = new_signing_key(), new_signing_key()
    before = Issuer(Keys(old), URL, CLOCK).access_token(ANA)
    both = Keys(new + old)

    assert Verifier(both, URL, CLOCK).bearer(before) is not None
    assert Verifier(Keys(new), URL, CLOCK).bearer(before) is None
    assert Verifier(both, URL, CLOCK).bearer(Issuer(both, URL, CLOCK).access_token(ANA)) is not None


def test_a_public_key_verifies_and_does_not_sign() -> None:
    private = new_signing_key()
    public = Keys(ECKey.import_key(private).as_pem(private=False))

    assert Verifier(public, URL, CLOCK).bearer(Issuer(Keys(private), URL, CLOCK).access_token(ANA)) is not None
    with pytest.raises(BadSigningKey, match="can verify but not sign"):
        Issuer(public, URL, CLOCK).access_token(ANA)


def test_the_published_keys_have_no_private_part() -> None:
    (shown,) = KEYS.jwks["keys"]

    assert set(shown) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


@pytest.mark.parametrize("pem", [b"", b"nonsense", ECKey.generate_key("P-384").as_pem(private=True)])
def test_a_key_that_cannot_be_used_is_said_at_start(pem: bytes) -> None:
    with pytest.raises(BadSigningKey):
        Keys(pem)


def test_a_missing_key_file_is_said_at_start(tmp_path: Path) -> None:
    with pytest.raises(BadSigningKey, match="No such file"):
        Keys.read(tmp_path / "gone.pem")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    assert page_cookie("t", secure=True) == "parlor=t; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"
    assert "Secure" not in page_cookie("t", secure=False)


def test_a_listen_token_names_its_listener_until_it_expires() -> None:
    token = listen_token(SECRET, JAZZ, ANA, NOON + 60)

    assert check_listen_token(SECRET, JAZZ, token, NOON) == ANA
    assert check_listen_token(SECRET, JAZZ, token, NOON) == ANA
    assert check_listen_token(SECRET, JAZZ, token, NOON + 60) is None


def test_a_listen_token_holds_for_one_room_one_listener_one_secret() -> None:
    token = listen_token(SECRET, JAZZ, ANA, NOON + 60)
    _, expires, mac = token.split("-", 2)

    assert check_listen_token(SECRET, RoomId("newsnewsnews"), token, NOON) is None
    assert check_listen_token(b"other", JAZZ, token, NOON) is None
    assert check_listen_token(SECRET, JAZZ, f"benbenbenben-{expires}-{mac}", NOON) is None
    assert check_listen_token(SECRET, JAZZ, f"{ANA}-{int(expires) + 60}-{mac}", NOON) is None


@pytest.mark.parametrize("token", ["", "-", "--", "anaanaanaana", "anaanaanaana-1e9-x", "a-²-x", "a-1-é", "x" * 500])
def test_what_is_no_listen_token_is_nobody(token: str) -> None:
    assert check_listen_token(SECRET, JAZZ, token, NOON) is None


def test_a_listener_who_would_break_the_token_is_refused() -> None:
    with pytest.raises(MalformedId):
        listen_token(SECRET, JAZZ, "ana-ana-ana", NOON)


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("https://localhost:8443", True),
        ("http://127.0.0.1", True),
        ("https://[::1]:8443", True),
        ("https://parlor.localhost", True),
        ("https://127.evil.example", False),
        ("https://localhost.evil.example", False),
        ("https://10.0.0.1", False),
    ],
)
def test_loopback_is_only_this_machine(url: str, is_it: bool) -> None:  # noqa: FBT001  # a table of cases
    assert is_loopback(url) is is_it


def test_signing_in_by_name_is_refused_where_others_can_come_in() -> None:
    public = {"PUBLIC_URL": "https://radio.example", "SIGNING_KEY_FILE": "key.pem"}

    with pytest.raises(Misconfigured, match="SIGN_IN_BY_NAME is on, but PUBLIC_URL can be reached by others"):
        load(IdentitySettings, public)
    assert not load(IdentitySettings, public | {"SIGN_IN_BY_NAME": "off"}).sign_in_by_name


def test_a_url_with_a_path_is_no_origin() -> None:
    with pytest.raises(Misconfigured, match="PAGE_URL must be an origin"):
        load(IdentitySettings, {"SIGNING_KEY_FILE": "key.pem", "PAGE_URL": "http://localhost:8080/page"})


def test_a_token_of_somebody_who_was_forgotten_is_nobodys_at_once() -> None:
    forgotten = Forgotten()
    verifier, issuer = Verifier(KEYS, URL, CLOCK, forgotten), Issuer(KEYS, URL, CLOCK)
    anas, bens = issuer.access_token(ANA), issuer.access_token(BEN)
    assert verifier.bearer(anas) is not None
    forgotten.learn(PersonForgotten(person=ANA))

    assert verifier.bearer(anas) is None
    assert verifier.bearer(bens) is not None
    forgotten.know([BEN])
    assert verifier.bearer(bens) is None
