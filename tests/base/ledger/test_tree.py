"""RFC 6962 against its own recursive definition, written down here once more in the slowest way."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.ledger import tree


def slow_root(hashes: list[bytes]) -> bytes:
    """MTH as section 2.1 defines it."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + slow_root(hashes[:split]) + slow_root(hashes[split:])).digest()


def slow_path(index: int, hashes: list[bytes]) -> list[bytes]:
    """PATH as section 2.1.1 defines it."""
    if len(hashes) == 1:
        return []
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if index < split:
        return [*slow_path(index, hashes[:split]), slow_root(hashes[split:])]
    return [*slow_path(index - split, hashes[split:]), slow_root(hashes[:split])]


def slow_consistency(old: int, hashes: list[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF as section 2.1.2 defines it."""
    if old == len(hashes):
        return [] if known else [slow_root(hashes)]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if old <= split:
        return [*slow_consistency(old, hashes[:split], known=known), slow_root(hashes[split:])]
    return [*slow_consistency(old - split, hashes[split:], known=False), slow_root(hashes[:split])]


def hashes_of(size: int) -> list[bytes]:
    return [tree.leaf_hash(str(n).encode()) for n in range(size)]


def subtrees_of(hashes: list[bytes]) -> tree.Subtrees:
    return lambda height, index: slow_root(hashes[index << height : (index + 1) << height])


sizes = st.integers(1, 140)


def test_the_empty_tree_and_the_published_vectors() -> None:
    # The vectors of the Certificate Transparency reference implementation, over its eight test entries.
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    entries = [bytes.fromhex(each) for each in inputs]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert tree.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for size, root in roots.items():
        assert tree.root_of([tree.leaf_hash(entry) for entry in entries[:size]]).hex() == root


@given(sizes)
def test_the_root_is_the_recursive_one(size: int) -> None:
    hashes = hashes_of(size)
    assert tree.root_of(hashes) == slow_root(hashes) == tree.tree_root(size, subtrees_of(hashes))


@given(sizes.flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_has_the_proof_of_the_definition_and_it_holds(case: tuple[int, int]) -> None:
    size, index = case
    hashes = hashes_of(size)
    proof = tree.inclusion_proof(index, size, subtrees_of(hashes))
    assert proof == slow_path(index, hashes)
    root = slow_root(hashes)
    assert tree.inclusion_holds(leaf=hashes[index], index=index, size=size, proof=proof, root=root)


@given(sizes.flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new))))
def test_every_earlier_tree_has_the_proof_of_the_definition_and_it_holds(case: tuple[int, int]) -> None:
    old, new = case
    hashes = hashes_of(new)
    proof = tree.consistency_proof(old, new, subtrees_of(hashes))
    assert proof == slow_consistency(old, hashes)
    old_root, new_root = slow_root(hashes[:old]), slow_root(hashes)
    assert tree.consistency_holds(old=old, new=new, proof=proof, old_root=old_root, new_root=new_root)


@given(
    st.integers(2, 140).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))), st.data()
)
def test_a_changed_inclusion_proof_does_not_hold(case: tuple[int, int], data: st.DataObject) -> None:
    size, index = case
    hashes = hashes_of(size)
    proof, root = slow_path(index, hashes), slow_root(hashes)
    place = data.draw(st.integers(0, len(proof) - 1))
    flipped = bytes([proof[place][0] ^ 1]) + proof[place][1:]
    wrong = [
        [*proof[:place], flipped, *proof[place + 1 :]],
        proof[:place] + proof[place + 1 :],
        [*proof, bytes(32)],
        [*proof[:place], proof[place][:31], *proof[place + 1 :]],
    ]
    for each in wrong:
        assert not tree.inclusion_holds(leaf=hashes[index], index=index, size=size, proof=each, root=root)
    assert not tree.inclusion_holds(leaf=bytes(32), index=index, size=size, proof=proof, root=root)
    for place in (-1, size, size + 1):
        assert not tree.inclusion_holds(leaf=hashes[index], index=place, size=size, proof=proof, root=root)


@given(st.integers(2, 140).flatmap(lambda new: st.tuples(st.integers(1, new - 1), st.just(new))), st.data())
def test_a_changed_consistency_proof_does_not_hold(case: tuple[int, int], data: st.DataObject) -> None:
    old, new = case
    hashes = hashes_of(new)
    proof, old_root, new_root = slow_consistency(old, hashes), slow_root(hashes[:old]), slow_root(hashes)
    place = data.draw(st.integers(0, len(proof) - 1))
    wrong = [
        [*proof[:place], bytes(32), *proof[place + 1 :]],
        proof[:place] + proof[place + 1 :],
        [*proof, bytes(32)],
        [],
    ]
    for each in wrong:
        assert not tree.consistency_holds(old=old, new=new, proof=each, old_root=old_root, new_root=new_root)
    assert not tree.consistency_holds(old=old, new=new, proof=proof, old_root=bytes(32), new_root=new_root)
    assert not tree.consistency_holds(old=old, new=new, proof=proof, old_root=old_root, new_root=bytes(32))
    assert not tree.consistency_holds(old=new, new=old, proof=proof, old_root=new_root, new_root=old_root)


def test_proofs_that_cannot_be_are_refused() -> None:
    hashes = hashes_of(3)
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="no such leaf"):
            tree.inclusion_proof(index, size, subtrees_of(hashes))
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="only a tree"):
            tree.consistency_proof(old, new, subtrees_of(hashes))
    assert tree.consistency_holds(
        old=0, new=3, proof=[], old_root=tree.EMPTY_ROOT, new_root=slow_root(hashes)
    )
    assert not tree.consistency_holds(old=0, new=3, proof=[], old_root=bytes(32), new_root=slow_root(hashes))
