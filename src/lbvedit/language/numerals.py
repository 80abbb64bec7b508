"""Numbers of several words as one token: ``one hundred and eighty``, ``fifty percent``, ``sixteen by nine``."""

from __future__ import annotations

from collections.abc import Callable

from lbvedit.language.durations import NUMBERS, number_at
from lbvedit.language.tokens import Token, begun_by, join, phrases

__all__ = ["with_numerals_joined"]

_SHAPING = frozenset({"crop", "aspect", "ratio", "reframe", "recrop", "format"})
_MEASURED = frozenset({"speed", "of", "as", "volume", "size", "the"})
"""What stands behind a fraction that is no shape."""
_LARGEST_SIDE = 21


def with_numerals_joined(tokens: list[Token]) -> list[Token]:
    """The sentence with its hundreds, its percents and, where a shape is asked for, its ratios in digits."""
    shaped = not _SHAPING.isdisjoint(token.word for token in tokens)
    tokens = _with(_percent_at, _with(_hundreds_at, tokens))
    return _with(_ratio_at if shaped else _usual_ratio_at, tokens)


def _with(found_at: Callable[[list[Token], int], tuple[Token, int] | None], tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token, at = found_at(tokens, at) or (tokens[at], at + 1)
        out.append(token)
    return out


def _hundreds_at(tokens: list[Token], at: int) -> tuple[Token, int] | None:
    """A number from one hundred on, and where it ends."""
    words = [token.word for token in tokens[at : at + 2]]
    count = 1 if words[0] == "a" else NUMBERS.get(words[0], 0)
    if words[1:] != ["hundred"] or not 0 < count < 10:
        return None
    after = at + 2
    more = number_at(tokens, after + (tokens[after : after + 1] != [] and tokens[after].word == "and"))
    rest, end = more if more and more[0] < 100 and tokens[more[1] - 1].kind == "word" else (0, after)
    value = int(100 * count + rest)
    said = tokens[at:end]
    return Token("number", join(said), str(value), said[0].start, said[-1].end, float(value)), end


def _percent_at(tokens: list[Token], at: int) -> tuple[Token, int] | None:
    """``20 percent`` or ``fifty per cent`` as ``20%``, and where it ends."""
    number = number_at(tokens, at)
    size = begun_by(tokens[number[1] :], _PERCENT) if number else 0
    if number is None or not size:
        return None
    said = tokens[at : number[1] + size]
    return Token("percent", join(said), "%", said[0].start, said[-1].end, number[0] / 100), number[1] + size


_PERCENT = phrases("percent | percents | per cent | pct")


def _usual_ratio_at(tokens: list[Token], at: int) -> tuple[Token, int] | None:
    """``16 by 9`` where nothing else says that a shape is meant."""
    found = _ratio_at(tokens, at) if tokens[at].kind == "number" and "/" not in tokens[at].text else None
    return found if found and found[0].text in _USUAL else None


_USUAL = frozenset({"16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "4:5", "5:4", "21:9"})


def _ratio_at(tokens: list[Token], at: int) -> tuple[Token, int] | None:
    """``sixteen by nine`` or ``16/9`` as an aspect, and where it ends."""
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if tokens[at].kind == "number" and "/" in tokens[at].text and after not in _MEASURED:
        shape = tokens[at].text.replace("/", ":")
        return Token("aspect", shape, shape, tokens[at].start, tokens[at].end), at + 1
    width = number_at(tokens, at)
    if width is None or tokens[width[1] : width[1] + 1] == [] or tokens[width[1]].word != "by":
        return None
    height = number_at(tokens, width[1] + 1)
    if height is None or not all(0 < side <= _LARGEST_SIDE and side == int(side) for side in (width[0], height[0])):
        return None
    shape = f"{width[0]:g}:{height[0]:g}"
    return Token("aspect", shape, shape, tokens[at].start, tokens[height[1] - 1].end), height[1]
