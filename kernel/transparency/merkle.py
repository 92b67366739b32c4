"""The Merkle tree over a ledger: RFC 6962 (RFC 9162 §2.1) with SHA-256.

The entry of the commit at position n is the 32 bytes of its `hash`; its index is n - 1. Everything
here is pure: a tree is a function that gives the hash of any full, aligned subtree, wherever it is
kept (`kernel.transparency.tiles`), and a proof can be checked with nothing but this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Nodes = Callable[[int, int], bytes]
"""`nodes(level, index)`: the hash over 2**level entries, from index * 2**level on."""

EMPTY_ROOT = hashlib.sha256(b"").digest()

_SIZE = 32


class InvalidProof(Exception):
    """A proof does not show what it is said to show; the text says what is wrong with it."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_of(commit_hash: str) -> bytes:
    """Return the leaf of a commit by its `hash`: 64 hex digits, or `ValueError`."""
    entry = bytes.fromhex(commit_hash)
    if len(entry) != _SIZE:
        raise ValueError(f"a commit's hash has {_SIZE} bytes, not {len(entry)}")
    return leaf_hash(entry)


def full_subtree(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over 1, 2, 4, 8 … hashes of one level."""
    while len(hashes) > 1:
        hashes = [node_hash(a, b) for a, b in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def nodes_over(leaves: Sequence[bytes]) -> Nodes:
    """Return the tree over leaves at hand."""

    def node(level: int, index: int) -> bytes:
        return full_subtree(leaves[index << level : (index + 1) << level])

    return node


def root(nodes: Nodes, size: int) -> bytes:
    """Return the root over the first `size` entries."""
    return _range(nodes, 0, size) if size else EMPTY_ROOT


def inclusion_proof(nodes: Nodes, index: int, size: int) -> tuple[bytes, ...]:
    """Return the audit path of the entry at `index` in the tree of `size` (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range(nodes, middle, end))
            end = middle
        else:
            path.append(_range(nodes, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(nodes: Nodes, old: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of `old` entries is the beginning of that of `size`.

    (RFC 9162 §2.1.4.1; empty where both are the same.)
    """
    if not 1 <= old <= size:
        raise ValueError(f"a tree of {old} is not the beginning of one of {size}")
    path: list[bytes] = []
    start, end, known = 0, size, True
    while start + (rest := old - start) < end:
        middle = start + _split(end - start)
        if rest <= middle - start:
            path.append(_range(nodes, middle, end))
            end = middle
        else:
            path.append(_range(nodes, start, middle))
            start, known = middle, False
    if not known:
        path.append(_range(nodes, start, end))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> None:
    """Check that a leaf stands at `index` in the tree of `size` with this root (§2.1.3.2).

    Raises `InvalidProof`.
    """
    if not 0 <= index < size:
        raise InvalidProof(f"there is no entry {index} in a tree of {size}")
    _require_hashes([leaf, expected, *proof])
    fn, sn, found = index, size - 1, leaf
    for one in proof:
        if sn == 0:
            raise InvalidProof("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            found = node_hash(one, found)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, one)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise InvalidProof("the inclusion proof is too short")
    if found != expected:
        raise InvalidProof("the inclusion proof leads to another root")


def verify_consistency(
    old: int, size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `old` entries is the beginning of that of `size` (§2.1.4.2).

    Raises `InvalidProof`. An empty tree is the beginning of every tree.
    """
    if not 0 <= old <= size:
        raise InvalidProof(f"a tree of {old} is not the beginning of one of {size}")
    _require_hashes([old_root, new_root, *proof])
    if old in (0, size):
        if proof:
            raise InvalidProof("the consistency proof is too long")
        if (old_root != EMPTY_ROOT) if old == 0 else (old_root != new_root):
            raise InvalidProof("the roots differ")
        return
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise InvalidProof("the consistency proof is too short")
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for one in path[1:]:
        if sn == 0:
            raise InvalidProof("the consistency proof is too long")
        if fn & 1 or fn == sn:
            first, second = node_hash(one, first), node_hash(one, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, one)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise InvalidProof("the consistency proof is too short")
    if first != old_root:
        raise InvalidProof("the consistency proof does not begin at the old root")
    if second != new_root:
        raise InvalidProof("the consistency proof leads to another root")


@dataclass(frozen=True)
class Frontier:
    """The right edge of a tree: enough to append to it and to tell its root.

    `peaks` are the hashes of its full subtrees from left to right, one for each bit of `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @staticmethod
    def of(nodes: Nodes, size: int) -> Frontier:
        """Return that of the tree of this size."""
        peaks: list[bytes] = []
        start = 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                peaks.append(nodes(level, start >> level))
                start += 1 << level
        return Frontier(size, tuple(peaks))

    def append(self, leaves: Iterable[bytes]) -> Frontier:
        """Return the frontier after some more leaves."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            merged, bits = leaf, size
            while bits & 1:
                merged, bits = node_hash(peaks.pop(), merged), bits >> 1
            peaks.append(merged)
            size += 1
        return Frontier(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        if not self.peaks:
            return EMPTY_ROOT
        *others, found = self.peaks
        for peak in reversed(others):
            found = node_hash(peak, found)
        return found


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def _range(nodes: Nodes, start: int, end: int) -> bytes:
    """Return the hash over the entries start … end - 1, which RFC 6962 would make a subtree of."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + _split(count)
    return node_hash(_range(nodes, start, middle), _range(nodes, middle, end))


def _require_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != _SIZE for one in hashes):
        raise InvalidProof(f"a hash has {_SIZE} bytes")
