"""Who gets in: every case that Amazon's own verifiers test, and every defect that was found in one of them.

All through the HTTP route: what counts is 200 or 400, and that a 400 says nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from parlor.echo.signer import Signer
from services.alexa_gateway.verifier import LARGEST_BODY
from tests.unit.alexa_gateway.authority import DAY, NOW, Issuer, ec_key, pem, rsa_key
from tests.unit.alexa_gateway.doors import BETWEEN, CHAIN, GOOD_CHAIN, KEY, PATH, ROOT, Door, door, request

OK, TURNED_DOWN = 200, 400


@pytest.fixture(name="alexa")
async def _alexa() -> AsyncIterator[Door]:
    async with door() as opened:
        yield opened


async def test_a_signed_request_gets_in(alexa: Door) -> None:
    assert await alexa.send() == OK


@pytest.mark.parametrize("missing", ["SignatureCertChainUrl", "Signature-256"])
async def test_both_headers_are_needed(alexa: Door, missing: str) -> None:
    headers = Signer(KEY, CHAIN).headers(request(NOW))
    del headers[missing]

    assert await alexa.knock(request(NOW), headers) == TURNED_DOWN


async def test_header_names_have_no_case(alexa: Door) -> None:
    headers = {name.upper(): value for name, value in Signer(KEY, CHAIN).headers(request(NOW)).items()}

    assert await alexa.knock(request(NOW), headers) == OK


async def test_the_old_sha1_header_does_not_count(alexa: Door) -> None:
    headers = Signer(KEY, CHAIN).headers(request(NOW))
    headers["Signature"] = headers.pop("Signature-256")

    assert await alexa.knock(request(NOW), headers) == TURNED_DOWN


@pytest.mark.parametrize(
    "url",
    [
        CHAIN,
        "https://s3.amazonaws.com:443/echo.api/echo-api-cert-12.pem",
        "https://s3.amazonaws.com/echo.api/../echo.api/echo-api-cert-12.pem",
        "https://s3.amazonaws.com/./echo.api/./echo-api-cert-12.pem",
        "HTTPS://S3.AmazonAWS.com/echo.api/echo-api-cert-12.pem",
    ],
)
async def test_good_chain_urls_lead_to_the_same_normalised_path(alexa: Door, url: str) -> None:
    assert await alexa.send(chain=url) == OK
    assert alexa.chains.fetched == [PATH]


@pytest.mark.parametrize(
    "url",
    [
        "http://s3.amazonaws.com/echo.api/echo-api-cert-12.pem",
        "https://notamazon.com/echo.api/echo-api-cert-12.pem",
        "https://s3.amazonaws.com.evil.example/echo.api/echo-api-cert-12.pem",
        "https://s3.amazonaws.com/invalid.path/echo-api-cert-12.pem",
        "https://s3.amazonaws.com/EcHo.aPi/echo-api-cert-12.pem",
        "https://s3.amazonaws.com/echo.api/../cert.pem",
        "https://s3.amazonaws.com/echo.api/../attacker-bucket/evil.pem",
        "https://s3.amazonaws.com/echo.api/%2e%2e/attacker-bucket/evil.pem",
        "https://s3.amazonaws.com:563/echo.api/echo-api-cert-12.pem",
        "https://s3.amazonaws.com:abc/echo.api/echo-api-cert-12.pem",
        "https://s3.amazonaws.com:99999999/echo.api/echo-api-cert-12.pem",
        "https://u:p@s3.amazonaws.com/echo.api/echo-api-cert-12.pem",
        "https://evil.example@s3.amazonaws.com/echo.api/echo-api-cert-12.pem",
        "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem?y=1",
        "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem#z",
        "https://s3.amazonaws.com//echo.api/echo-api-cert-12.pem",
        "https://s3.amazonaws.com\\@evil.example/echo.api/x.pem",
        "https://s3.amazonaws.com/echo.api",
        "https://s3.amazonaws.com/echo.api/" + "a" * 600,
        "https://[::1/echo.api/x.pem",
        "echo-api-cert-12.pem",
        "",
    ],
)
async def test_bad_chain_urls_are_turned_down_without_a_fetch(alexa: Door, url: str) -> None:
    assert await alexa.send(chain=url) == TURNED_DOWN
    assert alexa.chains.fetched == []


OTHER_ROOT = Issuer("Other root")
SURPLUS = Issuer("Root", Issuer("Gone root"), until=NOW - DAY)

BAD_CHAINS = {
    "leaf not yet valid": pem(BETWEEN.leaf(KEY, since=NOW + DAY), BETWEEN.certificate),
    "leaf expired": pem(BETWEEN.leaf(KEY, since=NOW - 9 * DAY, until=NOW - DAY), BETWEEN.certificate),
    "leaf for another name": pem(BETWEEN.leaf(KEY, names=("evil.example",)), BETWEEN.certificate),
    "leaf without any name": pem(BETWEEN.leaf(KEY, names=()), BETWEEN.certificate),
    "leaf for another purpose": pem(BETWEEN.leaf(KEY, purpose=ExtendedKeyUsageOID.CLIENT_AUTH), BETWEEN.certificate),
    "intermediate missing": pem(BETWEEN.leaf(KEY)),
    "unknown root": pem(OTHER_ROOT.leaf(KEY), OTHER_ROOT.certificate),
    "leaf is no certificate authority": pem(ROOT.certificate, BETWEEN.certificate),
    "elliptic curve leaf": pem(BETWEEN.leaf(ec_key("leaf")), BETWEEN.certificate),
    "no certificate in the file": b"",
    "garbage": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "a web page": b"<html>not here</html>",
    "far too many certificates": GOOD_CHAIN * 20,
}


@pytest.mark.parametrize("chain", BAD_CHAINS.values(), ids=BAD_CHAINS.keys())
async def test_a_chain_that_does_not_hold_is_turned_down(chain: bytes) -> None:
    async with door(chain) as alexa:
        assert await alexa.send() == TURNED_DOWN


async def test_a_surplus_cross_signed_certificate_does_no_harm() -> None:
    async with door(GOOD_CHAIN + pem(SURPLUS.certificate)) as alexa:
        assert await alexa.send() == OK


async def test_certificates_may_come_in_any_order_after_the_leaf() -> None:
    leaf = BETWEEN.leaf(KEY)
    async with door(pem(leaf, SURPLUS.certificate, OTHER_ROOT.certificate, BETWEEN.certificate)) as alexa:
        assert await alexa.send() == OK


async def test_a_chain_that_expires_is_not_good_for_ever() -> None:
    chain = pem(BETWEEN.leaf(KEY, until=NOW + timedelta(minutes=10)), BETWEEN.certificate)
    async with door(chain) as alexa:
        assert await alexa.send() == OK
        alexa.clock.move(timedelta(minutes=11))
        assert await alexa.send() == TURNED_DOWN


async def test_a_root_that_is_not_valid_yet_or_any_more_counts_for_nothing(alexa: Door) -> None:
    alexa.clock.move(timedelta(days=-365 * 25))

    assert await alexa.send() == TURNED_DOWN


@pytest.mark.parametrize("signature", ["", "not base64!", "AAAA", "\xe4", "A" * 343 + "="])
async def test_a_damaged_signature_is_turned_down(alexa: Door, signature: str) -> None:
    headers = Signer(KEY, CHAIN).headers(request(NOW)) | {"Signature-256": signature}

    assert await alexa.knock(request(NOW), headers) == TURNED_DOWN


async def test_another_key_does_not_count(alexa: Door) -> None:
    body = request(NOW)

    assert await alexa.knock(body, Signer(rsa_key("somebody"), CHAIN).headers(body)) == TURNED_DOWN


async def test_a_changed_body_is_turned_down(alexa: Door) -> None:
    body = request(NOW)

    assert await alexa.knock(body.replace(b"r1", b"r2"), Signer(KEY, CHAIN).headers(body)) == TURNED_DOWN


async def test_a_body_that_means_the_same_but_is_written_otherwise_is_turned_down(alexa: Door) -> None:
    body = request(NOW)

    assert await alexa.knock(body.replace(b":", b": ", 1), Signer(KEY, CHAIN).headers(body)) == TURNED_DOWN


async def test_nothing_is_read_of_a_body_before_its_signature_holds(alexa: Door) -> None:
    assert await alexa.knock(b"{" * 10_000, Signer(rsa_key("somebody"), CHAIN).headers(b"")) == TURNED_DOWN


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"request":{}}', b"\xff\xfe", b'{"request":'])
async def test_a_signed_body_that_is_no_request_is_turned_down(alexa: Door, body: bytes) -> None:
    assert await alexa.send(body) == TURNED_DOWN


async def test_a_body_larger_than_any_request_is_turned_down(alexa: Door) -> None:
    assert await alexa.send(b" " * (LARGEST_BODY + 1)) == TURNED_DOWN


@pytest.mark.parametrize(
    ("kind", "seconds", "status"),
    [
        ("LaunchRequest", 0, OK),
        ("LaunchRequest", -149, OK),
        ("LaunchRequest", 149, OK),
        ("LaunchRequest", -151, TURNED_DOWN),
        ("LaunchRequest", 151, TURNED_DOWN),
        ("LaunchRequest", -3599, TURNED_DOWN),
        ("AudioPlayer.PlaybackStarted", -151, TURNED_DOWN),
        ("AlexaSkillEvent.SkillEnabled", -3599, OK),
        ("AlexaSkillEvent.SkillDisabled", -3601, TURNED_DOWN),
        ("AlexaSkillEvent.SkillAccountLinked", 3601, TURNED_DOWN),
        ("AlexaSkillEvent.SkillAccountUnlinked", -3599, OK),
        ("AlexaSkillEvent.ProactiveSubscriptionChanged", -3599, OK),
    ],
)
async def test_the_timestamp_must_be_near_either_way(alexa: Door, kind: str, seconds: int, status: int) -> None:
    assert await alexa.send(request(NOW + timedelta(seconds=seconds), kind)) == status


@pytest.mark.parametrize("written", ["2026-11-24T08:00:00.123Z", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00+00:00"])
async def test_a_timestamp_may_have_fractions(alexa: Door, written: str) -> None:
    assert await alexa.send(request(NOW).replace(b"2026-11-24T08:00:00Z", written.encode())) == OK


@pytest.mark.parametrize("written", ["", "yesterday", "2026-11-24T08:00:00", "1795593600000", "2026-99-24T08:00:00Z"])
async def test_a_timestamp_that_is_none_is_turned_down(alexa: Door, written: str) -> None:
    assert await alexa.send(request(NOW).replace(b"2026-11-24T08:00:00Z", written.encode())) == TURNED_DOWN


async def test_another_skills_request_is_turned_down(alexa: Door) -> None:
    assert await alexa.send(request(NOW, skill="amzn1.ask.skill.other")) == TURNED_DOWN


async def test_the_skill_may_stand_in_the_session_only(alexa: Door) -> None:
    body = request(NOW, skill="").replace(
        b'"request":', b'"session":{"application":{"applicationId":"amzn1.ask.skill.local-parlor"}},"request":'
    )

    assert await alexa.send(body) == OK


async def test_the_same_request_again_is_turned_down(alexa: Door) -> None:
    assert await alexa.send() == OK
    assert await alexa.send() == TURNED_DOWN
    assert await alexa.send(request(NOW, request_id="another")) == OK


async def test_a_chain_is_fetched_once_for_many_requests(alexa: Door) -> None:
    bodies = [request(NOW, request_id=f"r{n}") for n in range(20)]

    statuses = await asyncio.gather(*(alexa.send(body) for body in bodies))

    assert set(statuses) == {OK}
    assert alexa.chains.fetched == [PATH]


async def test_a_chain_is_fetched_again_after_a_day(alexa: Door) -> None:
    assert await alexa.send() == OK
    alexa.clock.move(timedelta(hours=25))
    assert await alexa.send() == OK

    assert alexa.chains.fetched == [PATH, PATH]


async def test_a_fetch_that_failed_is_not_repeated_at_once(alexa: Door) -> None:
    missing = CHAIN.replace("12", "13")

    assert [await alexa.send(chain=missing) for _ in range(5)] == [TURNED_DOWN] * 5
    assert len(alexa.chains.fetched) == 1
    alexa.chains.chains[PATH.replace("12", "13")] = GOOD_CHAIN
    alexa.clock.move(timedelta(seconds=6))
    assert await alexa.send(chain=missing) == OK


async def test_forged_chain_urls_do_not_push_out_the_real_chain(alexa: Door) -> None:
    assert await alexa.send() == OK
    for n in range(200):
        assert await alexa.send(chain=f"https://s3.amazonaws.com/echo.api/forged-{n}.pem") == TURNED_DOWN

    assert await alexa.send(request(NOW, request_id="real")) == OK
    assert alexa.chains.fetched.count(PATH) == 1


async def test_only_post_is_answered(alexa: Door) -> None:
    assert (await alexa.client.get("/alexa")).status_code == 405


async def test_skill_events_have_a_door_of_their_own(alexa: Door) -> None:
    body = request(NOW, "AlexaSkillEvent.SkillEnabled")

    answer = await alexa.client.post("/alexa/events", content=body, headers=Signer(KEY, CHAIN).headers(body))

    assert (answer.status_code, answer.json()) == (200, {"version": "1.0", "response": {}})
