"""A page as it was rendered: its elements, what stands around them, what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

# tags that have no end
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}


@dataclass(eq=False)
class Element:
    """A tag with its attributes; `words` is the text within it, as it stands in the page."""

    tag: str
    attributes: dict[str, str | None]
    within: Element | None = None
    words: str = ""
    children: list[Element] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """Return an attribute, or an empty text."""
        return self.attributes.get(name) or ""

    def around(self, tag: str) -> Element | None:
        """Return the nearest element of this tag that it stands in."""
        found = self.within
        while found is not None and found.tag != tag:
            found = found.within
        return found

    def all(self, *tags: str) -> Iterator[Element]:
        """Return the elements of these tags within it, in the order of the page."""
        for child in self.children:
            if child.tag in tags:
                yield child
            yield from child.all(*tags)


class Page(HTMLParser):
    """What a page is made of; raises `ValueError` where tags are not closed in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        if self._open:
            raise ValueError(f"<{self._open[-1].tag}> is never closed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        within = self._open[-1] if self._open else None
        element = Element(tag, dict(attrs), within)
        self.tags.append(element)
        if within is not None:
            within.children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag that is its own end, as within pictures."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        if not self._open or self._open[-1].tag != tag:
            raise ValueError(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'}")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add to the words of every element around."""
        for element in self._open:
            element.words += data

    def all(self, *tags: str) -> list[Element]:
        """Return all elements of these tags."""
        return [element for element in self.tags if element.tag in tags]

    def by_id(self, name: str) -> Element:
        """Return the element with an id."""
        return next(element for element in self.tags if element["id"] == name)

    def crumbs(self) -> list[tuple[str, str]]:
        """Return the words and addresses of the way that leads here."""
        way = next(one for one in self.all("nav") if "govuk-breadcrumbs" in one["class"])
        return [
            (item.words.strip(), next((a["href"] for a in item.all("a")), ""))
            for item in way.all("li")
        ]
