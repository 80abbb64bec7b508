"""Verbs whose object is the target: ``blur the dog a bit``, ``get rid of the sign``, ``keep only the dancer``."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from lbvedit.language.amounts import Amount, split_amount
from lbvedit.language.colors import NEUTRAL, colors_alone
from lbvedit.language.complements import color, complement
from lbvedit.language.drafts import NOBODY, Draft, graded, spanned
from lbvedit.language.frames.phrase import (
    UNHURRIED,
    Frame,
    Phrase,
    object_of,
    property_in,
    refuse_frames,
    spared,
    splits,
    with_reordering,
    words_of,
)
from lbvedit.language.pronouns import ARTICLES, PERSONS, PRONOUNS
from lbvedit.language.synonyms import PROPERTIES, is_comparative
from lbvedit.language.targets import CORNERS, Target, noun_phrase
from lbvedit.language.tokens import Token, Tokens, ended_by, phrases

__all__ = [
    "STRETCHES",
    "cutting_out",
    "finding",
    "grading",
    "graying",
    "highlighting",
    "keeping",
    "plain",
    "reversing",
    "splashing",
    "vignetting",
    "whitening",
]

_MEASURED = frozenset({"contrast", "speed", "volume", "temperature"})
_KEEPING = frozenset({"keep", "retain", "preserve", "leave"})
_KEPT_SO = frozenset({"recolor", "sharpen", "brightness", "contrast", "saturation"})
_TURNED = frozenset({"grayscale", "sepia"})
"""What nothing is of itself, so that to keep the rest so is to make it so."""
_OF_TIME = frozenset({"only", "just", "the", "part", "middle", "<span>", "section", "and", ",", "what", "is",
    "everything", "all", "from", "to", "of", "video", "clip", "footage", "interval", "range", "period", "frames",
    "between", "portion", "bit", "seconds", "it", "happens", "comes", "follows"})  # fmt: skip
STRETCHES = frozenset({"part", "section", "bit", "moment", "segment", "portion", "scene", "shot"})
_IN_COLOR = frozenset({"in color", "colored", "in full color", "color", "in its color", "in their color",
    "in its original color", "its color", "their color", "its colors", "their colors"})  # fmt: skip
_AS_EVER = frozenset({"normal", "original", "natural", "clear", "visible", "in focus", "in normal color", "focused",
    "unblurred", "fine", "as before", "the way they are", "as it was", "as normal", "as usual"})  # fmt: skip
"""How the rest is anyway."""
_IN_SIGHT = frozenset({"centered", "in the middle", "in the center", "in frame", "in the frame", "in shot",
    "in the shot", "in the picture"})  # fmt: skip
"""Where a crop keeps what it is about."""
_SOFTENED = frozenset({"contrast", "saturation", "volume", "brightness"})
_LEFT_ALONE = phrases("visible | in view | in sight | on screen | on the screen | in the picture | in the shot")
"""What is said of a thing where the rest shall be gone."""
_SEEN = frozenset({"readable", "legible", "recognizable"})
_AS_IT_IS = frozenset({"as is", "as it is", "the same", "alone", "unchanged", "untouched", "intact", "as they are",
    "the way it is", "as she is", "as he is", "the way she is", "the way he is", "the way they are",
    "in peace"})  # fmt: skip
_KEPT_MARKS = _AS_EVER | _SEEN | _IN_SIGHT | {"in", "colored", "as", "the", "unchanged", "untouched", "intact", "color",
    "alone", "its", "their"}  # fmt: skip
"""What begins how a thing is kept."""


def _split(tokens: list[Token]) -> tuple[Amount | None, Target | None]:
    """The amount and the target of some words, in any order."""
    target = object_of(tokens)
    amount, rest = split_amount(tokens)
    if amount is None and tokens and tokens[-1].kind == "number" and 0 < tokens[-1].value <= 1:
        amount, rest = Amount("number", tokens[-1].value), list(tokens[:-1])  # "blur the dog 0.8"
        rest = rest[:-1] if words_of(rest[-1:]) == ["with"] else rest
    elif amount is None and tokens and tokens[0].kind == "number" and 0 < tokens[0].value <= 1:
        amount, rest = Amount("number", tokens[0].value), list(tokens[1:])  # "blur 0.9 on the plate"
    if amount is None:
        return None, target
    if rest and tokens[-1] is rest[-1] and rest[0].word in ("on", "over"):  # "blur 40% on the plate"
        rest = rest[1:]
    return amount, object_of(rest)


def grading(op: str, direction: int = 1, *, note: str = "", plain_amount: Amount | None = None) -> Frame:
    """The frame of a verb that does more or less of something to its object: blur, darken, sharpen, saturate."""

    def frame(phrase: Phrase) -> list[Draft] | None:
        if phrase.previous:
            return None

        kept = [token for token in phrase.tokens if token.word not in UNHURRIED - {"gently"}]
        hurried = len(kept) < len(phrase.tokens)

        def attempt(tokens: list[Token]) -> list[Draft] | None:
            if op == "pixelate" and words_of(tokens[:1]) in (["over"], ["on"]):  # "mosaic over the plate"
                tokens = tokens[1:]
            for before, _, behind in splits(tokens, frozenset({"to", "into"})):  # "lighten the hair to blonde"
                painted = color(behind) if op == "brightness" else None
                if painted and (target := noun_phrase(before)) and target.kind in ("phrase", "pronoun"):
                    return [Draft("recolor", {"color": painted}, target)]
            amount, target = _split(tokens)
            named = property_in(tokens)
            if (
                op in ("denoise", "sharpen") and named and PROPERTIES.get(named[0], ("",))[0] == op
            ):  # "clean up the noise"
                target = named[1]
            draft = graded(op, direction, amount or plain_amount)
            if phrase.verb == "soften" and named and (less := PROPERTIES.get(named[0], ("",))[0]) in _SOFTENED:
                draft, target = graded(less, -1, amount), named[1]  # "soften the contrast"
            if target is None or draft is None:
                return None
            if op == "brightness" and direction < 0 and target.phrase in CORNERS and not target.outside:
                shaded = graded("vignette", 1, amount) if amount else Draft("vignette")
                return [shaded.noted(f"darkening the {target.phrase} is read as a vignette")] if shaded else None
            if note:
                draft = draft.noted(note)
            if hurried:
                draft = draft.noted(f"the {op} is the same from the beginning to the end")
            bare = target == NOBODY and amount is None and not named
            return [Draft(draft.op, draft.params, target, draft.notes, bare)]

        return with_reordering(kept, attempt)

    return frame


def plain(op: str, *, note: str = "", **params: object) -> Frame:
    """The frame of a verb that does one thing to its object: grayscale, invert, stabilize, reverse, mute."""

    def frame(phrase: Phrase) -> list[Draft] | None:
        if phrase.previous:
            return None

        def attempt(tokens: list[Token]) -> list[Draft] | None:
            amount, target = _split(tokens)
            named = property_in(tokens)
            if op == "mute" and named and named[0] in ("color", "colors"):  # "mute the colors"
                duller = graded("saturation", -1, None)
                return [duller.on(named[1])] if duller else None
            if op == "mute" and target and (colors := colors_alone(target.phrase)):
                duller = graded("saturation", -1, amount)
                return [duller.on(target)] if duller and not NEUTRAL & set(colors) else None
            if target is None or (amount and amount.mode != "degree"):
                return None  # "mute it by half" is no muting
            draft = Draft(op, params, target, bare=target == NOBODY)
            if amount and amount.value == 0:
                draft = draft.noted(f"{op} knows no less than all of it")
            return [draft.noted(note) if note else draft]

        return with_reordering(phrase.tokens, attempt)

    return frame


def graying(phrase: Phrase) -> list[Draft] | None:
    """``gray the rest``; ``gray background`` is a colour and its thing."""
    named = phrase.tokens and phrase.tokens[0].word in ARTICLES | PRONOUNS | {"everything", "everyone", "all"}
    return plain("grayscale")(phrase) if named else None


def reversing(phrase: Phrase) -> list[Draft] | None:
    """``reverse the video``; the colors it inverts."""
    named = property_in(phrase.tokens)
    if named and named[0] in ("color", "colors") and not phrase.previous:
        return [Draft("invert", {}, named[1])]
    return plain("reverse")(phrase)


def whitening(phrase: Phrase) -> list[Draft] | None:
    """``whiten the teeth``."""
    target = object_of(phrase.tokens)
    return [Draft("recolor", {"color": "white"}, target)] if target and target.kind in ("phrase", "pronoun") else None


def vignetting(phrase: Phrase) -> list[Draft] | None:
    """``vignette the video strongly``: the amount only where one is said."""
    amount, target = _split(phrase.tokens)
    draft = graded("vignette", 1, amount)
    if phrase.previous or target is None or draft is None:
        return None
    return [Draft("vignette", draft.params if amount else {}, target)]


def highlighting(phrase: Phrase) -> list[Draft] | None:
    """``highlight the runner``, ``focus on the ball``."""
    tokens = phrase.tokens
    if phrase.previous:
        return None
    if tokens and tokens[0].word == "on":
        tokens = tokens[1:]
    for before, _, behind in splits(tokens, frozenset({"by"})):  # "by dimming the rest" says what highlighting does
        others = noun_phrase(behind[1:]) if words_of(behind[:1]) in (["dimming"], ["darkening"]) else None
        if others and others.kind == "rest":
            tokens = list(before)
            break
    amount, target = _split(tokens)
    if target is None or target.kind in ("none", "whole"):
        return None
    draft = graded("vignette", 1, amount)
    params = dict(draft.params) if draft and amount else {}
    out = Draft("highlight", params, target)
    return (
        [out.noted("'focus' is read as dimming the rest; say 'zoom in on' to come nearer")]
        if "focus" in (phrase.verb, *phrase.particle.split())
        else [out]
    )


def splashing(phrase: Phrase) -> list[Draft] | None:
    """``color splash on the red umbrella``, ``selective color red``: all but that turns gray."""
    words = [token for token in phrase.tokens if token.word != "effect"]
    while words and words[0].word in ("on", "of", "for", "with", "to"):
        words = words[1:]
    target = object_of(words)
    if phrase.previous or target is None or target.kind != "phrase":
        return None
    return [Draft("grayscale", {}, replace(target, outside=True))]


def cutting_out(phrase: Phrase) -> list[Draft] | None:
    """``cut out the dog``, ``isolate the dancer on a green background``, ``green screen the man``."""
    if phrase.previous:
        return None
    tokens = phrase.tokens[words_of(phrase.tokens[:1]) == ["out"] :]
    tokens = tokens[: len(tokens) - ended_by(tokens, _WITH_ALPHA)]
    if phrase.verb in ("key", "chroma", "chromakey") and words_of(tokens[-1:]) in (["away"], ["out"]):
        tokens = tokens[:-1]
    for before, mark, behind in splits(tokens, frozenset({"on", "onto", "against", "with", "over", "and"})):
        ground = color(behind) if mark in ("on", "onto", "against", "over") else None
        if name := background_color(list(behind)) or ground:
            target = object_of(before)
            return [Draft("cutout", {"background": name}, target)] if target and target.kind != "none" else None
    for before, _, behind in splits(tokens, frozenset({"from", "of", "on", "with", "against"})):
        words = [word for word in words_of(behind) if word not in ("the", "its", "a", "an", "their")]
        if words in (["background"], ["transparent", "background"], ["video"], ["scene"], ["clip"]) and before:
            tokens = list(before)
            break
    target = object_of(tokens)
    if target is None or target.kind in ("none", "whole", "rest") or target.phrase.partition(" ")[0] in STRETCHES:
        return None
    if (named := property_in(tokens)) and PROPERTIES.get(named[0], ("",))[0] in _MEASURED:
        return None  # "cut the contrast" cuts nothing out
    if target == Target("phrase", "background"):
        target = Target("phrase", "background", outside=True)
    if phrase.verb in ("key", "chroma", "chromakey"):
        if target.kind == "phrase" and colors_alone(target.phrase):
            target = replace(target, outside=True)
        elif not phrase.particle:  # a key may be many things
            return None
    return [Draft("cutout", {}, target)]


_WITH_ALPHA = phrases("as a transparent png | as a png | with transparency | with alpha | with an alpha channel")


def background_color(tokens: list[Token]) -> str | None:
    """The colour of ``a green background``, ``a white backdrop``, ``green screen``."""
    words = words_of(tokens)
    if len(words) > 1 and words[-1] in ("background", "backdrop", "screen", "backing", "canvas"):
        return color(tokens[:-1])
    for at in range(1, len(words)):
        if words[at] == "of" and words[at - 1] in ("background", "backdrop"):
            return color(tokens[at + 1 :])
    return None


def _without_between(kept: list[tuple[float | None, float | None]]) -> list[Draft] | None:
    """The cuts that leave several stretches, later ones first, for each moves what comes after it.

    None where they overlap, or where one that is counted from the end is not the last.
    """
    begun = ((start or 0, end) for start, end in kept)
    ordered = sorted(begun, key=lambda span: math.inf if span[0] < 0 else span[0])
    last = ordered[-1][1]
    drafts = [] if last is None else [Draft("cut", {"start": last})]
    for start, end in reversed([(0, ordered[0][0]), *((one[1], two[0]) for one, two in pairwise(ordered))]):
        if start is None or start < 0 or 0 <= end < start:
            return None
        if end != start:
            drafts.append(Draft("cut", {"start": start, "end": end}))
    return drafts


def keeping(phrase: Phrase) -> list[Draft] | None:
    """``keep only the first 5 seconds``, ``keep only the dog``, ``keep the girl in color``."""
    refuse_frames(phrase.tokens)
    if phrase.previous:
        return None  # several stretches are read as one clause
    if any(token.kind == "span" for token in phrase.tokens):
        return _kept_time(phrase.tokens)
    only = not {"only", "just"}.isdisjoint(words_of(phrase.tokens))
    kept = [token for token in phrase.tokens if token.word not in ("only", "just")]
    found = _kept_as_ever(kept, phrase.verb, only=only)
    if found is None and phrase.verb in _KEEPING:
        found = _kept_so(kept, only=only)
    if found is not None:
        return found or None
    return _kept_alone(kept, phrase.verb) if only else _kept(kept, phrase.verb)


def _kept_time(tokens: list[Token]) -> list[Draft] | None:
    """The stretches of time that are left."""
    if without := spared(tokens):
        out = spanned(Draft("cut"), (without.span[0] or 0, without.span[1]))
        return [out] if out else None
    if silenced := _sound_kept(tokens):
        return silenced
    if any(word not in _OF_TIME for word in words_of(tokens)):
        return None
    spans = [token.span for token in tokens if token.kind == "span"]
    if len(spans) > 1:
        return _without_between(spans)
    draft = spanned(Draft("trim"), spans[0])
    return [draft] if draft else None


def _sound_kept(tokens: list[Token]) -> list[Draft] | None:
    """``the sound only in the first ten seconds``: all else is mute."""
    spans = [token.span for token in tokens if token.kind == "span"]
    others = [token.word for token in tokens if token.kind != "span"]
    if len(spans) != 1 or not _SOUNDS & set(others) or not set(others) <= _SOUNDS | _OF_SOUND:
        return None
    start, end = spans[0]
    around = ((None, start), (end, None))
    drafts = [spanned(Draft("mute"), stretch) for stretch in around if stretch not in ((None, None), (None, 0))]
    return [draft for draft in drafts if draft]


_SOUNDS = frozenset({"sound", "audio", "music"})
_OF_SOUND = frozenset({"the", "only", "just", "in", "of", "for", "during", "its", "on", "from"})


def _kept_as_ever(kept: list[Token], verb: str, *, only: bool) -> list[Draft] | None:
    """``the girl in color``, ``the rest as it is``, ``the dog centered``; no steps where nothing can be kept so.

    Args:
        kept: the words.
        verb: the verb's base form.
        only: whether nothing else is kept.
    """
    for before, mark, behind in splits(kept, _KEPT_MARKS):
        tail = " ".join([mark, *words_of(behind)])
        target = object_of(before)
        named = target is not None and target.kind == "phrase"
        rest = target is not None and target.kind == "rest"
        if target and tail in _IN_SIGHT and verb in _KEEPING and named:
            return [Draft("spare", {}, target)]
        if target and tail in _IN_COLOR | _AS_EVER and rest and not only:
            return [Draft("focus", {}, target)]
        if target and tail in _AS_EVER | _SEEN and named and not only:
            return [Draft("spare", {}, target)]
        if target and tail == "centered" and target == Target("pronoun", "it"):  # "follow the car and keep it centered"
            return [Draft("focus", {}, target)]
        if tail in _IN_COLOR:
            if target is None or not named:
                return []
            return [Draft("grayscale", {}, replace(target, outside=True)) if only else Draft("spare", {}, target)]
        if tail in _AS_IT_IS:
            return _kept_as_is(before, target)
    return None


def _kept_as_is(before: Tokens, target: Target | None) -> list[Draft]:
    """What nothing is done to; no steps where it is none of what could be named."""
    if target is not None and target.kind == "rest":
        return [Draft("focus", {}, target)]
    if target is not None and target.kind == "whole":  # "leave everything as it is, just make the car red"
        return [Draft("focus")]
    if (named := property_in(list(before))) and named[0] in PROPERTIES:  # "keep the contrast the same"
        return [Draft("focus")]
    named_one = target and (target.kind == "phrase" or target.phrase in PERSONS)
    return [Draft("spare", {"of": "all"}, target)] if target and named_one else []


def _kept_so(kept: list[Token], *, only: bool) -> list[Draft] | None:
    """``the dog sharp``, ``the rest gray``: a thing and how it stays; no steps where the rest cannot.

    Args:
        kept: the words.
        only: whether nothing else is kept.
    """
    for at in range(1, len(kept)):
        quality = complement(kept[at:])
        target = noun_phrase(kept[:at])
        if not quality or not target or (only and kept[at].word == "in"):
            continue  # "keep only the girl in blue"
        if quality[0].op in _KEPT_SO and target.kind == "phrase":
            return [Draft("spare", {}, target)]
        if target.kind == "rest" and not only:
            if quality[0].op in _TURNED or quality[0].params.get("color") == "gray":
                return [draft.on(target) for draft in quality]
            as_ever = quality[0].op in _KEPT_SO and not is_comparative(kept[-1].word)
            return [Draft("focus", {}, target)] if as_ever else []
    return None


def _kept_alone(kept: list[Token], verb: str) -> list[Draft] | None:
    """``only the dog``, ``just the colors of the umbrella``: nothing else is left, or not as it was."""
    kept = kept[: len(kept) - ended_by(kept, _LEFT_ALONE)]
    if (named := property_in(kept)) and named[0] in ("color", "colors") and named[1].kind == "phrase":
        return [Draft("grayscale", {}, replace(named[1], outside=True))]
    if (target := noun_phrase(kept)) and not target.outside and set(colors_alone(target.phrase)) - NEUTRAL:
        splashed = Draft("grayscale", {}, replace(target, outside=True))
        return [splashed.noted(f"all but {target.phrase!r} turns gray; say 'cut out' to have it alone")]
    return cutting_out(Phrase(kept, verb))


def _kept(kept: list[Token], verb: str) -> list[Draft] | None:
    """``the dog``, ``the contrast``: what other steps leave alone."""
    if (named := property_in(kept)) and named[0] in PROPERTIES:  # "while keeping the contrast"
        return [Draft("focus")]
    if [word for word in words_of(kept) if word not in ("the", "its", "same")] == ["pitch"]:  # which never changes
        return [Draft("focus")]
    if verb not in _KEEPING:
        return None
    target = object_of(kept)  # "keep the dog, remove everything else"
    if target and target.kind == "whole" and not target.phrase:  # "mute it, but keep the picture"
        return [Draft("focus")]
    return [Draft("spare", {}, target)] if target and target.kind == "phrase" else None


def finding(phrase: Phrase) -> list[Draft] | None:
    """``take the car and paint it red``: names what the next clause is about, and asks for nothing yet."""
    named = property_in(phrase.tokens, loose=True)
    colored = named is not None and named[0] == "color" and named[1].kind == "phrase"  # "I hate the wall color"
    target = named[1] if named and colored else object_of(phrase.tokens)
    if phrase.previous or target is None or target.kind not in ("phrase", "whole") or " off " in target.phrase:
        return None
    return [Draft("focus", {}, target)]
