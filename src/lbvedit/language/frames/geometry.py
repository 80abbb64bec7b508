"""Verbs on the frame and its size: crop, zoom, follow, resize."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from lbvedit.errors import InstructionError
from lbvedit.language.amounts import Amount, split_amount
from lbvedit.language.complements import CINEMATIC, NAMED_HEIGHTS, complement
from lbvedit.language.drafts import NOBODY, Draft, graded, tidy
from lbvedit.language.durations import number_at
from lbvedit.language.frames.phrase import UNHURRIED, Phrase, object_of, splits, words_of
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.spelling import american
from lbvedit.language.targets import Target, noun_phrase
from lbvedit.language.tokens import Token, begun_by, ended_by, join, phrases
from lbvedit.language.unseen import SCENE
from lbvedit.language.wholes import WHOLE_NOUNS

__all__ = ["cropping", "following", "framed", "only_of_size", "resizing", "size_in", "swapping", "zooming"]

_RATIO = re.compile(r"(?!0+:|\d+:0)\d{1,2}(?:\.\d+)?:\d{1,2}(?:\.\d+)?")
_MIDDLE = frozenset({"middle", "center", "central", "central region", "central part", "middle part", "center part",
    "central area", "very middle", "very center"})  # fmt: skip
_PLACES = _MIDDLE | {"left half", "right half", "top half", "bottom half", "left", "right", "top", "bottom",
    "left side", "right side", "left third", "right third", "corner", "edges", "borders"}  # fmt: skip
_IGNORED = frozenset({"the", "a", "an", "video", "clip", "it", "to", "into", "format", "aspect", "ratio", "of", "in",
    "with", "as", "footage", "frame", "picture", "image", "resolution", "size", "pixels", "px", "crop", "this", "wide",
    "high", "tall", "on", "at", "width", "height", "movie", "film", "for", "dimensions", "down", "up", "by", "scene",
    "shot", "fit", "fill"})  # fmt: skip
_AROUND = frozenset({"around", "to", "on", "onto", "at", "into", "in", "for", "so", "follow", "following", "centered",
    "tightly", "keeping"})  # fmt: skip
"""What may stand before the thing that a crop keeps in the picture."""
_EACH_SIDE = phrases("each side | every side | all sides | each edge | every edge | all edges | all around")
_ALL_AROUND = (*((way, *sides) for way in ("off", "from", "on") for sides in _EACH_SIDE), *_EACH_SIDE)
_OF_THE_PICTURE = phrases("of the frame | of the picture | of the image | of the video | of the screen | of the shot")
_BEFORE_SHAPE = frozenset({"with", "in", "at", "to", "a", "an", "the"})
_SHAPE_NOUNS = frozenset({"format", "aspect", "ratio", "shape", "crop", "frame", "orientation", "version"})
_SHAPES = frozenset({"portrait", "landscape", "vertical", "horizontal", "square", "widescreen"})
"""What a shape in numbers is called besides: ``a 4:5 portrait``."""
_NEAR = frozenset({"tight", "tightly", "tighter", "close", "closely", "closer", "snugly"})
_LOOSELY = frozenset({"in", "to", "a", "centered", "center", ","}) | _NEAR
_SHOTS = frozenset({"shot", "scene"})
_SIDE = re.compile(
    r"((very|far|outer) )?((top|bottom|upper|lower|left|right)( and (the )?)? ?)+"
    r"((hand )?side|half|third|quarter|corner|edge|border|part|strip)?s?"
    r"|((very|far|outer) )?(edges?|borders?|corners?|sides?)"
)
"""What lies along the frame, and is no thing."""
_TOWARDS = frozenset({"on", "onto", "to", "into", "at", "towards", "toward", "the", "in"})


def _aspect(token: Token) -> str | None:
    if token.kind in ("clock", "aspect") and _RATIO.fullmatch(token.text):
        return token.text
    fixed = complement([token])
    return fixed[0].params["aspect"] if fixed and fixed[0].op == "crop" else None


def size_in(tokens: list[Token]) -> dict[str, int] | None:
    """``1280x720``, ``720p``, ``4k``, ``640 pixels wide``, ``width 640``; None where another number stands beside."""
    found = _size_in(tokens)
    sized = any(token.kind == "size" for token in tokens)
    numbers = sum(token.kind == "number" for token in tokens)
    return found if found and numbers <= (0 if sized else len(found)) else None


def _size_in(tokens: list[Token]) -> dict[str, int] | None:
    words = words_of(tokens)
    bare = [token for token in tokens if token.word not in ("is", "to", "of", "be", "=")]
    sides = {one.word: two for one, two in pairwise(bare) if one.word in ("width", "height") and two.kind == "number"}
    if len(sides) == 1 and not {"by", "size"} & {token.kind for token in tokens}:
        return {name: int(side.value) for name, side in sides.items()}
    if len(sides) == 2 and all(side.kind == "number" for side in sides.values()):
        return {name: int(side.value) for name, side in sides.items()}
    for at, token in enumerate(tokens):
        if token.kind == "size":
            width, height = token.word.split("x")
            return {"width": int(width), "height": int(height)}
        if token.kind == "number":
            after = words[at + 1] if at + 1 < len(words) else ""
            if after == "p":
                return {"height": int(token.value)}
            if after == "k":
                return {"height": NAMED_HEIGHTS.get(f"{token.text}k", 0)} if f"{token.text}k" in NAMED_HEIGHTS else None
            if after in ("by",) and at + 2 < len(tokens) and tokens[at + 2].kind == "number" and token.value >= 16:
                return {"width": int(token.value), "height": int(tokens[at + 2].value)}
            if token.value >= 16 and token.value == int(token.value):
                side = "height" if {"tall", "high", "height"} & set(words) else "width"
                return {side: int(token.value)} if {"wide", "width", "tall", "high", "height"} & set(words) else None
    if "full" in words and "hd" in words:
        return {"height": 1080}
    return next(({"height": NAMED_HEIGHTS[word]} for word in words if word in NAMED_HEIGHTS), None)


def framed(tokens: list[Token], target: Target) -> list[Draft] | None:
    """What an aspect, a format or a resolution is set to."""
    for token in tokens:
        if (aspect := _aspect(token)) and only_of_size(one for one in tokens if one is not token):
            return [Draft("crop", {"aspect": aspect}, target if target.kind != "none" else NOBODY)]
    if (size := size_in(tokens)) and only_of_size(tokens):
        return [Draft("resize", size, target)]
    amount, rest = split_amount(tokens)
    if amount is None and not rest:
        return None
    if amount and not [word for word in words_of(rest) if word not in _IGNORED]:
        return _one(graded("resize", 0, Amount("to", amount.value)), target) if amount.mode != "degree" else None
    if tokens and tokens[0].kind == "percent":
        return _one(graded("resize", 0, Amount("to", tokens[0].value)), target)
    return None


def only_of_size(tokens: Iterable[Token]) -> bool:
    """Whether some words say no more than a size or a shape."""
    units = _IGNORED | _SHAPE_NOUNS | {"p", "k", "full", "hd", "and", "be", "is", ",", "mode"} | set(NAMED_HEIGHTS)
    return all(token.kind in ("size", "number") or token.word in units for token in tokens)


def _one(draft: Draft | None, target: Target) -> list[Draft] | None:
    return [draft.on(target)] if draft else None


def cropping(phrase: Phrase) -> list[Draft] | None:
    """``crop to 16:9``, ``crop it to a square around the skater``, ``crop around the dog``."""
    tokens = list(phrase.tokens)
    if phrase.previous:
        return None
    while tokens[1:] and tokens[0].word in _NEAR and tokens[1].word in _AROUND:  # "crop close to the dog"
        tokens = tokens[1:]
    while tokens and (tokens[-1].word == "centered" or tokens[-1].kind == "mark"):
        tokens.pop()
    tokens = tokens[: len(tokens) - ended_by(tokens, _OF_THE_PICTURE)]
    whole = _of_the_shot(tokens)
    if whole is None:
        return None
    params, sized, tokens = _shape_in(whole)
    if not params:
        params, tokens = _share_in(tokens)
        tokens = tokens[: len(tokens) - ended_by(tokens, _OF_THE_PICTURE)]
    if params:
        _refuse_side(tokens)
    target: Target | None = _named(tokens) if params else NOBODY
    if target == NOBODY:
        target = _around(tokens, shaped=bool(params))
    if target == NOBODY:
        target = _cropped(tokens, shaped=bool(params))
        if target and phrase.particle == "out":
            removed = Draft("remove", {}, target).noted("'crop out' is read as removing it")
            return None if params else [removed]
    return None if target is None else [Draft("crop", params, target), *sized]


def _shape_in(tokens: list[Token]) -> tuple[dict[str, str | float], tuple[Draft, ...], list[Token]]:
    """The shape or the size that is cropped to, the step that scales to it, and the words without it."""
    tokens = list(tokens)
    params: dict[str, str | float] = {}
    sized: tuple[Draft, ...] = ()
    for at, token in enumerate(tokens):
        if token.word in _NETWORKS and any(_aspect(one) for one in tokens[at + 1 :]):
            continue  # "for youtube shorts"
        if aspect := _aspect(token):
            params = {"aspect": aspect}
            while at < len(tokens) and (tokens[at] is token or tokens[at].word in _SHAPE_NOUNS | _SHAPES):
                del tokens[at]
            while at and (tokens[at - 1].word in CINEMATIC or complement([tokens[at - 1], token])):  # "vertical 9:16"
                del tokens[at - 1]
                at -= 1
            break
        if token.kind == "size":
            width, height = (int(side) for side in token.word.split("x"))
            params = {"aspect": f"{width}:{height}"}
            scaled = Draft("resize", {"width": width, "height": height})
            sized = (scaled.noted(f"cropped to the shape of {token.word} and scaled to it"),)
            del tokens[at]
            break
    if params:  # "for instagram, 1:1"
        tokens = [token for at, token in enumerate(tokens) if not _is_network(tokens, at)]
        while tokens and tokens[-1].word in _BEFORE_SHAPE:  # "around the swimmer with a 4:5 aspect ratio"
            tokens.pop()
    return params, sized, tokens


def _share_in(tokens: list[Token]) -> tuple[dict[str, str | float], list[Token]]:
    """How much of the picture is cropped away, as a factor, and the words without it.

    Raises:
        InstructionError: nothing would be left, or it is told in pixels.
    """
    if ended_by(tokens, _ALL_AROUND):  # "away the outer 15% on all sides"
        tokens = [token for token in tokens if token.word not in ("away", "outer", "outermost")]
        tokens = tokens[words_of(tokens[:1]) == ["the"] :]
    around, all_sides = ended_by(tokens, _ALL_AROUND), begun_by(tokens, _EACH_SIDE)
    amount, rest = split_amount(tokens[all_sides : len(tokens) - around])
    around += all_sides
    if around and amount is None:
        raise InstructionError(
            f"{join(tokens)!r:.80} does not say how much of the picture goes", hint="as in 'crop 10% off each side'"
        )
    if amount is None:
        return {}, tokens
    if around and amount.mode == "by":  # "10% off each side"
        amount = Amount("by", 2 * amount.value)
    if amount.relative and not _MIDDLE.isdisjoint(words_of(rest)):
        amount = Amount("to", amount.value)  # "to the middle 80%"
    if amount.mode == "by" and not amount.relative and amount.value >= 1:
        raise InstructionError(f"{join(tokens)!r:.80} leaves nothing", hint="as in 'crop 10% off each side'")
    if amount.mode == "by" and amount.value < 1:
        return {"factor": tidy(round(1 / (1 - amount.value), 6))}, rest
    if amount.mode in ("by", "times"):
        return {"factor": tidy(amount.value)}, rest
    if amount.mode == "to" and 0 < amount.value <= 1:
        return {"factor": tidy(round(1 / amount.value, 6))}, rest
    return {}, tokens


def _refuse_side(tokens: list[Token]) -> None:
    """Refuses to crop away one side: a crop keeps the middle of the picture, or what it is about.

    Raises:
        InstructionError: ``the top`` is cropped by 10%, ``the left half`` to a square.
    """
    said = words_of(tokens)
    while said and said[-1] in _BEFORE_SHAPE:
        said.pop()
    said = said[said[:1] in (["off"], ["from"]) :]
    if _SIDE.fullmatch(" ".join(said[said[:1] == ["the"] :])):
        raise InstructionError(
            f"{' '.join(said)!r:.80} is a side of the picture, and a crop takes as much from each",
            hint="say what is kept: 'crop to 16:9', 'crop to the dog', 'crop 10% off each side'",
        )


def _of_the_shot(tokens: list[Token]) -> list[Token] | None:
    """The words with ``the wide shot`` as ``the shot``, which is all of it; None for ``the last shot``, a time."""
    if len(tokens) < 3 or tokens[0].word not in ARTICLES or tokens[2].word not in _SHOTS:
        return tokens
    return None if SCENE.fullmatch(join(tokens[1:3]).lower()) else [tokens[0], *tokens[2:]]


def _named(tokens: list[Token]) -> Target:
    """The thing that is cropped to a shape: ``the girl in blue`` to 1:1; nobody where that is the whole picture."""
    named = noun_phrase(tokens) if tokens and tokens[0].word in ARTICLES else None
    if named is None or named.kind != "phrase" or named.outside or tokens[1].word in WHOLE_NOUNS:
        return NOBODY
    return NOBODY if american(named.phrase) in _MIDDLE else named


def _around(tokens: list[Token], *, shaped: bool) -> Target | None:
    """What a crop is told to keep in the picture: ``around the dog``; nobody where nothing is, None where no thing is.

    Args:
        tokens: the words.
        shaped: whether it is said how much is cropped.
    """
    late = ("to", "at", "in", "into", "for", "on", "so")
    for before, mark, behind in sorted(splits(tokens, _AROUND), key=lambda place: place[1] in late):
        target = noun_phrase(behind)
        place = american(target.phrase) if target else ""
        if place in (_PLACES - _MIDDLE if shaped else _PLACES):
            return None
        if place in _MIDDLE or (behind and behind[0].word in _AROUND):
            continue  # "to 1:1, centered on the dog"
        left = object_of([token for token in before if token.word not in _LOOSELY])
        thing = target and target.kind in ("phrase", "pronoun") and not target.outside
        if thing and left is not None and left.kind in ("none", "whole", "pronoun"):
            return None if mark in ("in", "at", "for", "so") else target
    return NOBODY


def _cropped(tokens: list[Token], *, shaped: bool) -> Target | None:
    """What is cropped where no word stands before it: ``it``, ``the video``, ``the dog``.

    Args:
        tokens: the words.
        shaped: whether it is said how much is cropped; else the whole picture is no answer.
    """
    kept = [token for token in tokens if token.word not in _IGNORED - {"it", "the", "a", "video", "clip"}]
    while kept and kept[-1].word in ("a", "an", "the"):
        kept.pop()
    if len(kept) > 1 and kept[0].kind == "number" and kept[1].word in ("from", "off", "at", "on"):
        return None  # "100 pixels from the left"
    target = object_of(kept)
    if shaped and target and american(target.phrase) in _MIDDLE:  # where every crop is
        return NOBODY
    if target is None or (target.kind in ("none", "whole", "rest") and not shaped):
        return None
    if american(target.phrase) in _PLACES or " off " in target.phrase:  # "a third off the left side"
        return None
    return target


def following(phrase: Phrase) -> list[Draft] | None:
    """``follow the runner``: what the picture is cropped around."""
    tokens = phrase.tokens
    for tail in (["with", "the", "camera"], ["around"], ["closely"]):
        tokens = tokens[: -len(tail)] if words_of(tokens[-len(tail) :]) == tail else tokens
    target = object_of(tokens)
    if phrase.previous or target is None or target.outside or target.kind not in ("phrase", "pronoun"):
        return None
    if "crop" in words_of(tokens) or words_of(tokens[-1:])[0] in _TOLD:  # "the skier with a tight crop"
        return None
    return [Draft("crop", {}, target).noted(f"{phrase.verb!r} is read as cropping around it, along its path")]


_TOLD = frozenset({"instructions", "steps", "rules", "directions", "plan", "advice", "orders", "beat", "music",
    "example", "story"})  # fmt: skip
"""What is followed by nobody's eye."""


def _is_network(tokens: list[Token], at: int) -> bool:
    """Whether a token is one of ``for instagram`` or the mark behind it, which no shape goes by alone."""
    words = words_of(tokens)
    if tokens[at].kind == "mark":
        return at > 0 and words[at - 1] in _NETWORKS
    return (words[at] in _NETWORKS and words[at - 1 : at] == ["for"]) or (
        words[at] == "for" and words[at + 1 : at + 2] != [] and words[at + 1] in _NETWORKS
    )


_NETWORKS = frozenset({"instagram", "insta", "facebook", "twitter", "linkedin", "whatsapp", "youtube", "tiktok"})


def zooming(phrase: Phrase) -> list[Draft] | None:
    """``zoom in on the face``, ``zoom 2x``, ``zoom out a bit``."""
    tokens = list(phrase.tokens)
    if phrase.previous:
        return None
    direction = -1 if phrase.particle in ("out", "back") else 1
    if direction > 0 and any(_aspect(token) for token in tokens):
        drafts = cropping(replace(phrase, tokens=[one for one in tokens if one.word not in ("in", "with", "at")]))
        return [draft.noted("zooming to a shape is read as cropping to it") for draft in drafts] if drafts else None
    if direction > 0 and len(tokens) == 1 and tokens[0].kind == "number" and tokens[0].value > 1:
        return [Draft("zoom", {"factor": tidy(tokens[0].value)})]
    tokens = tokens[: len(tokens) - ended_by(tokens, _OF_THE_PICTURE)]
    notes: tuple[str, ...] = ()
    slow = [token for token in tokens if token.word in UNHURRIED]
    if slow:
        tokens = [token for token in tokens if token not in slow]
        notes = ("the zoom is the same from the beginning to the end",)
    amount: Amount | None = None
    target: Target | None = NOBODY
    for at in range(len(tokens) + 1):
        if at < len(tokens) and tokens[at].word not in _TOWARDS:
            continue
        before, behind = tokens[:at], tokens[at + 1 :] if at < len(tokens) and tokens[at].word != "the" else tokens[at:]
        first, rest = split_amount(before)
        last, where = split_amount(behind) if noun_phrase(behind) is None or behind == [] else (None, behind)
        where = where[1:] if words_of(where[:1]) == ["around"] else where
        if last and last.relative and at < len(tokens) and tokens[at].word == "to":
            last = Amount("to", last.value)  # "zoom out to 80%"
        left, found = object_of(rest), object_of(where)
        if left is None or found is None or left.kind == "phrase":
            continue
        amount, target = first or last, found if found.kind != "none" else left
        target = NOBODY if american(target.phrase) in _MIDDLE else target  # where every zoom is
        break
    else:
        amount, rest = split_amount(tokens)
        target = object_of(rest)
    if target is None:
        return None
    if target.kind == "phrase" and _SIDE.fullmatch(target.phrase.lower()):
        raise InstructionError(
            f"{target.phrase!r} is a side of the picture, and a zoom goes to the middle or to a thing",
            hint="say what is there: 'zoom in on the face'",
        )
    if amount is None and target.kind in ("phrase", "pronoun") and direction > 0:
        return [Draft("zoom", {}, target, notes)]
    if amount is not None and amount.mode == "to" and amount.value < 1 and direction > 0:
        return None
    draft = graded("zoom", direction, amount)
    return [Draft(draft.op, {"factor": tidy(draft.params["factor"])}, target, notes)] if draft else None


def swapping(phrase: Phrase) -> list[Draft] | None:
    """``swap left and right``, ``swap the left and the right side``."""
    sides = [word for word in words_of(phrase.tokens) if word not in ("the", "and", "with", "for", "side", "sides")]
    axis = {frozenset({"left", "right"}): "horizontal", frozenset({"top", "bottom"}): "vertical"}.get(frozenset(sides))
    return [Draft("flip", {"axis": axis})] if axis and len(sides) == 2 and not phrase.previous else None


def resizing(phrase: Phrase) -> list[Draft] | None:
    """``resize to 1280x720``, ``scale it down by half``, ``upscale it 2x``, ``enlarge the ball a bit``."""
    tokens = phrase.tokens
    if phrase.previous:
        return None
    direction = (
        1 if phrase.verb in ("enlarge", "upscale", "upsize", "magnify", "grow") or phrase.particle == "up" else 0
    )
    if phrase.verb in ("shrink", "downscale", "downsize", "minify") or phrase.particle == "down":
        direction = -1
    if size := size_in(tokens):
        kept = [
            t
            for t in tokens
            if t.kind not in ("size", "number")
            and t.word
            not in (_IGNORED | {"p", "k", "full", "hd"} | set(NAMED_HEIGHTS)) - {"it", "the", "video", "clip"}
        ]
        while kept and kept[-1].word in ("the", "a"):
            kept = kept[:-1]
        target = object_of(kept)
        return [Draft("resize", size, target)] if target is not None else None
    for at in range(len(tokens) - 2):
        if tokens[at].word == "to" and (drafts := complement(tokens[at + 1 :])) and drafts[0].op == "resize":
            left = object_of(tokens[:at])
            return [drafts[0].on(left)] if left is not None else None
    amount, rest = split_amount(tokens)
    rest = [token for token in rest if token.word not in ("width", "height")]  # "to half width" keeps the aspect
    if len(tokens) == 1 and tokens[0].kind == "number" and tokens[0].value <= 16:  # "scale 0.5"
        amount, rest = Amount("times" if direction else "to", tokens[0].value), []
    target = object_of(rest)
    if target is None:
        for before, _, behind in splits(tokens, frozenset({"to", "by", "at"})):
            left = object_of(before)
            if left is not None and (drafts := complement(list(behind))) and drafts[0].op == "resize":
                return [drafts[0].on(left)]
            bare = number_at(behind, 0)
            if left is not None and bare and bare[1] == len(behind) and bare[0] <= 16:
                return [Draft("resize", {"scale": bare[0]}, left)]
        return None
    if amount is None and direction == 0:
        return None
    if amount is not None and amount.mode in ("by", "number") and direction == 0:
        amount = Amount("to", amount.value)
    if amount is not None and amount.mode == "degree" and direction == 0:
        return None
    return _one(graded("resize", direction, amount), target)
