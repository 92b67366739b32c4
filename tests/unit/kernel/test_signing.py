"""The signer: whatever happens to a ledger, it signs nothing that contradicts what it signed.

A model of a ledger, its checkpoints and what is derived from it, without a database; with one:
`tests/integration/kernel/test_transparency.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from ledger_model import NAME, NOW, PRIVATE, World

from kernel.commits import digest_of_commit
from kernel.transparency.checkpoint_log import Signed, last, newest_first
from kernel.transparency.checkpoints import open_checkpoint
from kernel.transparency.merkle import leaf_of, nodes_over, root
from kernel.transparency.notes import SignerKey
from kernel.transparency.signing import Refused, Signer

HARMS: dict[str, Callable[[World, int], None]] = {
    "rewrite": World.rewrite,
    "cut": World.cut,
    "change": World.change,
    "bend": World.bend,
    "mislead": World.mislead,
}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 5)),
        st.tuples(st.sampled_from(["sign", "restart"]), st.just(0)),
        st.tuples(st.sampled_from(sorted(HARMS)), st.integers(1, 12)),
    ),
    max_size=25,
)


@given(STEPS)
def test_every_signed_head_continues_the_one_before(steps: list[tuple[str, int]]) -> None:
    world = World()
    signer, promised, harmed = world.signer(), list[bytes](), False
    for step, number in steps:
        match step:
            case "append":
                for one in range(number):
                    world.append(f"{one}")
            case "restart":
                signer = world.signer()
            case "sign":
                before = len(world.signed)
                try:
                    newest = signer.sign()
                except Refused:
                    assert harmed
                    assert len(world.signed) == before
                    continue
                assert newest == last(world)
                assert newest is not None or not world.documents
                if len(world.signed) > before:
                    (signed,) = world.signed[before:]
                    grown = [leaf_of(one["hash"]) for one in world.documents[len(promised) :]]
                    promised += grown
                    assert signed.size == len(promised)
                    assert signed.root == root(nodes_over(promised), signed.size)
            case _ if number <= len(world.documents):
                HARMS[step](world, number)
                harmed = True


@pytest.fixture
def world() -> World:
    """Ten commits, of which the first six are signed."""
    world = World()
    for number in range(6):
        world.append(f"{number}")
    world.signer().sign()
    for number in range(4):
        world.append(f"{number}")
    world.nodes(6)
    return world


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda world: world.cut(6), "shorter"),
        (lambda world: world.rewrite(6), "not the one that checkpoint 1 ends with"),
        (lambda world: world.rewrite(2), "not the one that checkpoint 1 ends with"),
        (lambda world: world.change(6), "not the one that checkpoint 1 ends with"),
        (lambda world: world.bend(3), "no longer have the root"),
        (lambda world: world.change(8), "not that of the content"),
        (lambda world: world.bend(8), "not that of the content"),
        (lambda world: world.documents.pop(7), "missing"),
    ],
    ids=["cut", "last", "rewritten", "changed", "hash", "new changed", "new hash", "new missing"],
)
@pytest.mark.parametrize("derived_anew", [False, True])
def test_what_does_not_continue_is_refused_and_nothing_signed(
    world: World, harm: Callable[[World], Any], reason: str, derived_anew: bool
) -> None:
    harm(world)
    if derived_anew or "root" in reason:
        world.forget()
    with pytest.raises(Refused, match=reason):
        world.signer().sign()
    assert [one.number for one in world.signed] == [1]


@pytest.mark.parametrize("signed_before", [True, False])
@pytest.mark.parametrize("first", [2, 5])
def test_a_stream_that_begins_in_its_midst_is_refused(signed_before: bool, first: int) -> None:
    world = World()
    if signed_before:
        world.append("one")
        world.signer().sign()
    world.append("two", "counter-new")
    begun = world.documents[-1] | {"from": first, "to": first}
    world.documents[-1] = begun | {"hash": digest_of_commit(begun)}
    with pytest.raises(Refused, match="do not continue"):
        world.signer().sign()


def test_a_stream_goes_on_behind_the_commit_that_it_names(world: World) -> None:
    world.append("a", "counter-a")
    world.signer().sign()
    world.append("b", "counter-a")
    other = world.documents[-1] | {"stream_prev": "f" * 64}
    world.documents[-1] = other | {"hash": digest_of_commit(other)}
    with pytest.raises(Refused, match="stream's chain"):
        world.signer().sign()


def test_what_is_derived_and_wrong_is_derived_anew(world: World) -> None:
    world.signer().sign()
    world.mislead(4)
    world.append("more")
    signed = world.signer().sign()
    assert signed is not None
    leaves = [leaf_of(one["hash"]) for one in world.documents]
    assert (signed.size, signed.root) == (11, root(nodes_over(leaves), 11))


def test_nothing_new_is_nothing_to_sign(world: World) -> None:
    signer = world.signer()
    assert signer.sign() == signer.sign() == last(world)
    assert [one.size for one in world.signed] == [6, 10]
    assert World().signer().sign() is None


def test_a_log_keeps_the_name_of_its_first_checkpoint(world: World) -> None:
    signed = world.signer("elsewhere.example/motcua/counting").sign()
    assert signed is not None
    found = open_checkpoint(signed.note, [SignerKey(NAME, PRIVATE).verifier])
    assert (found.origin, found.size, found.root) == (NAME, 10, signed.root)


def test_a_checkpoint_that_another_key_signed_is_refused(world: World) -> None:
    impostor = Signer(world, World(), world, Ed25519PrivateKey.generate(), NAME).sign()
    assert impostor is not None
    world.signed = [replace(impostor, number=1)]
    with pytest.raises(Refused, match="known key"):
        world.signer().sign()


@pytest.mark.parametrize(
    "harm",
    [
        lambda signed: [],
        lambda signed: [replace(signed[0], size=5)],
        lambda signed: [replace(signed[0], root=bytes(32))],
    ],
    ids=["removed", "size", "root"],
)
def test_a_running_signer_notices_that_its_checkpoint_is_gone(
    world: World, harm: Callable[[list[Signed]], list[Signed]]
) -> None:
    signer = world.signer()
    signer.sign()
    world.append("more")
    world.signed = [*world.signed[:1], *harm(world.signed[1:])]
    with pytest.raises(Refused):
        signer.sign()


@pytest.mark.parametrize("number", range(1, 9))
def test_nothing_is_signed_while_a_checkpoint_is_missing(number: int) -> None:
    """Whichever it is: the way to the newest may jump over the hole, or end in front of it."""
    world = World()
    for text in "abcdefgh":
        world.append(text)
        world.signer().sign()
    world.append("more")
    world.signed = [one for one in world.signed if one.number != number]
    before = list(world.signed)
    if number == 8:  # the last one may as well never have been signed; its commits are there
        assert world.signer().sign() is not None
        return
    with pytest.raises(Refused, match="a checkpoint is missing: 7 are stored"):
        world.signer().sign()
    assert world.signed == before


def test_of_two_signers_at_the_same_time_one_goes_first(world: World) -> None:
    """The other finds the number taken, looks again, and goes on from there."""

    class Slow(World):
        interrupted = False

        def add(self, signed: Signed) -> bool:
            if not self.interrupted:
                self.interrupted = True
                self.signer().sign()
                self.append("meanwhile")
            return super().add(signed)

    slow = Slow()
    slow.documents, slow.signed = world.documents, world.signed
    signed = slow.signer().sign()
    assert signed == last(slow)
    assert [(one.number, one.size) for one in slow.signed] == [(1, 6), (2, 10), (3, 11)]


@given(st.lists(st.integers(1, 9), max_size=40))
def test_checkpoints_are_found_by_number(steps: list[int]) -> None:
    world, size = World(), 0
    for number, step in enumerate(steps, 1):
        size += step
        world.signed.append(Signed(number, size, bytes(32), "", "", NOW))
    assert last(world) == (world.signed[-1] if steps else None)
    assert list(newest_first(world, None, 5)) == world.signed[::-1][:5]
    assert list(newest_first(world, 4, 2)) == world.signed[:3][::-1][:2]
