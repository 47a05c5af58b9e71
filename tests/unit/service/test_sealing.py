"""Sealed words are opened with their person's key, at their place, unchanged, and in no other way."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.ids import PersonId
from libs.events.sealed import Sealed, parts_of, sealed
from libs.service.sealing import BadSealingKey, CannotOpen, MasterKey, PersonKey, new_sealing_key

ANA, BEN = PersonId("anaanaanaana"), PersonId("benbenbenben")
HERE, THERE = "rooms/jazz/room-jazz/rooms.hand-raised/topic", "rooms/rock/room-rock/rooms.hand-raised/topic"
MASTER = MasterKey(new_sealing_key())
anas = MASTER.unwrap(ANA, MASTER.new_person_key(ANA))


@given(st.text(max_size=300))
def test_what_was_sealed_is_opened_again(text: str) -> None:
    assert anas.open(anas.seal(text, HERE, "command-1"), HERE) == text


def test_the_same_command_asked_again_says_the_same() -> None:
    assert anas.seal("trains", HERE, "command-1") == anas.seal("trains", HERE, "command-1")


@pytest.mark.parametrize(
    ("text", "place", "said_with"),
    [("boats", HERE, "command-1"), ("trains", THERE, "command-1"), ("trains", HERE, "command-2")],
)
def test_no_nonce_is_used_for_anything_else(text: str, place: str, said_with: str) -> None:
    first, other = anas.seal("trains", HERE, "command-1"), anas.seal(text, place, said_with)
    assert parts_of(first)[1][:12] != parts_of(other)[1][:12]


def test_two_persons_say_the_same_differently() -> None:
    bens = MASTER.unwrap(BEN, MASTER.new_person_key(BEN))
    assert parts_of(anas.seal("trains", HERE, "1"))[1] != parts_of(bens.seal("trains", HERE, "1"))[1]


def test_words_that_were_moved_cannot_be_opened() -> None:
    words = anas.seal("trains", HERE, "1")
    with pytest.raises(CannotOpen):
        anas.open(words, THERE)
    with pytest.raises(CannotOpen):
        anas.open(sealed(BEN, parts_of(words)[1]), HERE)


def test_one_flipped_bit_is_seen() -> None:
    box = parts_of(anas.seal("trains", HERE, "1"))[1]
    for place in range(len(box)):
        changed = box[:place] + bytes([box[place] ^ 1]) + box[place + 1 :]
        with pytest.raises(CannotOpen):
            anas.open(sealed(ANA, changed), HERE)


def test_another_key_of_the_same_person_opens_nothing() -> None:
    with pytest.raises(CannotOpen):
        MASTER.unwrap(ANA, MASTER.new_person_key(ANA)).open(anas.seal("trains", HERE, "1"), HERE)


def test_what_is_not_sealed_at_all_cannot_be_opened() -> None:
    with pytest.raises(CannotOpen):
        anas.open(Sealed("trains"), HERE)


def test_a_wrapped_key_is_of_one_person_and_one_installation() -> None:
    wrapped = MASTER.new_person_key(ANA)
    assert isinstance(MASTER.unwrap(ANA, wrapped), PersonKey)
    for master, person in ((MASTER, BEN), (MasterKey(new_sealing_key()), ANA)):
        with pytest.raises(CannotOpen):
            master.unwrap(person, wrapped)
    with pytest.raises(CannotOpen):
        MASTER.unwrap(ANA, b"")


def test_a_name_is_found_by_what_only_this_installation_can_compute() -> None:
    text = new_sealing_key()
    assert MasterKey(text).name_index("Ana") == MasterKey(text + b"\n").name_index("Ana")
    assert MasterKey(text).name_index("Ana") not in (MasterKey(text).name_index("ana"), MASTER.name_index("Ana"))


def test_a_sealing_key_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "sealing-key"
    file.write_bytes(new_sealing_key())
    assert MasterKey.read(file)


@pytest.mark.parametrize("text", [b"", b"short", b"!!!", b"A" * 40])
def test_a_sealing_key_that_is_none_is_refused_and_not_repeated(text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "sealing-key"
    file.write_bytes(text)
    with pytest.raises(BadSealingKey) as refused:
        MasterKey.read(file)
    assert not text or text.decode() not in str(refused.value)


def test_a_sealing_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSealingKey, match=r"can't read the sealing key .*nokey \(SEALING_KEY_FILE\): No such file"):
        MasterKey.read(tmp_path / "nokey")
