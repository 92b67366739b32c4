"""The checkpoint moves over the contiguous confirmed prefix, and over nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.delivery import ConfirmedPrefix


def test_the_position_moves_when_everything_before_is_confirmed() -> None:
    prefix = ConfirmedPrefix(10)
    for position in (11, 12, 13):
        prefix.publish(position)

    prefix.confirm(3)
    prefix.confirm(2)
    assert (prefix.position, prefix.outstanding) == (10, 3)

    prefix.confirm(1)
    assert (prefix.position, prefix.outstanding) == (13, 0)


def test_a_position_of_several_messages_is_complete_with_its_last() -> None:
    prefix = ConfirmedPrefix(0)
    prefix.publish(None)
    prefix.publish(None)
    prefix.publish(1)

    prefix.confirm(2, multiple=True)
    assert prefix.position == 0

    prefix.confirm(3)
    assert prefix.position == 1


def test_a_confirm_that_comes_twice_changes_nothing() -> None:
    prefix = ConfirmedPrefix(0)
    prefix.publish(1)
    prefix.publish(2)
    prefix.confirm(1)
    prefix.confirm(1)
    prefix.confirm(1, multiple=True)

    assert (prefix.position, prefix.outstanding) == (1, 1)


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=20),
    confirms=st.lists(st.tuples(st.integers(1, 80), st.booleans()), max_size=60),
)
def test_it_equals_the_longest_confirmed_prefix(
    sizes: list[int], confirms: list[tuple[int, bool]]
) -> None:
    prefix = ConfirmedPrefix(100)
    last_message_of: dict[int, int] = {}
    number = 0
    for index, size in enumerate(sizes, start=1):
        for part in range(1, size + 1):
            number = prefix.publish(100 + index if part == size else None)
        last_message_of[100 + index] = number

    confirmed: set[int] = set()
    for tag, multiple in confirms:
        if tag > number:
            continue
        prefix.confirm(tag, multiple=multiple)
        confirmed |= set(range(1, tag + 1)) if multiple else {tag}

        contiguous = next(n for n in range(number + 1) if n + 1 not in confirmed)
        complete = [p for p, last in last_message_of.items() if last <= contiguous]
        assert prefix.position == max(complete, default=100)
        assert prefix.outstanding == number - contiguous
