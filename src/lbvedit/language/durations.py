"""Numbers and lengths of time in words: ``two and a half``, ``500 ms``, ``a minute and ten seconds``."""

from __future__ import annotations

from lbvedit.language.tokens import Tokens

__all__ = ["NUMBERS", "ORDINALS", "UNITS", "duration_at", "ends", "length_in_the_same_unit", "number_at"]

NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip

ORDINALS = {
    "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11,
    "twelfth": 12, "fifteenth": 15, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip

UNITS = {
    "ms": 0.001, "msec": 0.001, "millisecond": 0.001, "milliseconds": 0.001, "millis": 0.001,
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0,
    "m": 60.0, "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hour": 3600.0, "hours": 3600.0,
}  # fmt: skip


def number_at(tokens: Tokens, at: int) -> tuple[float, int] | None:
    """The number that begins at a token, in digits or words (``two and a half``), and where it ends."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "number":
        value, after = token.value, at + 1
    elif token.word in NUMBERS and token.kind == "word":
        value, after = float(NUMBERS[token.word]), at + 1
        if 20 <= value < 100 and after < len(tokens) and 0 < NUMBERS.get(tokens[after].word, 0) < 10:
            value, after = value + NUMBERS[tokens[after].word], after + 1
    else:
        return None
    if [one.word for one in tokens[after : after + 3]] == ["and", "a", "half"]:
        return value + 0.5, after + 3
    return value, after


def duration_at(tokens: Tokens, at: int) -> tuple[float, int] | None:
    """A length of time that begins at a token, in seconds, and where it ends."""
    words = [token.word for token in tokens[at : at + 6]]
    for phrase, value in (
        (("half", "a"), 0.5), (("a", "half"), 0.5), (("half",), 0.5), (("a", "quarter", "of", "a"), 0.25),
        (("quarter", "of", "a"), 0.25), (("third", "of", "a"), 1 / 3), (("half", "of", "a"), 0.5),
        (("three", "quarters", "of", "a"), 0.75), (("a", "third", "of", "a"), 1 / 3),
        (("two", "thirds", "of", "a"), 2 / 3),
        (("a", "couple", "of"), 2.0), (("a", "couple"), 2.0), (("couple", "of"), 2.0), (("a", "few"), 3.0),
        (("few",), 3.0), (("a",), 1.0), (("an",), 1.0),
    ):  # fmt: skip
        size = len(phrase)
        if tuple(words[:size]) == phrase and len(words) > size and words[size] in UNITS and len(words[size]) > 1:
            return _with_rest(tokens, value * UNITS[words[size]], UNITS[words[size]], at + size + 1)
    number = number_at(tokens, at)
    if number is None:
        return None
    value, after = number
    if after >= len(tokens) or tokens[after].word not in UNITS:
        return None
    unit = UNITS[tokens[after].word]
    if len(tokens[after].word) == 1 and tokens[after].word == "m" and after + 1 < len(tokens):
        follows = number_at(tokens, after + 1)
        if follows is None:
            return value * unit, after + 1
    return _with_rest(tokens, value * unit, unit, after + 1)


def _with_rest(tokens: Tokens, seconds: float, unit: float, after: int) -> tuple[float, int]:
    """A length with what follows its unit: ``1 minute 20``, ``a minute and ten seconds``, ``a second and a half``."""
    if [one.word for one in tokens[after : after + 3]] == ["and", "a", "half"]:
        return seconds + 0.5 * unit, after + 3
    if unit >= 60:  # "1 minute (and) 30 seconds"
        more = after + 1 if after < len(tokens) and tokens[after].word == "and" else after
        if (rest := duration_at(tokens, more)) and rest[0] < unit and number_at(tokens, more):
            return seconds + rest[0], rest[1]
        bare = number_at(tokens, after) if unit == 60 else None
        if bare and bare[0] < 60 and (tokens[after].kind == "number" or ends(tokens, bare[1])):  # "1 minute 20"
            return seconds + bare[0], bare[1]
    return seconds, after


def ends(tokens: Tokens, at: int) -> bool:
    """Whether a time may end there: at the end of the sentence, or before a mark or a small word."""
    return at >= len(tokens) or tokens[at].kind == "mark" or tokens[at].word in ("and", "to", "until", "then")


def length_in_the_same_unit(tokens: Tokens, at: int) -> tuple[float, int] | None:
    """``5`` in ``3 seconds from the start and 5 from the end``, and the other way round.

    Where no unit stands beside it, what is cut is seconds: ``trim 5 off the front``.
    """
    number = number_at(tokens, at)
    if number is None or not _from_an_end(tokens, number[1]):
        return None
    for place in range(len(tokens)):
        other = duration_at(tokens, place)
        if other and _from_an_end(tokens, other[1]):
            return number[0] * UNITS[tokens[other[1] - 1].word], number[1]
    return number if at and tokens[at - 1].word in _CUTTING else None


_CUTTING = frozenset({"trim", "cut", "chop", "snip", "lop", "clip", "shave", "take", "drop", "knock"})


def _from_an_end(tokens: Tokens, at: int) -> bool:
    """Whether ``from the start``, ``off the end`` or the like stands there."""
    words = [token.word for token in tokens[at : at + 3]]
    return len(words) > 2 and words[0] in ("from", "off", "at") and words[1] == "the" and words[2] in _ENDS


_ENDS = frozenset({"start", "end", "beginning", "front", "back", "ending"})
