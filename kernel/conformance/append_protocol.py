"""The append of `kernel.ledger` as a small model, to be explored in every interleaving.

Writers append commands, alone or several in one ordered insert; a reader follows. Each step is
one read or one write of one document, so that anything may happen between any two. A writer may
lose contact at any moment while it waits, whereupon its insert still lands later, or never; it may
crash at any moment and is then started anew, and its callers ask again.

What the server promises is all that the model builds on: unique `_id`, `position` and (`stream`,
`from`), and an ordered insert that goes in document by document and stops at the first duplicate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from enum import IntEnum
from typing import NamedTuple

_NOBODY = -1


class Command(NamedTuple):
    """A commit that somebody wants: `events` events behind version `expected` of a stream."""

    id: str
    stream: str
    expected: int
    events: int = 1


class Document(NamedTuple):
    """A commit as it is stored."""

    id: str
    position: int
    stream: str
    first: int
    last: int


class Insert(NamedTuple):
    """An ordered insert on its way, at work in the server, or answered and not yet heard of."""

    sender: int
    documents: tuple[Document, ...]
    landed: int = 0
    answered: bool = False


class Phase(IntEnum):
    """What a writer does next."""

    __hash__ = int.__hash__  # an enum's own is slow, and states are hashed all the time

    LOOK = 1  # for the tail, position by position
    PLACE = 2  # read whether the first of `pending` can be placed
    WAIT = 3  # for the answer to its insert
    ASK_HEAD = 4  # where the stream of `asking` stands
    ASK_ID = 5  # whether `asking` is there already
    DONE = 6


class Writer(NamedTuple):
    """A process that appends: of its commands, those that are not settled yet.

    In a round it takes one after another from `pending` and either places it behind `tail`, or
    puts it off until the next round (`again`), or settles it. `refused`: `asking` was part of an
    insert and refused there.
    """

    phase: Phase
    tail: int
    losses: int
    pending: tuple[Command, ...] = ()
    placed: tuple[Command, ...] = ()
    again: tuple[Command, ...] = ()
    asking: tuple[Command, ...] = ()
    refused: bool = False
    head: int = 0


class Reader(NamedTuple):
    """Somebody who follows: the ids `seen`, and of a read at work those `found` up to `at`."""

    seen: tuple[str, ...] = ()
    after: int = 0
    at: int = 0
    found: tuple[Document, ...] = ()


class State(NamedTuple):
    """Everything at one moment; `ledger` in the order of positions."""

    ledger: tuple[Document, ...]
    wire: tuple[Insert, ...]
    writers: tuple[Writer, ...]
    reader: Reader
    crashes: int
    acknowledged: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AppendProtocol:
    """The protocol with given writers, each with the commands of one group.

    `tails` are the tails that writers remember from before (None: a writer looks first). Contact
    is lost `losses` times by each writer; `crashes` is for all of them together. The two rules at
    the end can be taken away, to see what they are for.
    """

    writers: tuple[tuple[Command, ...], ...]
    _: KW_ONLY
    tails: tuple[int | None, ...] = ()
    losses: int = 1
    crashes: int = 1
    read_limit: int = 3
    head_before_id: bool = True
    stop_at_holes: bool = True

    def initial(self) -> State:
        """Return the state in which nobody has done anything yet."""
        tails = self.tails or (None,) * len(self.writers)
        state = State((), (), (), Reader(), self.crashes)
        for number, tail in enumerate(tails):
            blank = Writer(Phase.LOOK, tail or 0, self.losses, pending=self.writers[number])
            writer = blank if tail is None else _place(blank)
            state = _with_writer(state._replace(writers=(*state.writers, writer)), number, writer)
        return state

    def violation(self, state: State) -> str | None:
        """Return the promise that a state breaks."""
        ids = [document.id for document in state.ledger]
        there = set(ids)
        checks = (
            (_dense(state.ledger), "L1: positions are not dense"),
            (_contiguous(state.ledger), "L1: the versions of a stream are not contiguous"),
            (len(there) == len(ids), "L3: a commit is there twice"),
            (not state.refused & there, "L3: a commit is there whose author was refused"),
            (state.acknowledged <= there, "L5: an acknowledged commit is not there"),
            (
                list(state.reader.seen) == ids[: state.reader.after],
                f"L1: the reader went on from {state.reader.after} without having seen all",
            ),
        )
        return next((promise for holds, promise in checks if not holds), None)

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Yield what may happen next."""
        yield from _server_steps(state)
        for number, writer in enumerate(state.writers):
            if writer.phase is not Phase.DONE:
                yield from self._writer_steps(state, number, writer)
        yield self._reader_step(state)

    def _writer_steps(
        self, state: State, number: int, writer: Writer
    ) -> Iterator[tuple[str, State]]:
        name = f"writer {number + 1}"
        if writer.phase is not Phase.WAIT:
            said, following = self._ask(state, number, writer)
            yield f"{name} {said}", following
        else:
            for insert in state.wire:
                if insert.sender == number and insert.answered:
                    said, following = self._hear(state, number, writer, insert)
                    yield f"{name} {said}", following
            if writer.losses:
                unsettled = self._in_order(number, writer)
                lost = Writer(Phase.LOOK, 0, writer.losses - 1, pending=unsettled)
                yield f"{name} loses contact", _with_writer(_deserted(state, number), number, lost)
        if state.crashes:
            fresh = Writer(Phase.LOOK, 0, self.losses, pending=self.writers[number])
            left = _deserted(state, number)._replace(
                crashes=state.crashes - 1,
                refused=state.refused.difference(c.id for c in self.writers[number]),
            )
            yield f"{name} crashes, and is asked again", _with_writer(left, number, fresh)

    def _ask(self, state: State, number: int, writer: Writer) -> tuple[str, State]:
        """Return what a writer's next question to the server leads to."""
        if writer.phase is Phase.LOOK:
            taken = len(state.ledger) > writer.tail
            moved = writer._replace(tail=writer.tail + 1) if taken else _place(writer)
            said = f"finds position {writer.tail + 1} {'taken' if taken else 'free'}"
        elif writer.phase is Phase.PLACE:
            command = writer.pending[0]
            there = any(
                document.stream == command.stream and document.last == command.expected
                for document in state.ledger
            )
            moved = _place(writer, first=True) if there else self._asking(writer)
            said = f"finds {command.stream} version {command.expected} {_there(there)}"
        elif writer.phase is Phase.ASK_HEAD:
            (command,) = writer.asking
            head = _head(state.ledger, command.stream)
            said = f"finds {command.stream} at version {head}"
            if not self.head_before_id:
                return said, _decided(state, number, writer._replace(head=head))
            moved = writer._replace(phase=Phase.ASK_ID, head=head)
        else:
            (command,) = writer.asking
            there = any(document.id == command.id for document in state.ledger)
            said = f"finds commit {command.id} {_there(there)}"
            if there:
                state = state._replace(acknowledged=state.acknowledged | {command.id})
                moved = _place(writer._replace(asking=()))
            elif self.head_before_id:
                return said, _decided(state, number, writer)
            else:
                moved = writer._replace(phase=Phase.ASK_HEAD)
        return said, _with_writer(state, number, moved)

    def _hear(self, state: State, number: int, writer: Writer, insert: Insert) -> tuple[str, State]:
        """Return what the answer to a writer's insert leads to."""
        done = writer.placed[: insert.landed]
        left = writer.placed[insert.landed :]
        told = writer._replace(tail=writer.tail + insert.landed, placed=())
        if left:
            # the first that did not go in is asked about, the others have another round
            again = (*told.again, *left[1:])
            moved = self._asking(told._replace(pending=left[:1], again=again, refused=True))
        else:
            moved = _place(told)
        heard = state._replace(
            wire=tuple(other for other in state.wire if other is not insert),
            acknowledged=state.acknowledged | {command.id for command in done},
        )
        said = f"hears that {insert.landed} of {len(insert.documents)} went in"
        return said, _with_writer(heard, number, moved)

    def _asking(self, writer: Writer) -> Writer:
        question = Phase.ASK_HEAD if self.head_before_id else Phase.ASK_ID
        return writer._replace(
            phase=question, asking=writer.pending[:1], pending=writer.pending[1:]
        )

    def _in_order(self, number: int, writer: Writer) -> tuple[Command, ...]:
        unsettled = {*writer.pending, *writer.placed, *writer.again, *writer.asking}
        return tuple(command for command in self.writers[number] if command in unsettled)

    def _reader_step(self, state: State) -> tuple[str, State]:
        """Return the next look of a read, which sees each position at another moment."""
        reader = state.reader
        at = max(reader.at, reader.after) + 1
        here = tuple(document for document in state.ledger if document.position == at)
        found = reader.found + here
        said = f"the reader finds position {at} {_there(bool(here))}"
        if at < reader.after + self.read_limit and (here or not self.stop_at_holes):
            return said, state._replace(reader=reader._replace(at=at, found=found))
        seen = (*reader.seen, *(document.id for document in found))
        after = found[-1].position if found else reader.after
        return f"{said} and is at {after}", state._replace(reader=Reader(seen, after))


def _server_steps(state: State) -> Iterator[tuple[str, State]]:
    """Yield the next document of each insert: it lands, or is refused as a duplicate."""
    for number, insert in enumerate(state.wire):
        if insert.answered:
            continue
        others = state.wire[:number] + state.wire[number + 1 :]
        document = insert.documents[insert.landed]
        place = f"{document.id} at position {document.position}"
        if any(_collide(document, other) for other in state.ledger):
            answer = insert._replace(answered=True)
            yield f"the server refuses {place}", state._replace(wire=_wire(others, answer))
            continue
        landed = insert.landed + 1
        progress = insert._replace(landed=landed, answered=landed == len(insert.documents))
        ledger = tuple(sorted((*state.ledger, document), key=lambda d: d.position))
        yield (
            f"the server stores {place}",
            state._replace(ledger=ledger, wire=_wire(others, progress)),
        )


def _decided(state: State, number: int, writer: Writer) -> State:
    """Refuse a command whose stream has moved; where only the tail has, it is tried again."""
    (command,) = writer.asking
    if writer.head != command.expected:
        state = state._replace(refused=state.refused | {command.id})
        return _with_writer(state, number, _place(writer._replace(asking=())))
    if writer.refused:
        pending = (*writer.again, command)
        behind = Writer(Phase.LOOK, writer.tail, writer.losses, pending=pending)
        return _with_writer(state, number, behind)
    again = (*writer.again, command)
    return _with_writer(state, number, _place(writer._replace(asking=(), again=again)))


def _place(writer: Writer, *, first: bool = False) -> Writer:
    """Place what needs no question: new streams, and those that the group itself continues.

    `first`: the first one's place was asked for and is right.
    """
    while writer.pending:
        command, *others = writer.pending
        ends = {(c.stream, c.expected + c.events) for c in writer.placed}
        if not first and command.expected and (command.stream, command.expected) not in ends:
            return writer._replace(phase=Phase.PLACE)
        first = False
        writer = writer._replace(pending=tuple(others), placed=(*writer.placed, command))
    if writer.placed:
        return writer._replace(phase=Phase.WAIT)
    if writer.again:
        return _place(Writer(Phase.PLACE, writer.tail, writer.losses, pending=writer.again))
    return Writer(Phase.DONE, 0, 0)


def _with_writer(state: State, number: int, writer: Writer) -> State:
    """Put a writer into a state; what it has just placed goes on its way."""
    writers = (*state.writers[:number], writer, *state.writers[number + 1 :])
    state = state._replace(writers=writers)
    if writer.phase is not Phase.WAIT or any(insert.sender == number for insert in state.wire):
        return state
    documents = tuple(
        Document(c.id, position, c.stream, c.expected + 1, c.expected + c.events)
        for position, c in enumerate(writer.placed, writer.tail + 1)
    )
    return state._replace(wire=_wire(state.wire, Insert(number, documents)))


def _deserted(state: State, number: int) -> State:
    """Leave a writer's insert, if one is on its way, without anybody who waits for it."""
    wire = tuple(insert for insert in state.wire if insert.sender != number)
    for insert in state.wire:
        if insert.sender == number:
            wire = _wire(wire, insert._replace(sender=_NOBODY))
    return state._replace(wire=wire)


def _wire(others: tuple[Insert, ...], insert: Insert) -> tuple[Insert, ...]:
    """Add an insert. The wire has no order of its own, so that equal states are equal values."""
    if insert.answered and insert.sender == _NOBODY:
        return others
    return tuple(sorted((*others, insert)))


def _collide(one: Document, other: Document) -> bool:
    return (
        one.id == other.id
        or one.position == other.position
        or (one.stream, one.first) == (other.stream, other.first)
    )


def _head(ledger: tuple[Document, ...], stream: str) -> int:
    return max((document.last for document in ledger if document.stream == stream), default=0)


def _dense(ledger: tuple[Document, ...]) -> bool:
    return all(document.position == n for n, document in enumerate(ledger, 1))


def _contiguous(ledger: tuple[Document, ...]) -> bool:
    heads: dict[str, int] = {}
    for document in ledger:
        if document.first != heads.get(document.stream, 0) + 1:
            return False
        heads[document.stream] = document.last
    return True


def _there(there: bool) -> str:
    return "there" if there else "missing"
