"""Search compares words as people type them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.views.paging import SortKey, page
from services.catalog.views.words import MOST_WORDS, WordIndex, plain, rank, words_of

VIETNAMESE = (
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
)
SYLLABLE = st.text(alphabet=VIETNAMESE, min_size=1, max_size=7)
NAME = st.lists(SYLLABLE, min_size=1, max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đăng ký thường trú (CT01)", "dang ky thuong tru ct01"),
        ("ĐỊA CHÍNH, hộ tịch", "dia chinh ho tich"),
        ("Hoà Bình", "hoa binh"),
        ("Hòa Bình", "hoa binh"),
        ("1.004222", "1 004222"),
        ("  ", ""),
    ],
)
def test_accents_case_and_punctuation_do_not_count(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(NAME)
def test_plain_text_is_ascii_and_stays_as_it_is(name: str) -> None:
    assert plain(name).isascii()
    assert plain(plain(name)) == plain(name)


@given(NAME)
def test_however_the_letters_are_composed_the_words_are_the_same(name: str) -> None:
    assert plain(unicodedata.normalize("NFD", name)) == plain(unicodedata.normalize("NFC", name))
    assert plain(name.upper()) == plain(name)


@given(NAME, st.randoms(use_true_random=False))
def test_a_name_is_found_by_the_beginnings_of_its_words_in_any_order(
    name: str, random: object
) -> None:
    words = plain(name).split()
    begun = [word[: random.randint(1, len(word))] for word in words]  # type: ignore[attr-defined]
    random.shuffle(begun)  # type: ignore[attr-defined]
    index = WordIndex([("here", name), ("elsewhere", "zzz")])
    assert index.find(" ".join(begun)) == {"here"}


@given(st.lists(NAME, min_size=1, max_size=20), NAME)
def test_the_index_finds_exactly_what_looking_at_everything_finds(
    names: list[str], query: str
) -> None:
    index = WordIndex(list(enumerate(names)))
    looked = {
        n
        for n, name in enumerate(names)
        if all(any(w.startswith(q) for w in plain(name).split()) for q in words_of(query))
    }
    assert index.find(query) == looked


def test_a_query_without_a_word_says_nothing() -> None:
    assert WordIndex([(1, "a")]).find(" ,. ") is None


def test_a_query_costs_at_most_so_many_words() -> None:
    assert len(words_of(" ".join(f"w{n}" for n in range(200)))) == MOST_WORDS


def test_the_nearer_a_name_is_to_the_query_the_better_it_ranks() -> None:
    query = "đăng ký khai sinh"
    ordered = [
        "Đăng ký khai sinh",
        "Đăng ký khai sinh lại",
        "Thủ tục đăng ký khai sinh",
        "Khai báo và đăng ký việc sinh",
        "Trích lục",
    ]
    assert [rank(query, name) for name in ordered] == [0, 1, 2, 3, 4]


def _key(item: tuple[str, int]) -> SortKey:
    return (0, item[0], str(item[1]))


@given(
    st.lists(st.tuples(NAME, st.integers(0, 99)), unique=True, max_size=30),
    st.integers(min_value=1, max_value=7),
)
def test_pages_together_are_the_whole_list(items: list[tuple[str, int]], limit: int) -> None:
    seen: list[tuple[str, int]] = []
    after: str | None = None
    while True:
        found, after = page(items, _key, after, limit)
        seen += found
        if after is None:
            break
    assert seen == sorted(items, key=_key)


def test_what_is_added_before_the_cursor_does_not_repeat_an_item() -> None:
    first, after = page([("b", 1), ("d", 2), ("f", 3)], _key, None, 2)
    rest, end = page([("a", 9), ("b", 1), ("d", 2), ("e", 4), ("f", 3)], _key, after, 2)
    assert (first, rest, end) == ((("b", 1), ("d", 2)), (("e", 4), ("f", 3)), None)
