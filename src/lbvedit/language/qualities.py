"""Qualities without a verb: ``the sky darker``, ``slow motion``, ``blurry background``."""

from __future__ import annotations

from dataclasses import replace

from lbvedit.language.amounts import split_amount
from lbvedit.language.complaints import complaint, excess, misshot, unheard
from lbvedit.language.complements import color, complement
from lbvedit.language.drafts import Draft, spanned
from lbvedit.language.frames import VERB_BASES, Phrase
from lbvedit.language.frames.effects import named_look
from lbvedit.language.frames.geometry import only_of_size, size_in
from lbvedit.language.frames.making import making
from lbvedit.language.frames.phrase import SPARING, splits, words_of
from lbvedit.language.frames.properties import tuned
from lbvedit.language.imagined import look
from lbvedit.language.lexicon import thing_words
from lbvedit.language.reading import asked, without_all
from lbvedit.language.synonyms import COLORED, is_comparative
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import MARK_SOFT, Token, begun_by, join, phrases

__all__ = ["GRADED", "IS", "quality_alone", "thing_and_quality"]

GRADED = frozenset({"brightness", "contrast", "saturation", "temperature", "sharpen", "blur", "pixelate", "grayscale",
    "sepia"})  # fmt: skip
IS = frozenset({"is", "are", "looks", "look", "seems", "seem", "sounds", "be", "appears", "was", "were", "has",
    "becomes"})  # fmt: skip
_NAMING = frozenset({"the", "my", "everything", "everyone", "everybody", "all"})
_TOLD = frozenset({"looks", "look", "seems", "seem", "appears", "appear", "is", "are", "was", "were"})
"""What says how something is, and not how it shall be."""
_NOUNS_TOO = frozenset({"light", "flat", "cold"})


def thing_and_quality(tokens: list[Token]) -> tuple[Draft, ...]:
    """``the sky darker``, ``everything gray except the lips``: a thing and its quality, without what joins them."""
    terse = len(tokens) == 2 and (tokens[0].word in thing_words() or is_comparative(tokens[1].word))  # "car red"
    hued = len(tokens) == 3 and color(tokens[:1]) and tokens[1].word in thing_words()  # "red car blue"
    named = terse or hued or tokens[-1].kind == "hex" or tokens[0].word in _NAMING
    if not named or tokens[-1].word in _NOUNS_TOO or not _TOLD.isdisjoint(words_of(tokens)):
        return ()
    drafts = asked(making, Phrase(tokens, "want")) or ()
    said = all(
        (draft.op in GRADED | {"recolor"} and draft.target.kind in ("phrase", "whole", "rest"))
        or (draft.op == "cutout" and draft.target.kind == "pronoun")  # "everything else transparent"
        or (draft.op in ("volume", "speed") and draft.target.kind in ("whole", "none"))  # "the sound louder"
        for draft in drafts
    )
    return drafts if said else ()


def _of_its_thing(tokens: list[Token]) -> list[Draft] | None:
    """``blurry background``, ``darker sky``, ``black and white except the balloon``: a quality with its thing."""
    tokens = tokens[tokens[0].word in ("a", "an") :]
    words = [token.word for token in tokens]
    for at in range(1, len(tokens)):
        quality = complement(tokens[:at])
        if not quality:
            continue
        at += words[at] == MARK_SOFT and len(tokens) > at + 1
        if (only := begun_by(tokens[at:], _BUT_ONLY)) and tokens[at + only :]:  # "warmer, but only the skin"
            target = noun_phrase(tokens[at + only :])
        elif begun_by(tokens[at:], SPARING):
            target = noun_phrase([tokens[at].corrected("everything"), *tokens[at:]])
        else:
            target = noun_phrase(tokens[at:])
            compared = words[at - 1].endswith("er") or words[at:] in (["background"], ["the", "background"])
            target = target if compared else None
        hued = words[0] in COLORED and quality[0].op == "recolor"  # "greener grass"
        if target and target.kind == "phrase" and (hued or quality[0].op in GRADED | {"invert"}):
            return [draft.on(target) for draft in quality]
    return None


_BUT_ONLY = phrases(
    "but only on | but only in | but only for | but just on | only on | just on | only for | but only | but just | "
    "only | just"
)


def _tuned(tokens: list[Token]) -> list[Draft] | None:
    """A property with where it goes; ``bump`` in "bump warmth" is nobody's name."""
    drafts = tuned(tokens)
    named = drafts and drafts[0].target.kind == "phrase" and drafts[0].target.phrase.startswith(tokens[0].text)
    return None if named and tokens[0].word in VERB_BASES else drafts


def _played_so(tokens: list[Token]) -> list[Draft] | None:
    """``slow motion on the jump``, beside a time: how what happens then is played."""
    for before, _, behind in splits(tokens, frozenset({"on", "for", "during"})):
        played = complement(before) if before else None
        whole = not any(token.kind == "mark" for token in behind)
        if played and whole and played[0].op in ("speed", "reverse") and noun_phrase(behind):
            return [draft.noted(f"{join(behind)!r} is read as what happens then") for draft in played]
    return None


def quality_alone(tokens: list[Token]) -> tuple[Draft, ...] | None:
    """A quality on its own, of the whole video: ``slow motion``, ``more contrast``, ``in the style of Monet``."""
    if mended := excess(tokens) or misshot(tokens) or unheard(tokens):
        return (replace(mended, vague=True),)
    said = tokens[1:] if tokens[0].word in IS else tokens  # "looks washed out"
    tinted = len(said) == len(tokens) and color(split_amount(said)[1]) is not None  # "rather dark brown" is no fault
    if (wrong := complaint(said)) and wrong[0].op != "recolor" and not tinted:
        meant = f"{join(said)!r} is read as a fault to be mended; say 'make it {join(said)}' to have it so"
        return tuple(
            replace(draft, vague=True)
            if len(said) < len(tokens) or said[0].word == "not"
            else replace(draft, vague=True).noted(meant)
            for draft in wrong
        )
    spans = [token for token in tokens if token.kind == "span"]
    kept = [token for token in tokens if token.kind != "span"]
    words = [token.word for token in kept]
    if not kept or len(spans) > 1 or kept[0].word == "and":  # "0:10-0:12 and double the volume" is two clauses
        return None
    span = spans[0].span if spans else (None, None)
    spared = next((one for one in SPARING if tuple(words[-len(one) :]) == one), ())
    if spared and spans and None in span:  # "black and white for everything except the last 3 seconds"
        kept, span = without_all(kept[: -len(spared)]), (span[1], span[0])
        words = [token.word for token in kept]
    if not kept:
        return None
    bare: list[Draft] | None = None
    if words[:2] == ["in", "the"] and words[2:4] == ["style", "of"] and (style := look(kept[4:])):
        bare = [Draft("style", {"style": style})]
    elif (bare := complement(kept)) and (
        bare[0].op in ("recolor", "remove", "cutout", "highlight") or words == ["light"]
    ):
        bare = None
    sized = set(words) & {"wide", "tall", "high"} and only_of_size(kept)
    if sized and (size := size_in(kept)):  # "1280 pixels wide"
        bare = [Draft("resize", size)]
    bare = bare or (_played_so(kept) if spans else None)
    bare = bare or _tuned(kept) or named_look(kept) or _of_its_thing(kept)
    if bare and spans:
        timed = [spanned(draft, span) for draft in bare]
        return tuple(draft for draft in timed if draft) if all(timed) else None
    return tuple(bare) if bare else None
