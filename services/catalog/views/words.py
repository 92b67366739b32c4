"""Search by words as people type them: without accents, in any order, words begun but not ended.

>>> plain("Đăng ký thường trú (CT01)")
'dang ky thuong tru ct01'
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

MOST_WORDS = 20
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_BEHIND_ALL = "\U0010ffff"


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Return the words of a text in small letters without accents, one space between them.

    Vietnamese đ is a letter of its own and no accented d to Unicode: it becomes d here.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _SEPARATORS.sub(" ", bare).strip()


def words_of(text: str) -> tuple[str, ...]:
    """Return the different words of a query, at most `MOST_WORDS`."""
    return tuple(dict.fromkeys(plain(text).split()))[:MOST_WORDS]


class WordIndex(Generic[K]):
    """Finds the keys whose texts have, for every word of a query, a word that begins with it.

    A query costs a binary search for each of its words and the union of what they found: it does
    not look at what does not match.
    """

    def __init__(self, texts: Iterable[tuple[K, str]]) -> None:
        keys_by_word: dict[str, set[K]] = {}
        for key, text in texts:
            for word in plain(text).split():
                keys_by_word.setdefault(word, set()).add(key)
        self._words = sorted(keys_by_word)
        self._keys = [keys_by_word[word] for word in self._words]

    def find(self, query: str) -> set[K] | None:
        """Return the keys found; None where the query has no word and so says nothing."""
        found: set[K] | None = None
        for word in sorted(words_of(query), key=len, reverse=True):
            matching = self._beginning_with(word)
            found = matching if found is None else found & matching
            if not found:
                return set()
        return found

    def _beginning_with(self, word: str) -> set[K]:
        start = bisect_left(self._words, word)
        end = bisect_left(self._words, word + _BEHIND_ALL)
        return set().union(*self._keys[start:end])


def rank(query: str, name: str) -> int:
    """Return how well a name answers a query that found it; 0 is best.

    0 the same, 1 begins with it, 2 has it as a phrase, 3 has all its words, 4 found elsewhere.
    """
    if not (asked := plain(query)):
        return 0
    if asked == (has := plain(name)):
        return 0
    if has.startswith(asked):
        return 1
    if f" {asked}" in has:
        return 2
    in_name = has.split()
    if all(any(own.startswith(word) for own in in_name) for word in words_of(query)):
        return 3
    return 4
