"""SRTP of ours: the vectors of RFC 3711 and RFC 7714, and packet for packet the same as libsrtp."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.engine.srtcp import Srtcp
from services.media.engine.srtpfaces import Session, Way, derived
from services.media.mixing.rtp import Packet, pack
from services.media.transport.rtcp import ReceiverReport, build
from services.media.transport.srtp import NotAuthentic, Profile, Srtp
from tests.unit.media.srtp import Libsrtp, keys_of, turned

pytestmark = pytest.mark.slow

GCM, CM = 0, 1
PROFILES = list(Profile)
KINDS = {Profile.AEAD_AES_128_GCM: GCM, Profile.AES128_CM_SHA1_80: CM}
KEY = bytes(range(16))
SALT = bytes.fromhex("51756964207072 6f2071756f".replace(" ", ""))
PLAIN = bytes.fromhex(
    "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573"
)
SEALED = bytes.fromhex(
    "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
    "899d7f27beb16a9152cf765ee4390cce"
)
REPORT = bytes.fromhex(
    "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"
)
SEALED_REPORT = bytes.fromhex(
    "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa458"
    "96cf4d2fc5abf87245d9eade800005d4"
)


def test_key_stream_of_rfc_3711_b2() -> None:
    salt = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafbfcfd")
    session = Session(CM, True, bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), salt)
    stream, _ = session.seal(bytes(48), 0, (0, 0), bytes(4))
    assert stream.hex() == (
        "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0"
    )


def test_session_keys_of_rfc_3711_b3() -> None:
    master = bytes.fromhex("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6")
    key, salt, proof = derived(CM, master, 0)
    assert key.hex() == "c61e7a93744f39ee10734afe3ff7a087"
    assert salt.hex() == "30cbbc08863d8c85d49db34a9ae1"
    assert proof.hex() == "cebe321f6ff7716b6fd4ab49af256a156d38baa4"


def test_a_packet_of_rfc_7714_16() -> None:
    session = Session(GCM, True, KEY, SALT)
    packet, tag = session.seal(PLAIN, 12, (0x5501A0B2, 0xF17B), None)
    assert packet + tag == SEALED


def test_a_report_of_rfc_7714_17() -> None:
    session = Session(GCM, True, KEY, SALT)
    packet, tag = session.seal(REPORT, 8, (0x4D617273, 0x5D4), SEALED_REPORT[-4:])
    assert packet + tag + SEALED_REPORT[-4:] == SEALED_REPORT


@st.composite
def sent(draw: st.DrawFn) -> list[bytes]:
    """RTP as one or two senders make it: with gaps, over the wrap, with contributors and extensions."""
    made = []
    at = {ssrc: draw(st.integers(0, 65_535)) for ssrc in (7, 0xDEADBEEF)}
    for _ in range(draw(st.integers(1, 40))):
        ssrc = draw(st.sampled_from(sorted(at)))
        at[ssrc] += draw(st.sampled_from((1, 1, 1, 2, 30, 127, 128, 129, 5_000)))
        packet = pack(Packet(111, at[ssrc] % 65_536, at[ssrc] * 960 % (1 << 32), ssrc, draw(st.binary(max_size=300))))
        many = draw(st.integers(0, 3))
        extension = draw(st.sampled_from((b"", bytes.fromhex("bede000110aaf000"), bytes.fromhex("10000000"))))
        first = packet[0] | many | (0x10 if extension else 0)
        made.append(bytes((first,)) + packet[1:12] + bytes(4 * many) + extension + packet[12:])
    return made


@pytest.mark.parametrize("profile", PROFILES)
@given(sent(), st.integers(0, 255))
def test_what_we_protect_is_what_libsrtp_makes_of_it(profile: Profile, packets: list[bytes], seed: int) -> None:
    keys = keys_of(profile, seed)
    ours, theirs = Way(KINDS[profile], keys.ours, True), Libsrtp(keys)
    assert [ours.protect(each) for each in packets] == [theirs.protect(each) for each in packets]


@pytest.mark.parametrize("profile", PROFILES)
@given(sent(), st.randoms(use_true_random=False))
def test_whatever_the_network_does_we_take_what_libsrtp_takes(
    profile: Profile, packets: list[bytes], chance: random.Random
) -> None:
    keys = keys_of(profile, 3)
    sender, theirs = Libsrtp(keys), Libsrtp(turned(keys))
    ours = Way(KINDS[profile], keys.ours, False)
    arriving = [(n + chance.choice((0, 0, 3, 40)), sender.protect(each)) for n, each in enumerate(packets)]
    arriving += [each for each in arriving if chance.random() < 0.3]
    for _, each in sorted(arriving):
        if chance.random() < 0.2:
            continue
        if chance.random() < 0.2:
            at = chance.randrange(len(each) * 8)
            assert ours.unprotect(each[: at // 8] + bytes((each[at // 8] ^ 1 << at % 8,)) + each[at // 8 + 1 :]) is None
        assert ours.unprotect(each) == taken(theirs, each)


def taken(peer: Libsrtp, packet: bytes) -> bytes | None:
    """What it reads."""
    try:
        return peer.unprotect(packet)
    except NotAuthentic:
        return None


@pytest.mark.parametrize("profile", PROFILES)
@given(
    st.lists(st.binary(max_size=40).map(lambda data: data[: len(data) // 4 * 4]), min_size=1), st.integers(0, 1 << 20)
)
def test_reports_go_both_ways_between_us_and_libsrtp_once(profile: Profile, bodies: list[bytes], flipped: int) -> None:
    keys = keys_of(profile, 5)
    ours, theirs = Srtp(keys), Libsrtp(turned(keys))
    for body in bodies:
        compound = build([ReceiverReport(77)]) + bytes((0x80, 204, 0, len(body) // 4 + 1)) + bytes(4) + body
        there = ours.protect_rtcp(compound)
        assert theirs.unprotect_rtcp(there) == compound
        back = theirs.protect_rtcp(compound)
        at = flipped % (8 * len(back))
        forged = back[: at // 8] + bytes((back[at // 8] ^ 1 << at % 8,)) + back[at // 8 + 1 :]
        for each, good in ((forged, False), (back, True), (back, False), (back[: flipped % len(back)], False)):
            if good:
                assert ours.unprotect_rtcp(each) == compound
            else:
                with pytest.raises(NotAuthentic):
                    ours.unprotect_rtcp(each)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_vector_is_used_twice(profile: Profile) -> None:
    way = Way(KINDS[profile], keys_of(profile, 1).ours, True)
    made = [way.protect(pack(Packet(111, n % 65_536, 0, 5, b"sound"))) for n in (65_534, 65_535, 65_536, 65_535, 0)]
    assert [each is None for each in made] == [False, False, False, True, True]


@pytest.mark.parametrize("profile", PROFILES)
def test_nobody_makes_us_keep_more_than_32_streams(profile: Profile) -> None:
    keys = keys_of(profile, 1)
    sender, way = Libsrtp(keys), Way(KINDS[profile], keys.ours, False)
    packets = [sender.protect(pack(Packet(111, 1, 0, ssrc, b"sound"))) for ssrc in range(40)]
    assert [way.unprotect(each) is not None for each in packets] == [True] * 32 + [False] * 8
    assert all(way.unprotect(each) is None for each in packets)


@given(st.binary(max_size=200))
def test_nonsense_is_refused(data: bytes) -> None:
    for profile in PROFILES:
        keys = keys_of(profile, 1)
        assert Way(KINDS[profile], keys.ours, False).unprotect(data) is None
        assert Srtcp(profile.openssl, keys.ours, False).unprotect(data) is None
    with pytest.raises(ValueError, match="28"):
        Srtcp(PROFILES[0].openssl, data[:20], False)
