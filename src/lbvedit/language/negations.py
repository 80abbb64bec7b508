"""What shall not be done, said beside what shall: ``do not touch the sky, just make the sea green``."""

from __future__ import annotations

from lbvedit.language.synonyms import base_form
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import MARK_HARD, MARK_SOFT, Token, Tokens, phrases

__all__ = ["with_negations_named"]

_DO_NOT = phrases("do not | never")
_TOUCHING = frozenset({"touch", "change", "alter", "affect", "modify"})
"""What nothing at all is done by."""
_ONE_BY_ONE = frozenset({"blur", "pixelate", "darken", "brighten", "lighten", "sharpen", "remove", "highlight",
    "censor", "hide", "delete", "erase", "crop", "grayscale", "desaturate"})  # fmt: skip
"""Verbs behind which nothing but their object stands."""
_PASSED_OVER = phrases("never mind about | never mind | forget about | forget")
_OTHER_ENDS = frozenset({MARK_SOFT, MARK_HARD, "and", "but", "just", "only", "then", "instead"})


def with_negations_named(tokens: list[Token]) -> list[Token]:
    """``do not blur the dog, blur the rest`` -> ``leave the dog alone, blur the rest``.

    A verb is taken back only where another clause has the same one; a thing is passed over only where another follows.
    What is left of negations is refused later.
    """
    at = 0
    while at < len(tokens):
        size = _negation_at(tokens, at)
        end = next((place for place in range(at + size, len(tokens)) if _ends(tokens, place)), len(tokens))
        thing = tokens[at + size : end]
        target = noun_phrase(thing) if size and thing and (at or end < len(tokens)) else None
        if target and target.phrase in ("sound", "audio"):  # which no step on the picture touches
            tokens = [*tokens[:at], *tokens[end:]]
        elif target:
            spared = [tokens[at].corrected("leave"), *thing, tokens[end - 1].corrected("alone")]
            tokens = [*tokens[:at], *spared, *tokens[end:]]
            at += len(spared)
        at += 1
    return tokens


def _ends(tokens: Tokens, at: int) -> bool:
    """Whether a clause ends at a token; ``the man and the dog`` does not."""
    paired = tokens[at].word == "and" and at + 1 < len(tokens) and tokens[at + 1].word in ("the", "his", "her", "my")
    return tokens[at].word in _OTHER_ENDS and not paired


def _negation_at(tokens: Tokens, at: int) -> int:
    """How many words say that the thing behind them is left alone; 0 where none do."""
    words = tuple(token.word for token in tokens[at : at + 4])
    begins = not at or tokens[at - 1].kind == "mark" or tokens[at - 1].word in ("and", "but", "please", "just")
    if size := next((len(one) for one in _PASSED_OVER if words[: len(one)] == one), 0):
        return size if not at else 0
    size = next((len(one) for one in _DO_NOT if words[: len(one)] == one), 0)
    if not size or not begins or len(words) == size:
        return 0
    verb = words[size]
    again = any(base_form(token.word, _ONE_BY_ONE) == verb for token in (*tokens[:at], *tokens[at + size + 1 :]))
    return size + 1 if verb in _TOUCHING or (verb in _ONE_BY_ONE and again) else 0
