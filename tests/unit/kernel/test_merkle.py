"""The Merkle tree: published vectors, and properties of every proof of every small tree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.transparency.merkle import (
    EMPTY_ROOT,
    Frontier,
    InvalidProof,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    leaf_of,
    nodes_over,
    root,
    verify_consistency,
    verify_inclusion,
)

# The reference tree of certificate-transparency (cpp/merkletree/merkle_tree_test.cc), as it is kept
# in github.com/transparency-dev/merkle, proof/verify_test.go: eight entries, the root of each size,
# and proofs. Indices count from 0 here, from 1 there.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
REFERENCE = [leaf_hash(entry) for entry in ENTRIES]

LARGEST = 70
LEAVES = [leaf_hash(bytes([number])) for number in range(LARGEST)]
TREE = nodes_over(LEAVES)
SIZES = st.integers(1, LARGEST)


def hexed(hashes: Sequence[bytes]) -> list[str]:
    """Hashes as the vectors write them."""
    return [one.hex() for one in hashes]


def flipped(text: bytes, bit: int) -> bytes:
    """The same bytes with one bit changed."""
    return bytes(byte ^ (1 << bit % 8 if bit // 8 == at else 0) for at, byte in enumerate(text))


@pytest.mark.parametrize("size", range(9))
def test_the_reference_tree_has_its_published_roots(size: int) -> None:
    assert root(nodes_over(REFERENCE), size).hex() == ROOTS[size]
    assert Frontier().append(REFERENCE[:size]).root.hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int) -> None:
    proof = inclusion_proof(nodes_over(REFERENCE), index, size)
    assert hexed(proof) == INCLUSION[index, size]
    verify_inclusion(REFERENCE[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_published_consistency_proofs(old: int, size: int) -> None:
    proof = consistency_proof(nodes_over(REFERENCE), old, size)
    assert hexed(proof) == CONSISTENCY[old, size]
    verify_consistency(old, size, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size]), proof)


def test_the_entry_of_a_commit_is_the_bytes_of_its_hash() -> None:
    digest = hashlib.sha256(b"a commit")
    assert leaf_of(digest.hexdigest()) == leaf_hash(digest.digest())
    for no_hash in ("00" * 31, "zz" * 32, ""):
        with pytest.raises(ValueError, match=r"hash|hexadecimal"):
            leaf_of(no_hash)


def test_every_inclusion_proof_of_every_size_verifies() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = inclusion_proof(TREE, index, size)
            verify_inclusion(LEAVES[index], index, size, proof, root(TREE, size))


def test_every_consistency_proof_of_every_two_sizes_verifies() -> None:
    for size in range(1, LARGEST + 1):
        for old in range(1, size + 1):
            proof = consistency_proof(TREE, old, size)
            verify_consistency(old, size, root(TREE, old), root(TREE, size), proof)


@given(SIZES, st.data())
def test_an_inclusion_proof_shows_nothing_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, expected = inclusion_proof(TREE, index, size), root(TREE, size)
    bit = data.draw(st.integers(0, 255))
    wrong: list[tuple[bytes, int, int, Sequence[bytes], bytes]] = [
        (flipped(LEAVES[index], bit), index, size, proof, expected),
        (LEAVES[index], index, size, proof, flipped(expected, bit)),
        (LEAVES[index], index, size, [*proof, expected], expected),
        (LEAVES[index], index, size, [LEAVES[0], *proof], expected),
        (LEAVES[index], size, size, proof, expected),
        (LEAVES[index], -1, size, proof, expected),
        (LEAVES[index], index, size, [one[:-1] for one in proof] or [b""], expected),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bent = [flipped(one, bit) if n == at else one for n, one in enumerate(proof)]
        other = data.draw(st.integers(0, size - 1).filter(lambda found: found != index))
        wrong += [
            (LEAVES[index], index, size, bent, expected),
            (LEAVES[index], index, size, proof[:-1], expected),
            (LEAVES[index], other, size, proof, expected),
        ]
    for leaf, place, count, path, top in wrong:
        with pytest.raises(InvalidProof):
            verify_inclusion(leaf, place, count, path, top)


@given(st.integers(2, LARGEST), st.data())
def test_a_consistency_proof_shows_nothing_else(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    proof, before, after = consistency_proof(TREE, old, size), root(TREE, old), root(TREE, size)
    bit, at = data.draw(st.integers(0, 255)), data.draw(st.integers(0, len(proof) - 1))
    bent = [flipped(one, bit) if n == at else one for n, one in enumerate(proof)]
    wrong: list[tuple[int, int, bytes, bytes, Sequence[bytes]]] = [
        (old, size, flipped(before, bit), after, proof),
        (old, size, before, flipped(after, bit), proof),
        (old, size, after, before, proof),
        (old, size, before, after, bent),
        (old, size, before, after, proof[:-1]),
        (old, size, before, after, [*proof, after]),
        (old, size, before, after, [before, *proof]),
        (old, size, before, after, []),
        (size, old, before, after, proof),
        (old, old, before, after, proof),
        (old, size, before, after, [one[1:] for one in proof]),
    ]
    for first, second, one, other, path in wrong:
        with pytest.raises(InvalidProof):
            verify_consistency(first, second, one, other, path)


@given(SIZES, st.data())
def test_another_size_is_not_believed(size: int, data: st.DataObject) -> None:
    """A size is only believed with the root of that size: whoever lies about it is found out."""
    other = data.draw(SIZES.filter(lambda found: found != size))
    index = data.draw(st.integers(0, size - 1))
    with pytest.raises(InvalidProof):
        verify_inclusion(
            LEAVES[index], index, size, inclusion_proof(TREE, index, size), root(TREE, other)
        )
    old = data.draw(st.integers(1, size))
    if old != other:
        proof = consistency_proof(TREE, old, size)
        with pytest.raises(InvalidProof):
            verify_consistency(old, size, root(TREE, old), root(TREE, other), proof)


def test_an_empty_tree_is_the_beginning_of_every_tree() -> None:
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    verify_consistency(0, 3, EMPTY_ROOT, root(TREE, 3), [])
    for old_root, proof in ((root(TREE, 3), []), (EMPTY_ROOT, [EMPTY_ROOT])):
        with pytest.raises(InvalidProof):
            verify_consistency(0, 3, old_root, root(TREE, 3), proof)


def test_what_is_not_there_has_no_proof() -> None:
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="no entry"):
            inclusion_proof(TREE, index, size)
    for old, size in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="not the beginning"):
            consistency_proof(TREE, old, size)


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_a_frontier_grows_to_the_same_root(one: int, other: int) -> None:
    old, size = sorted((one, other))
    frontier = Frontier.of(TREE, old)
    assert frontier == Frontier().append(LEAVES[:old])
    assert frontier.append(LEAVES[old:size]).root == root(TREE, size)
