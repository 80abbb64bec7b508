"""How much, put so that ``amounts`` can read it: hedges, strengths, and what stands behind a comma.

``brighten it, but not too much``, ``a blur of strength 0.4``, ``darker, around 30%``, ``a quarter turn``.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from itertools import pairwise

from lbvedit.language.amounts import Amount, amount_at
from lbvedit.language.colors import is_color
from lbvedit.language.synonyms import PROPERTIES, QUALITIES, STATES, is_comparative
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, phrases

__all__ = [
    "with_comparison_plain",
    "with_degrees_joined",
    "with_intensity_plain",
    "with_quarters_named",
    "with_strengths_plain",
    "without_hedges",
    "without_hollow_words",
]

_HEDGES = tuple(
    tuple(words.split())
    for words in (
        "but not too much", "but not so much", "but not by much", "but not by too much", "but not much",
        "not too much", "but only slightly", "but just slightly", "but only a little", "but just a little",
        "but only a bit", "but just a bit", "but only a touch", "but only a tad", "just a touch", "just a bit",
        "just a little", "just a tad", "just slightly", "nothing too strong", "nothing too crazy", "nothing drastic",
        "but subtly", "but gently",
    )
)  # fmt: skip


def without_hedges(tokens: Tokens) -> list[Token]:
    """The sentence with ``but not too much`` and its like read as ``a little``; as nothing behind another amount."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        size = _hedge_at(tokens, at) if out else 0
        if not size:
            out.append(tokens[at])
            at += 1
            continue
        while out[-1].kind == "mark" or (len(out) > 1 and out[-1].word == "please"):
            out.pop()
        if is_color(tokens[at + size - 1].word):  # "red, but not too red"
            at += size
            continue
        if not any(amount_at(out, place) for place in range(max(0, len(out) - 4), len(out))):
            out += [tokens[at].corrected("a"), tokens[at + 1].corrected("little")]
        at += size
    return out


def _hedge_at(tokens: Tokens, at: int) -> int:
    """How many words a hedge has that begins at a token; 0 where none does."""
    words = tuple(token.word for token in tokens[at : at + 6])
    if size := max((len(hedge) for hedge in _HEDGES if words[: len(hedge)] == hedge), default=0):
        # "just a bit brighter" says how much of what follows.
        ends = at + size == len(tokens) or tokens[at + size].kind == "mark" or tokens[at + size].word == "and"
        return size if ends else 0
    out = 1 + (words[2:4] in (("blown", "out"), ("washed", "out")))
    limit = words[:2] == ("but", "not") and words[2:3] != ()
    limit = limit and (is_color(words[2]) or words[2] in QUALITIES or out > 1)
    ends = at + 2 + out >= len(tokens) or tokens[at + 2 + out].kind == "mark"
    if limit and ends and any(is_comparative(token.word) for token in tokens[max(at - 2, 0) : at]):
        return 2 + out  # "darker, but not black", "brighter, but not blown out"
    excess = words[:2] == ("but", "not") and words[2:3] and words[2] in _TOO and words[3:4]
    said = excess and (words[3] in QUALITIES or words[3] in STATES or words[3] in _STRONGLY or is_color(words[3]))
    return 4 if said else 0


_STRONGLY = frozenset({"strongly", "heavily", "drastically", "intensely", "hard", "far", "strong", "heavy"})


_TOO = frozenset({"too", "entirely", "completely", "fully", "totally", "quite", "all"})


_TURNED = {
    ("a", "quarter", "turn"): 90, ("quarter", "turn"): 90, ("a", "quarter", "of", "a", "turn"): 90,
    ("half", "a", "turn"): 180, ("a", "half", "turn"): 180, ("half", "turn"): 180,
    ("a", "quarter"): 90, ("quarter",): 90,
}  # fmt: skip


_WAYS = phrases("to the left | to the right | clockwise | counterclockwise | left | right")


def with_comparison_plain(tokens: list[Token]) -> list[Token]:
    """``make the shirt as red as a tomato`` -> ``make the shirt red``; how red ``the sky`` is, no sentence tells."""
    for at in range(1, len(tokens) - 3):
        if tokens[at].word != "as" or tokens[at + 2].word != "as" or not is_color(tokens[at + 1].word):
            continue
        end = next((place for place in range(at + 3, len(tokens)) if _parts(tokens[place])), len(tokens))
        if end > at + 3 and (tokens[at + 3].word in ("a", "an") or _names_a_kind(tokens[at + 3 : end])):
            return [*tokens[:at], tokens[at + 1], *tokens[end:]]
    return tokens


def _names_a_kind(tokens: Tokens) -> bool:
    """Whether some words are what a colour is known by wherever it is: ``grass``, not ``mine``."""
    return len(tokens) == 1 and tokens[0].word in _KNOWN_BY


_KNOWN_BY = frozenset({"snow", "milk", "chalk", "blood", "fire", "coal", "ink", "ebony", "grass", "gold", "ice"})


def _parts(token: Token) -> bool:
    return token.kind == "mark" or token.word in ("and", "then", "but")


def with_quarters_named(tokens: list[Token]) -> list[Token]:
    """``a quarter turn`` -> ``90 degrees``, and so ``a quarter to the left`` and ``1/4 turn``."""
    for at, (one, two) in enumerate(pairwise(tokens)):
        if one.kind == "number" and 0 < one.value < 1 and two.word == "turn":
            number = replace(one, word=f"{360 * one.value:g}", value=360 * one.value)
            return [*tokens[:at], number, two.corrected("degrees"), *tokens[at + 2 :]]
    for at, (said, angle) in itertools.product(range(len(tokens)), _TURNED.items()):
        told = len(said) > 1 + (said[0] == "a") or begun_by(tokens[at + len(said) :], _WAYS)
        if told and tuple(token.word for token in tokens[at : at + len(said)]) == said:
            first, last = tokens[at], tokens[at + len(said) - 1]
            number = Token("number", first.text, str(angle), first.start, last.end, float(angle))
            return [*tokens[:at], number, last.corrected("degrees"), *tokens[at + len(said) :]]
    return tokens


def with_strengths_plain(tokens: list[Token]) -> list[Token]:
    """``a blur of strength 0.4`` -> ``a blur by 0.4``, and so ``, strength 0.4`` and ``with 40% strength``."""
    out = list(tokens)
    before = ("of", "with", "at", "a", "an", MARK_SOFT)
    for at in range(len(tokens) - 1, 1, -1):
        if tokens[at].word in _STRENGTHS and tokens[at - 1].kind == "percent" and tokens[at - 2].word == "with":
            out[at - 2 : at + 1] = [tokens[at - 2].corrected("by"), tokens[at - 1]]
    for at in range(len(out) - 3, 0, -1):
        said = [token.word for token in out[at : at + 3]]
        led = len(said) > 2 and said[0] in ("of", "with", "at")
        if led and said[1] in _LEVELS and said[2] in _STRENGTHS:  # "of medium strength"
            out[at : at + 3] = [out[at].corrected(_LEVELS[said[1]])]
    tokens = list(out)
    for at in range(len(tokens) - 2, 0, -1):
        if tokens[at].word not in _STRENGTHS or tokens[at - 1].word not in before:
            continue
        value = at + 1 + (tokens[at + 1].word == "of" or tokens[at + 1].text == ":")
        start = at - 1 - (tokens[at - 1].word in ("a", "an"))
        if value < len(tokens) and tokens[value].kind in ("percent", "number") and start > 0:
            out[start:value] = [replace(tokens[start], kind="word", word="by")]
    return out


_LEVELS = {
    **dict.fromkeys(("medium", "moderate", "normal", "average"), "moderately"),
    **dict.fromkeys(("high", "strong", "great"), "strongly"),
    **dict.fromkeys(("low", "small", "light", "slight"), "slightly"),
    **dict.fromkeys(("full", "maximum", "max"), "fully"),
}
_STRENGTHS = frozenset({"strength", "intensity", "amount", "level", "opacity", "radius"})


def with_intensity_plain(tokens: list[Token]) -> list[Token]:
    """``the colors less intense`` -> ``the colors less``, ``a less strong blur`` -> ``a less blur``."""
    out: list[Token] = []
    measured = False  # whether the clause has named a property by now
    for at, token in enumerate(tokens):
        measured = token.word in PROPERTIES or (measured and token.kind != "mark")
        follows = at + 1 < len(tokens) and tokens[at + 1].word in PROPERTIES
        compared = at and tokens[at - 1].word in ("less", "more") and token.word in _INTENSE
        if not (compared and (measured or follows)):
            out.append(token)
    return out


_INTENSE = frozenset({"intense", "strong", "heavy", "pronounced", "extreme", "noticeable", "visible"})


def without_hollow_words(tokens: list[Token]) -> list[Token]:
    """The sentence without words that say nothing where they stand.

    ``it should also be``, ``at 10% strength``, ``by 15% each``, ``brighter, like 20%``.
    """
    out: list[Token] = []
    words = [token.word for token in tokens]
    both_ways = any(words[at : at + 3] == ["in", "and", "out"] for at in range(len(words)))
    for at, token in enumerate(tokens):
        before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
        last = after is None or after.kind == "mark"
        if before is not None and (
            (
                token.word in ("like", "maybe", "say")
                and before.kind != "mark"
                and after is not None
                and after.kind in ("percent", "number")
            )
            or (token.word in ("maybe", "perhaps", "possibly") and before.word in ("except", "but", "for", "with"))
            or (token.word in _INTERJECTIONS and before.kind == "mark")
            or (token.word == "also" and before.word in _BEFORE_ALSO)
            or (token.word in ("exactly", "precisely") and after is not None and after.kind in ("number", "clock"))
            or (token.word in ("strength", "intensity", "opacity") and before.kind == "percent")
            or (token.word == "each" and last and (before.kind == "percent" or both_ways))
        ):
            continue
        out.append(token)
    return _with_amounts_joined(out)


def _with_amounts_joined(tokens: list[Token]) -> list[Token]:
    """``faster, like 1.25x`` -> ``faster by 1.25x``; ``darker, around 30%`` -> ``darker by 30%``."""
    for at in range(1, len(tokens) - 2):
        mark, like, value = tokens[at : at + 3]
        said = at - (tokens[at - 1].word == "please")
        ends = {at + 3, at + 4} & {len(tokens)} or (at + 3 < len(tokens) and tokens[at + 3].kind == "mark")
        times = value.kind == "number" and [token.word for token in tokens[at + 3 : at + 4]] == ["x"]
        measured = value.kind == "percent" or times
        graded = tokens[said - 1].word in QUALITIES or tokens[said - 1].word in PROPERTIES
        begin = next((place + 1 for place in range(at - 1, -1, -1) if _parts(tokens[place])), 0)
        alone = not any(token.kind == "percent" for token in tokens[begin:at])
        if mark.word == MARK_SOFT and like.word == "by" and value.kind == "percent" and ends and alone:
            return [*tokens[:at], *tokens[at + 1 :]]  # "darker, by 30%"
        if mark.word == MARK_SOFT and like.word in _ABOUT and measured and ends and graded:
            joint = [] if times else [like.corrected("by")]
            return [*tokens[:said], *joint, *tokens[at + 2 :]]
    return tokens


_INTERJECTIONS = frozenset({"oh", "um", "uh", "er", "erm", "hmm", "ah", "yeah"})
_BEFORE_ALSO = frozenset({"should", "must", "shall", "could", "can", "it", "to", "be", "is", "and"})


_ABOUT = frozenset({"like", "around", "about", "say", "maybe", "roughly", "approximately"})


_TURNS = frozenset({"clockwise", "counterclockwise"})


def with_degrees_joined(tokens: list[Token]) -> list[Token]:
    """``vignette, subtle`` -> ``vignette subtle``: how much, behind a comma and on its own."""
    out = list(tokens)
    for at in range(len(out) - 2, 0, -1):
        found = amount_at(out, at + 1) if out[at].word == MARK_SOFT and out[at].text == "," else None
        alone = found and (found[1] == len(out) or out[found[1]].kind == "mark")
        turned = (
            out[at].text == "," and out[at + 1].word in _TURNS and (at + 2 == len(out) or out[at + 2].kind == "mark")
        )
        behind = found and alone and out[at - 1].kind == "word"
        if turned or (behind and found and (found[0].mode == "degree" or _multiplies(found[0], out[:at]))):
            del out[at]
    return out


def _multiplies(amount: Amount, before: Tokens) -> bool:
    """Whether ``2x`` behind a comma says how much of what the clause before it asks for: ``zoom in, 2x``."""
    clause = itertools.takewhile(lambda token: token.kind != "mark" and token.word != "and", reversed(before))
    words = [token.word for token in clause]
    if words[:1] in (["motion"], ["mo"]):  # "make it slow motion, 0.2x" says it twice
        return False
    return amount.mode == "times" and any(word in _MULTIPLIED or is_comparative(word) for word in words)


_MULTIPLIED = frozenset({"speed", "slow", "zoom", "scale", "upscale", "downscale", "resize",
    "enlarge", "magnify", "accelerate", "loop", "repeat"})  # fmt: skip
