"""Sealing: what was changed, moved or relabelled does not open, and secrets do not show."""

from __future__ import annotations

import traceback
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.vault import sealing
from recourse.base.vault.domain import DataKey, SealBrokenError
from recourse.base.vault.ports import VaultSecrets
from recourse.base.vault.sealing import seal, seal_with, unseal, unseal_text, unseal_with

KEY = DataKey(id=uuid4(), secret=bytes(range(32)))
NAME = "cases.item.url:7"
names = st.text(max_size=60)


@given(names, st.binary(max_size=2000))
def test_opens_to_what_was_sealed(name: str, plain: bytes) -> None:
    sealed = seal(KEY, name, plain)
    assert unseal(KEY, name, sealed) == plain
    assert unseal(KEY, name, memoryview(sealed)) == plain
    assert len(sealed) == len(plain) + 29
    assert plain not in sealed or len(plain) < 4


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=500))
def test_text_comes_back_as_text(text: str) -> None:
    assert unseal_text(KEY, NAME, seal(KEY, NAME, text)) == text


@given(st.binary(max_size=200), st.data())
def test_any_changed_bit_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, NAME, plain))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBrokenError):
        unseal(KEY, NAME, bytes(sealed))


@given(st.binary(max_size=100), st.data())
def test_any_cut_or_addition_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealed = seal(KEY, NAME, plain)
    cut = data.draw(st.integers(0, len(sealed) - 1))
    for broken in (sealed[:cut], sealed[cut + 1 :], sealed + b"\0"):
        with pytest.raises(SealBrokenError):
            unseal(KEY, NAME, broken)


@given(names, names)
def test_a_value_moved_to_another_name_does_not_open(one: str, other: str) -> None:
    sealed = seal(KEY, one, b"a harbour at dusk")
    if one != other:
        with pytest.raises(SealBrokenError):
            unseal(KEY, other, sealed)


@given(st.binary(max_size=300))
def test_what_was_never_sealed_does_not_open(raw: bytes) -> None:
    with pytest.raises(SealBrokenError):
        unseal(KEY, NAME, raw)


@pytest.mark.parametrize("secret", [b"", b"short", bytes(16), bytes(24), bytes(33)])
def test_a_secret_of_another_length_is_refused_alike(secret: bytes) -> None:
    with pytest.raises(SealBrokenError):
        unseal_with(secret, NAME, seal(KEY, NAME, b"x"))


def test_another_secret_does_not_open() -> None:
    with pytest.raises(SealBrokenError):
        unseal_with(bytes(32), NAME, seal_with(KEY.secret, NAME, b"x"))


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    assert len({seal(KEY, NAME, b"the same") for _ in range(1000)}) == 1000


def test_secrets_show_in_no_repr_and_no_traceback() -> None:
    secrets = VaultSecrets(installation=b"installation-salt", lookup_key=b"L" * 32)
    for thing in (KEY, secrets):
        assert "secret" not in repr(thing)
        assert "salt" not in repr(thing)
        assert "LLLL" not in repr(thing)
        assert repr(KEY.secret) not in repr(thing)
    with pytest.raises(SealBrokenError) as caught:
        unseal(KEY, NAME, b"\x01" * 40)
    assert caught.value.__suppress_context__
    assert "InvalidTag" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("salt", "key"), [(b"short", bytes(32)), (bytes(16), bytes(31)), (bytes(16), bytes(33))]
)
def test_weak_installation_secrets_are_refused(salt: bytes, key: bytes) -> None:
    with pytest.raises(ValueError, match="needs 16 bytes"):
        VaultSecrets(installation=salt, lookup_key=key)


def test_look_up_and_wrapping_secrets_of_a_code_are_unrelated() -> None:
    code, salt = "7KM4-QX2T-9HWD-E3RP-V6NA-5CJY", b"one installation"
    derived = {
        sealing.code_wrapping_secret(code, salt),
        sealing.code_lookup_value(code, salt),
        sealing.code_lookup_value(code, b"another installation"),
        sealing.code_wrapping_secret(code, b"another installation"),
    }
    assert len(derived) == 4
    assert {len(value) for value in derived} == {32}


@given(st.text(max_size=20), st.text(max_size=20), st.binary(max_size=20), st.binary(max_size=20))
def test_look_ups_of_different_kinds_or_values_differ(
    kind: str, other: str, value: bytes, another: bytes
) -> None:
    kind, other = kind.replace("\0", ""), other.replace("\0", "")
    one = sealing.keyed_hash(bytes(32), kind, value)
    two = sealing.keyed_hash(bytes(32), other, another)
    assert (one == two) == ((kind, value) == (other, another))
    with pytest.raises(ValueError, match="zero byte"):
        sealing.keyed_hash(bytes(32), kind + "\0", value)
