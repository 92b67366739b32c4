"""Sentences on the terminal, each with a mark in front; what others wrote in them stays text."""

from __future__ import annotations

from enum import StrEnum

from rich.console import Console
from rich.markup import escape


class Mark(StrEnum):
    """What stands in front of a sentence."""

    GOOD = "[green]✓[/]"
    BAD = "[red]✗[/]"
    OPEN = "[yellow]?[/]"


def say(console: Console, mark: Mark, sentence: str) -> None:
    """Print a sentence on one line."""
    console.print(f"{mark} {escape(plain(sentence))}", soft_wrap=True)


def plain(text: str) -> str:
    """Return a text without what would steer a terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
