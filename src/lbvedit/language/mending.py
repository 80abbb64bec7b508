"""What mends the fault that the clause before tells: ``it is too dark, fix it``, ``tone it down a bit``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lbvedit.language.amounts import split_amount
from lbvedit.language.complements import color, complement
from lbvedit.language.drafts import NOBODY, Draft, graded
from lbvedit.language.frames.making import making
from lbvedit.language.manners import without_manners
from lbvedit.language.operators import OPERATORS
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.reading import Reading
from lbvedit.language.remarks import IS, REMARK
from lbvedit.language.synonyms import QUALITIES
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import Token, Tokens, join, phrases

__all__ = ["MENDS", "mending", "still_wrong", "takes_target"]


MENDS = phrases(
    "correct it | correct that | correct this | correct them | fix | mend it | fix them | do something | help | "
    "do something about this | do something about them | is there anything you can do | repair it | "
    "is there anything you can do about it | is there anything you can do about that | improve it | improve that | "
    "anything you can do | anything you can do about it | make it right | sort it out | "
    "fix the video | fix this video | fix my video | "
    "do something about it | do something about that | fix it | fix that | fix this | "
    "turn it the right way up | turn it the right way around | "
    "turn it the right way round | turn the video the right way up | "
    "turn the picture the right way up | make them weaker | make it weaker | "
    "tone it down | tone them down | calm it down | calm them down | clean it | clean it up | "
    "bring it down | bring them down | bring it up | bring them up | fix both | fix both of them | fix all of it | "
    "fix all of that | correct both | mend both"
)


_SMOOTHS = phrases("smooth it out | smooth it | smooth that out")


_STRAIGHTENS = phrases("straighten it | straighten it out | straighten that | level it | straighten the horizon")


_MULTIPLYING = {"double": 2, "triple": 3, "quadruple": 4, "halve": 0.5}


def takes_target(draft: Draft) -> bool:
    """Whether a step may act on a thing."""
    return draft.op in OPERATORS and OPERATORS[draft.op].takes_target != "no"


def still_wrong(tokens: Tokens, previous: Reading) -> tuple[Draft, ...]:
    """``and a little dark``, ``and the picture dark`` behind a complaint: another fault, to be mended like that one."""
    complained = "too" in (token.word for token in previous.tokens) or any(one.word in IS for one in previous.tokens)
    said = [token for token in without_manners(tokens) if token.word not in _SO]
    if not complained or not previous.drafts[-1].vague or not _NO_FAULT.isdisjoint(token.word for token in said):
        return ()
    for at in range(len(said)):
        about = noun_phrase(said[:at]) if at else previous.drafts[-1].target
        fault = split_amount(said[at:])[1] or said[at:]
        named = not at or (said[0].word in ARTICLES and about is not None)
        if not named or fault[-1].word not in QUALITIES or fault[-1].word.endswith("er") or color(fault):
            continue
        if drafts := complement([fault[0].corrected("less"), *fault]):
            target = about or NOBODY
            note = f"{join(said)!r} is read as a fault to be mended; say 'make it {join(fault)}' to have it so"
            placed = (replace(one, vague=True, target=target if takes_target(one) else NOBODY) for one in drafts)
            return tuple(draft.noted(note) for draft in placed)
    return ()


_NO_FAULT = frozenset({"more", "less", "too", "not", "make", "even"})


def mending(tokens: list[Token], previous: Reading) -> Iterator[Reading]:
    """``tone it down a bit`` behind a complaint: how much of its remedy is asked for."""
    if previous.drafts[-1].op == REMARK and tuple(token.word for token in tokens) in MENDS:
        yield from _mended(previous.tokens)
        return
    amount, rest = split_amount(tokens)
    before = previous.drafts[-1]
    words = tuple(token.word for token in rest)
    smooths = before.op == "denoise" and words in _SMOOTHS  # what is noisy, not what shakes
    if before.vague and (smooths or (before.op == "rotate" and words in _STRAIGHTENS)):
        again = graded(before.op, 1, amount) if smooths else None
        yield Reading((again.on(before.target) if again else before,))
    times = _MULTIPLYING.get(tokens[0].word) if [token.word for token in tokens[1:]] == ["it"] else None
    if before.vague and times and "factor" in before.params:  # "my voice is too quiet, double it"
        yield Reading((replace(before, params={"factor": times}),))
    if amount is None or not before.vague or words not in MENDS:
        return
    value = next((before.params[name] for name in ("amount", "factor") if name in before.params), None)
    if value is not None and (mended := graded(before.op, -1 if value < ("factor" in before.params) else 1, amount)):
        yield Reading((mended.on(before.target),))


def _mended(remark: Tokens) -> Iterator[Reading]:
    """What a remark complains of, as ``can you fix that`` behind it tells: ``the sky looks orange`` is too orange."""
    said = without_manners(remark)
    if len(said) > 3 and said[0].word == "why" and said[1].word in IS:  # "why is the sky so orange"
        so = next((at for at, token in enumerate(said) if token.word in _SO and at > 2), 0)
        said = [*said[2:so], said[1], *said[so:]] if so else said
    for at in range(1, len(said) - 1):
        target = noun_phrase(said[:at])
        if target is None or said[at].word not in IS:
            continue
        fault = split_amount(said[at + 1 :])[1] or said[at + 1 :]
        fault = fault[fault[0].word in _SO :]
        plain = len(fault) == len(said) - at - 1 and color(fault) is not None
        if plain and said[at].word in _BEING and target.kind == "phrase":
            continue  # "the car is red" finds no fault with it
        if drafts := complement([said[at].corrected("less"), *fault]) if fault else None:
            yield Reading(tuple(replace(draft.on(target), vague=True) for draft in drafts), making, "make")


_BEING = frozenset({"is", "are", "was", "were"})


_SO = frozenset({"so", "all", "very", "really", "quite", "pretty"})
