"""Lists of edits: their heading, numbers and letters, which ask for nothing themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count
from string import ascii_lowercase

__all__ = ["without_list_marks"]

_HEADING = re.compile(
    r"\s*(my |the )?(steps?|to-?do( list)?|tasks?|edits?|edit list|instructions|changes|plan|list)( are)?\s*:(?=\s)",
    re.IGNORECASE,
)


def without_list_marks(text: str) -> str:
    """The text with each mark of a list made into ``;`` and spaces, so that everything stays where it stood.

    >>> without_list_marks("1. mute it 2. reverse it")
    ';  mute it ;  reverse it'
    """
    if found := _HEADING.match(text):
        text = " " * found.end() + text[found.end() :]
    text = _unmarked(text, (rf"(?:step\s+{number}\s*[:.)]?|\(?{number}[.)])" for number in count(1)))
    return _unmarked(text, (rf"\(?{letter}\)" for letter in ascii_lowercase))


def _unmarked(text: str, marks: Iterable[str]) -> str:
    """The text without the marks of one kind, as far as they follow each other."""
    for mark in marks:
        found = re.search(rf"(?:(?<=\s)|^){mark}(?=\s+[^\W\d])", text, re.IGNORECASE)
        if found is None:
            break
        text = f"{text[: found.start()]}{';':<{found.end() - found.start()}}{text[found.end() :]}"
    return text
