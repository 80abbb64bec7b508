"""Which kinds of things an expression names."""

from __future__ import annotations

from lbvedit.language.lexicon import kinds_of

__all__ = ["kinds_in"]

LONGEST = 3
"""Words of the longest name that is looked for, such as ``hot air balloon``."""


def kinds_in(expression: str) -> list[tuple[str, frozenset[str]]]:
    """The names in an expression and the kinds that each may mean, in order.

    The longest name wins: a ``dirt bike`` is a motorbike and no bicycle.

    >>> [name for name, kinds in kinds_in("a man in a red shirt on a dirt bike")]
    ['man', 'dirt bike']
    """
    words = "".join(letter if letter.isalnum() or letter in "-'" else " " for letter in expression.lower()).split()
    found = []
    start = 0
    while start < len(words):
        for length in range(min(LONGEST, len(words) - start), 0, -1):
            name = " ".join(words[start : start + length])
            if kinds := kinds_of(name):
                found.append((name, kinds))
                start += length
                break
        else:
            start += 1
    return found
