"""What is taken back in the same breath: ``make the car red, no wait, blue``, ``erase it; actually just blur it``.

A second thought becomes one word before the clause that it begins; ``clauses`` reads that clause in the light of the
one before, and ``resolve`` takes the steps of that one back.
"""

from __future__ import annotations

from dataclasses import replace

from lbvedit.language.colors import is_color
from lbvedit.language.frames import VERB_BASES
from lbvedit.language.manners import without_manners
from lbvedit.language.pronouns import ARTICLES, PRONOUNS
from lbvedit.language.synonyms import PROPERTIES
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, join, phrases

__all__ = ["MAYBE", "SURELY", "with_second_thoughts_named"]

SURELY = "<no>"
"""The word for what takes back the clause before it, whatever follows."""
MAYBE = "<actually>"
"""The word for what takes it back where both say what shall become of one thing."""

_SURELY = phrases(
    "no wait no | no wait | wait no | no sorry | sorry no | no no no | no no | oh no | no actually | actually no | "
    "wait actually | no scratch that | scratch that | strike that | forget that | on second thought | "
    "on second thoughts | no i mean | sorry i mean | sorry i meant | no i meant | i mean | i meant | or rather | "
    "correction | my mistake | no rather"
)
"""What says so wherever it stands."""
_AT_A_JOINT = phrases("no | nope")
"""What says so behind a mark, and before one or before an order."""
_MAYBE = phrases("actually | wait | sorry")
"""What may say so there, or only takes a breath."""
_BEHIND = ARTICLES | PRONOUNS | {"make", "just", "all"}


def with_second_thoughts_named(tokens: list[Token]) -> list[Token]:
    """``red, no wait, blue`` -> ``red, <no> blue``; ``make it blue instead`` -> ``<actually> make it blue``."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        size, word = _second_thought(tokens, at) if without_manners(out) else (0, "")
        if not size:
            out.append(tokens[at])
            at += 1
            continue
        said = tokens[at : at + size]
        at += size
        while at < len(tokens) and tokens[at].kind == "mark":
            at += 1
        out = [
            *_without_joint(out),
            _mark(said[0]),
            replace(said[0].corrected(word), text=join(said), end=said[-1].end),
        ]
    return _with_instead_first(out)


def _second_thought(tokens: Tokens, at: int) -> tuple[int, str]:
    """How many words a second thought has that begins at a token, and the word for it; 0 where none does."""
    parted = _joins(tokens[at - 1])
    if size := begun_by(tokens[at:], _SURELY):
        return size, SURELY
    size, word = begun_by(tokens[at:], _AT_A_JOINT), SURELY
    if not size:
        size, word = begun_by(tokens[at:], _MAYBE), MAYBE
    after = tokens[at + size] if at + size < len(tokens) else None
    if after and after.word in PROPERTIES and _ends(tokens, at + size + 1):  # "no sound and no color"
        return 0, ""
    if not size or after is None or not (parted or (is_color(tokens[at - 1].word) and is_color(after.word))):
        return 0, ""
    colored = is_color(after.word)  # "red no blue"
    follows = colored or after.kind == "mark" or after.word in _BEHIND or after.word in VERB_BASES
    follows = follows or tokens[at].word == "actually"
    return (size, word) if follows else (0, "")


def _ends(tokens: Tokens, at: int) -> bool:
    """Whether a clause may end there."""
    return at >= len(tokens) or _joins(tokens[at]) or tokens[at].word == "please"


def _with_instead_first(tokens: list[Token]) -> list[Token]:
    """An ``instead`` at the end of an order about what the clause before names, put before it."""
    for at in range(len(tokens) - 1, 0, -1):
        ends = at + 1 == len(tokens) or tokens[at + 1].kind == "mark"
        begin = next((place for place in range(at, 0, -1) if _joins(tokens[place])), 0)
        order = tokens[begin + 1 : at]
        points = begin and len(order) > 1 and order[0].word in VERB_BASES and order[1].word in PRONOUNS
        if tokens[at].word == "instead" and ends and points:
            before = _without_joint(tokens[: begin + 1])
            return [*before, _mark(tokens[begin]), tokens[at].corrected(MAYBE), *order, *tokens[at + 1 :]]
    return tokens


def _without_joint(tokens: list[Token]) -> list[Token]:
    """The words without the mark or the ``and`` at their end."""
    end = len(tokens)
    while end and _joins(tokens[end - 1]):
        end -= 1
    return tokens[:end]


def _joins(token: Token) -> bool:
    return token.kind == "mark" or token.word in ("and", "but", "or", "then", "hmm", "oh")


def _mark(before: Token) -> Token:
    return Token("mark", ",", MARK_SOFT, before.start, before.start)
