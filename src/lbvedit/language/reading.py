"""One way to understand a clause, and what a verb's frame makes of the words behind the verb."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lbvedit.language.drafts import Draft, spanned
from lbvedit.language.frames import TIMED, Frame, Phrase
from lbvedit.language.frames.making import making
from lbvedit.language.frames.phrase import SPARING, UNHURRIED
from lbvedit.language.manners import without_trailers
from lbvedit.language.operators import OPERATORS
from lbvedit.language.sparing import split_exception
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import Token

__all__ = ["Reading", "asked", "without_all"]

_STRETCHES = frozenset({"part", "section", "segment", "portion", "bit", "stretch"})


@dataclass(frozen=True)
class Reading:
    """One way to understand a clause.

    Args:
        drafts: the steps it asks for.
        frame: the verb's frame, which a following clause without a verb may go on with.
        verb: the verb's base form.
        particle: its particle.
        tokens: the words of the clause.
        wished: whether it says what shall be done to something: ``and the sign removed`` goes on with that.
        ended: whether a full stop stands behind it: what follows has its steps on another target, and nothing else.
    """

    drafts: tuple[Draft, ...]
    frame: Frame | None = None
    verb: str = ""
    particle: str = ""
    tokens: tuple[Token, ...] = ()
    wished: bool = False
    ended: bool = False


def asked(frame: Frame, phrase: Phrase) -> tuple[Draft, ...] | None:
    """What a frame makes of a phrase; a time in it says when, unless the frame reads times itself."""
    spans = [token for token in phrase.tokens if token.kind == "span"]
    if frame in TIMED or not spans:
        drafts = frame(phrase) or (_but_for(frame, phrase) or _unhurried(frame, phrase) if not spans else None)
        return tuple(drafts) if drafts else None
    if len(spans) > 1:
        return None
    kept = [token for token in phrase.tokens if token.kind != "span"]
    while kept and (kept[-1].word in ("of", "at", "only", "part", "section") or kept[-1].kind == "mark"):
        kept = kept[:-1]
    if kept and kept[-1].word == "middle" and any(_ends_with(kept[:-2], words) for words in SPARING):
        kept = kept[:-1]  # "everything but the middle part"
    if [token.word for token in kept[-1:]] == ["the"]:
        kept = kept[:-1]
    # "blur the faces for privacy from 0:03 on"; the verb says that "now" is written in "write Buy now from 3s on".
    kept = without_trailers([phrase.tokens[0].corrected(phrase.verb), *_without_stretch(kept)])[1:]
    span = spans[0].span
    while kept and (spared := next((words for words in SPARING if _ends_with(kept, words)), ())):
        if None not in span:
            return None  # two stretches are left
        kept, span = without_all(kept[: -len(spared)]), (span[1], span[0])  # "except the last second" is up to it
    if frame is making and phrase.tokens[0].kind == "span" and kept:  # "make the first 3 seconds gray"
        kept = [kept[0].corrected("everything"), *kept]
    drafts = frame(replace(phrase, tokens=kept))
    timed = [spanned(draft, span) for draft in drafts] if drafts else []
    return tuple(draft for draft in timed if draft) if timed and all(timed) else None


def _unhurried(frame: Frame, phrase: Phrase) -> list[Draft] | None:
    """``turn the sky purple slowly``: the steps without how they come about, for they are the same all the way."""
    kept = [token for token in phrase.tokens if token.word not in UNHURRIED]
    drafts = frame(replace(phrase, tokens=kept)) if kept and len(kept) < len(phrase.tokens) else None
    if not drafts or frame in TIMED or any(draft.op not in _COMING_ABOUT for draft in drafts):
        return None
    return [draft.noted(f"the {draft.op} is the same from the beginning to the end") for draft in drafts]


_COMING_ABOUT = frozenset({"recolor", "grayscale", "sepia", "brightness", "contrast", "saturation", "temperature",
    "blur", "pixelate", "invert", "volume"})  # fmt: skip
"""What may be wished to come about slowly."""


def _but_for(frame: Frame, phrase: Phrase) -> list[Draft] | None:
    """``lower the saturation by 40% except on the flowers``: the steps on the whole picture, but for a thing."""
    said, exception = split_exception(phrase.tokens)
    others = noun_phrase([exception[0].corrected("everything"), *exception]) if exception else None
    drafts = frame(replace(phrase, tokens=said)) if others and others.outside else None
    if not drafts or others is None or any(draft.target.kind not in _ALL_OF_IT for draft in drafts):
        return None
    if any(draft.op not in OPERATORS or OPERATORS[draft.op].takes_target == "no" for draft in drafts):
        return None
    return [draft.on(others) for draft in drafts]


_ALL_OF_IT = frozenset({"none", "whole"})


def without_all(tokens: list[Token]) -> list[Token]:
    """The words without ``for everything`` at their end."""
    return tokens[:-2] if [token.word for token in tokens[-2:]] in (["for", "everything"], ["for", "all"]) else tokens


def _ends_with(tokens: list[Token], words: tuple[str, ...]) -> bool:
    return tuple(token.word for token in tokens[-len(words) :]) == words


def _without_stretch(tokens: list[Token]) -> list[Token]:
    """The words without ``the part``, which the time behind it has told already."""
    for at in range(len(tokens) - 1):
        if tokens[at].word in ("the", "that") and tokens[at + 1].word in _STRETCHES:
            return [*tokens[:at], *tokens[at + 2 :]]
    return tokens
