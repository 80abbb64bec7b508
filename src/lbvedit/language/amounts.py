"""How much: ``a bit``, ``by 20%``, ``twice as``, ``to half``, and what that means for each operator.

An :class:`Amount` is what was said; :func:`strength`, :func:`signed` and :func:`factor` make a number of it.

=================  ======  =====  =====  ======
operator           a bit   plain  much   fully
=================  ======  =====  =====  ======
tone, colour        0.15    0.3    0.6    1
blur and the like   0.2     0.5    0.8    1
vignette            0.2     0.5    0.8    1
speed up            1.25    2      4      8
slow down           0.8     0.5    0.25   0.125
volume up           1.25    1.5    2.5    4
volume down         0.8     0.5    0.25   0
larger              1.15    1.5    2      4
smaller             0.85    0.667  0.5    0.25
=================  ======  =====  =====  ======
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lbvedit.language.durations import number_at
from lbvedit.language.tokens import Token, Tokens

__all__ = [
    "DEGREE_WORDS",
    "PLAIN",
    "Amount",
    "amount_at",
    "factor",
    "fraction_at",
    "signed",
    "split_amount",
    "strength",
]

Mode = Literal["degree", "by", "to", "times", "number"]


@dataclass(frozen=True)
class Amount:
    """How much was asked for.

    Args:
        mode: ``degree`` with value 0 (a bit), 1 (plain), 2 (much) or 3 (fully); ``by`` a fraction; ``to`` a fraction
            of what it is; ``times`` as much; ``number`` by a number without a unit: percent of a tone, times a size.
        value: the number.
        relative: whether it came without "by" or "to", and the verb must say which it is.
    """

    mode: Mode
    value: float
    relative: bool = False


PLAIN = Amount("degree", 1)

_DEGREES: dict[str, int] = {
    "just a little bit": 0, "just a tiny bit": 0, "a little bit": 0, "a tiny bit": 0, "just a bit": 0,
    "just a touch": 0,
    "just a little": 0, "a wee bit": 0, "a small amount": 0, "a small bit": 0, "ever so slightly": 0,
    "very slightly": 0,
    "a bit": 0, "a little": 0, "a touch": 0, "a tad": 0, "a hint": 0, "a hair": 0, "a smidge": 0, "a notch": 0,
    "slightly": 0, "slight": 0, "little": 0, "somewhat": 0, "subtly": 0, "subtle": 0, "gently": 0, "gentle": 0,
    "lightly": 0, "mildly": 0, "mild": 0, "softly": 0, "faint": 0, "bit": 0, "tiny": 0, "small": 0, "a shade": 0,
    "a spot": 0, "a smidgen": 0, "a tiny amount": 0, "a fair bit": 1, "a fair amount": 1,
    "some": 1, "moderately": 1, "moderate": 1, "fairly": 1, "quite": 1, "rather": 1, "a good deal": 1, "noticeably": 1,
    "a whole lot": 2, "a great deal": 2, "a lot": 2, "lots": 2, "much": 2, "very much": 2, "very": 2, "really": 2,
    "way": 2, "far": 2, "so much": 2, "strongly": 2, "strong": 2, "heavily": 2, "heavy": 2, "significantly": 2,
    "considerably": 2, "substantially": 2, "dramatically": 2, "drastically": 2, "greatly": 2, "big": 2, "super": 2,
    "extremely": 2, "intense": 2, "intensely": 2, "hugely": 2, "massively": 2, "hard": 2, "deeply": 2, "loads": 2,
    "like crazy": 2, "like mad": 2, "big time": 2,
    "well and truly": 2, "majorly": 2, "seriously": 2, "tons": 2, "incredibly": 2, "ultra": 2, "a ton": 2,
    "completely": 3, "fully": 3, "totally": 3, "entirely": 3, "all the way": 3, "to the max": 3, "maximally": 3,
    "as much as possible": 3, "to the maximum": 3, "beyond recognition": 3, "full": 3, "maximum": 3,
    "max": 3, "altogether": 3,
}  # fmt: skip
_PHRASES: dict[str, list[tuple[tuple[str, ...], int]]] = {}
"""First word -> its phrases, longest first."""
for _words, _level in sorted(_DEGREES.items(), key=lambda entry: -entry[0].count(" ")):
    _PHRASES.setdefault(_words.split()[0], []).append((tuple(_words.split()), _level))
DEGREE_WORDS = frozenset(word for phrase in _DEGREES for word in phrase.split() if len(word) > 2)

_INTENSIFIERS = frozenset(
    {("very",), ("really",), ("so",), ("super",), ("quite",), ("rather",), ("pretty",), ("extremely",)}
)
_FRACTIONS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1, "fourth": 0.25}
_ROUGHLY = frozenset({"around", "about", "exactly", "roughly", "approximately", "nearly", "almost", "precisely"})
_TIMES = {
    "twice": 2.0,
    "thrice": 3.0,
    "double": 2.0,
    "triple": 3.0,
    "quadruple": 4.0,
    "twofold": 2.0,
    "threefold": 3.0,
    "fourfold": 4.0,
    "fivefold": 5.0,
    "tenfold": 10.0,
}


def amount_at(tokens: Tokens, at: int) -> tuple[Amount, int] | None:
    """The amount that begins at a token, and where it ends."""
    words = [token.word for token in tokens[at : at + 5]]
    if not words:
        return None
    lead = words[0] in ("by", "to", "at", "of") or words[0] in _ROUGHLY
    if lead and (found := _after_preposition(tokens, at, words)):
        return found
    for phrase, level in _PHRASES.get(words[0], ()):
        if tuple(words[: len(phrase)]) == phrase:
            after = at + len(phrase)
            if phrase in _INTENSIFIERS and (more := amount_at(tokens, after)) and more[0].mode == "degree":
                return more
            if level == 2 and after < len(tokens) and tokens[after].word in ("too", "more") and words[0] != "way":
                return Amount("degree", 2), after
            return Amount("degree", level), after
    return _quantity(tokens, at)


def _after_preposition(tokens: Tokens, at: int, words: list[str]) -> tuple[Amount, int] | None:
    if words[1:2] and words[1] in _ROUGHLY:
        exact = _after_preposition([*tokens[: at + 1], *tokens[at + 2 :]], at, [words[0], *words[2:]])
        return (exact[0], exact[1] + 1) if exact else None
    if words[0] == "by":
        if words[1:4] == ["a", "factor", "of"] and (found := number_at(tokens, at + 4)):
            return Amount("times", found[0]), found[1]
        if inner := amount_at(tokens, at + 1):
            amount, after = inner
            return Amount("by" if amount.relative else amount.mode, amount.value), after
        if fraction := fraction_at(tokens, at + 1):
            return Amount("by", fraction[0]), fraction[1]
        if number := number_at(tokens, at + 1):
            return Amount("number", number[0]), number[1]
        return None
    if words[0] in _ROUGHLY or words[0] == "of":
        return _quantity(tokens, at + 1)
    if fraction := fraction_at(tokens, at + 1):
        return Amount("to", fraction[0]), _of_original(tokens, fraction[1])
    found_quantity = _quantity(tokens, at + 1)
    if found_quantity:
        amount, after = found_quantity
        changed = amount.mode == "by" and not amount.relative  # "to -20%" is by that much
        return (amount if changed else Amount("to", amount.value)), _of_original(tokens, after)
    if words[0] in ("to", "at") and (number := number_at(tokens, at + 1)):
        return Amount("to", number[0]), _of_original(tokens, number[1])
    return None


def _of_original(tokens: Tokens, at: int) -> int:
    words = [token.word for token in tokens[at : at + 5]]
    if words[:1] == ["of"]:
        after = 1
        while words[after : after + 1] and words[after] in ("the", "its", "normal", "original", "current", "usual"):
            after += 1
        if words[after : after + 1] and words[after] in ("speed", "size", "volume", "loudness", "brightness", "pace"):
            return at + after + 1
        if after > 1 and words[after - 1] in ("normal", "original"):
            return at + after
    return at


def fraction_at(tokens: Tokens, at: int) -> tuple[float, int] | None:
    """The fraction that begins at a token, ``two thirds``, and where it ends."""
    words = [token.word for token in tokens[at : at + 3]]
    if words and tokens[at].kind == "number" and "/" in tokens[at].text:
        return tokens[at].value, at + 1
    if words[:1] in (["a"], ["one"]) and words[1:2] and words[1] in _FRACTIONS:
        return _FRACTIONS[words[1]], at + 2
    count = number_at(tokens, at)
    part = tokens[count[1]].word.removesuffix("s") if count and count[1] < len(tokens) else ""
    if count and part in _FRACTIONS and tokens[count[1]].word.endswith("s"):  # "two thirds"
        return count[0] * _FRACTIONS[part], count[1] + 1
    if words[:1] and words[0] in _FRACTIONS:
        return _FRACTIONS[words[0]], at + 1
    return None


def _quantity(tokens: Tokens, at: int) -> tuple[Amount, int] | None:
    """``20%``, ``2x``, ``three times``, ``twice``."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "percent":
        return Amount("by", token.value, relative=token.text[0] not in "+-"), at + 1
    if token.word == "x" and (times := number_at(tokens, at + 1)):
        return Amount("times", times[0]), times[1]
    if token.word in _TIMES:
        return Amount("times", _TIMES[token.word]), at + 1
    if number := number_at(tokens, at):
        value, after = number
        unit = tokens[after].word if after < len(tokens) else ""
        if unit in ("x", "times", "fold"):
            return Amount("times", value), after + 1
        if unit in ("db", "decibel", "decibels"):
            return Amount("times", 10 ** (value / 20)), after + 1
    return None


def split_amount(tokens: Tokens) -> tuple[Amount | None, list[Token]]:
    """Takes an amount from the end or the beginning of some words: ``the sky by 20%``, ``a bit the sky``."""
    for at in range(len(tokens)):
        found = amount_at(tokens, at)
        if found and found[1] == len(tokens):
            if at and tokens[at - 1].word in ("as", "the", "of"):
                continue
            return found[0], list(tokens[:at])
    found = amount_at(tokens, 0)
    if found:
        after = found[1]
        if after < len(tokens) and tokens[after].word == "of":
            after += 1
        return found[0], list(tokens[after:])
    return None, list(tokens)


_SIGNED = (0.15, 0.3, 0.6, 1.0)
_STRENGTH = (0.2, 0.5, 0.8, 1.0)
_FACTORS = {
    ("speed", 1): (1.25, 2.0, 4.0, 8.0),
    ("speed", -1): (0.8, 0.5, 0.25, 0.125),
    ("volume", 1): (1.25, 1.5, 2.5, 4.0),
    ("volume", -1): (0.8, 0.5, 0.25, 0.0),
    ("resize", 1): (1.15, 1.5, 2.0, 4.0),
    ("resize", -1): (0.85, 0.667, 0.5, 0.25),
    ("zoom", 1): (1.2, 1.5, 2.5, 4.0),
    ("zoom", -1): (0.833333, 0.666667, 0.4, 0.25),
}


_LARGEST_FACTOR = 4
"""What brightness is set to beyond this is a place on a slider, and not that many times as bright."""


def signed(direction: int, amount: Amount | None) -> float:
    """The signed amount, in [-1, 1], of an operator such as brightness.

    Args:
        direction: 1 for more, -1 for less, 0 where the amount alone says which ("set the contrast to 120%").
        amount: what was said; None is plain.
    """
    amount = amount or PLAIN
    sign = direction or 1
    match amount.mode:
        case "degree":
            value = sign * _SIGNED[int(amount.value)]
        case "by":
            value = sign * amount.value
        case "number":
            value = sign * amount.value / (100 if amount.value > 1 else 1)
        case "to" if amount.value > _LARGEST_FACTOR:
            value = amount.value / 100  # "set the brightness to 50", as on a slider from -100 to 100
        case "to":
            value = amount.value - 1
        case "times":
            value = amount.value - 1 if sign > 0 else 1 / max(amount.value, 1e-6) - 1
    return round(max(-1.0, min(1.0, value)), 6)


def strength(amount: Amount | None) -> float:
    """The amount, in [0, 1], of an operator such as blur."""
    amount = amount or PLAIN
    match amount.mode:
        case "degree":
            value = _STRENGTH[int(amount.value)]
        case "times":
            value = _STRENGTH[1] * amount.value
        case "number":
            value = amount.value / (100 if amount.value > 1 else 1)
        case _:
            value = amount.value
    return round(max(0.0, min(1.0, value)), 6)


def factor(op: str, direction: int, amount: Amount | None) -> float:
    """The factor of ``speed``, ``volume``, ``resize`` or ``zoom``.

    ``times`` with a direction below 0 divides: three times slower is a third of the speed, half as loud is a half.
    """
    amount = amount or PLAIN
    match amount.mode:
        case "degree":
            value = _FACTORS[op, direction or 1][int(amount.value)]
        case "by" if op in ("zoom", "resize") and amount.relative and amount.value >= 1:
            value = amount.value  # "zoom in 150%"
        case "number" if amount.value > 1:
            value = amount.value if direction >= 0 else 1 / amount.value
        case "by" | "number":
            value = 1 + (direction or 1) * amount.value
        case "to":
            value = amount.value
        case "times":
            value = amount.value if direction >= 0 or amount.value < 1 else 1 / amount.value
    return round(max(0.0, value), 6)
