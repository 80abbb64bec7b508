"""Verbs whose object is the target: ``blur the dog a bit``, ``get rid of the sign``, ``keep only the dancer``."""

from __future__ import annotations

from dataclasses import replace

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
    spared,
    splits,
    with_reordering,
    words_of,
)
from lbvedit.language.synonyms import EFFECTS, PROPERTIES
from lbvedit.language.targets import ARTICLES, PRONOUNS, Target, is_whole, noun_phrase, screen_in, strip_articles
from lbvedit.language.tokens import MARK_SOFT, Token, join

__all__ = [
    "covering",
    "cutting_out",
    "finding",
    "grading",
    "graying",
    "highlighting",
    "keeping",
    "mending",
    "plain",
    "removing",
    "reversing",
    "splashing",
    "vignetting",
    "whitening",
]

_MEASURED = frozenset({"contrast", "speed", "volume", "temperature"})
_KEPT_SO = frozenset({"recolor", "sharpen", "brightness", "contrast", "saturation"})
_KEPT = frozenset({"only", "just", "the", "part", "middle", "<span>", "section", "and", ",", "what", "is",
    "everything", "all", "from", "to",
    "of", "video", "clip", "footage", "interval", "range", "period",
    "frames", "between", "portion", "bit", "seconds", "it"})  # fmt: skip
_STRETCHES = frozenset({"part", "section", "bit", "moment", "segment", "portion", "scene", "shot"})
_SIDES = frozenset({"left", "right", "top", "bottom", "front", "back", "behind", "end", "side"})
_IN_COLOR = frozenset({
    "in color", "colored", "in full color", "color", "in its color", "in their color", "in its original color",
})  # fmt: skip
_AS_IT_IS = frozenset({
    "as is", "as it is", "the same", "alone", "unchanged", "untouched", "intact", "as they are", "the way it is",
})  # fmt: skip


def _split(tokens: list[Token]) -> tuple[Amount | None, Target | None]:
    """The amount and the target of some words, in any order."""
    target = object_of(tokens)
    amount, rest = split_amount(tokens)
    if amount is None and tokens and tokens[-1].kind == "number" and 0 < tokens[-1].value <= 1:
        amount, rest = Amount("number", tokens[-1].value), list(tokens[:-1])  # "blur the dog 0.8"
        rest = rest[:-1] if words_of(rest[-1:]) == ["with"] else rest
    if amount is None:
        return None, target
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
            if target is None or draft is None:
                return None
            if note:
                draft = draft.noted(note)
            if hurried:
                draft = draft.noted(f"the {op} is the same from the beginning to the end")
            bare = target == NOBODY and amount is None
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
            if target is None:
                return None
            draft = Draft(op, params, target, bare=target == NOBODY)
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
    amount, target = _split(tokens)
    if target is None or target.kind in ("none", "whole"):
        return None
    draft = graded("vignette", 1, amount)
    params = dict(draft.params) if draft and amount else {}
    out = Draft("highlight", params, target)
    return (
        [out.noted("'focus' is read as dimming the rest; say 'zoom in on' to come nearer")]
        if phrase.verb == "focus"
        else [out]
    )


def covering(phrase: Phrase) -> list[Draft] | None:
    """``hide the face behind pixels``, ``cover the plate with a blur``, ``obscure the logo``."""
    if phrase.previous:
        return None
    for before, _, behind in splits(phrase.tokens, frozenset({"with", "behind", "by", "under"})):
        words = " ".join(words_of(strip_articles(behind)))
        op, _ = EFFECTS.get(words.removesuffix(" effect"), ("", {}))
        target = noun_phrase(before)
        draft = graded(op, 1, None) if op in ("blur", "pixelate") else None
        if draft and target is not None:
            return [draft.on(target)]
    target = noun_phrase(phrase.tokens)
    draft = graded("blur", 1, None)
    return [draft.on(target)] if phrase.verb == "obscure" and draft and target is not None else None


def mending(phrase: Phrase) -> list[Draft] | None:
    """``fix the camera shake``, ``correct the noise``: what is a fault wherever it is."""
    words = words_of(strip_articles(phrase.tokens))
    op, sense = PROPERTIES.get(" ".join(words), ("", 1))
    found = graded(op, 1, None) if op in ("stabilize", "denoise") and sense < 0 and not phrase.previous else None
    return [found] if found else None


def removing(phrase: Phrase) -> list[Draft] | None:
    """``remove the sign``, and what else can be removed: time, sound, noise, colour, shake, the background."""
    if phrase.previous:
        return None
    tokens = phrase.tokens
    while tokens and tokens[0].word in ("off", "of", "away"):
        tokens = tokens[1:]
    if words_of(tokens[:1]) == ["from"] and len(tokens) > 3 and is_whole(words_of(tokens[1:3])):
        tokens = tokens[3:]  # "delete from the video the bird"
    amount, rest = split_amount(tokens)
    if (listed := _listed(tokens)) and not _drained(tokens):
        return listed
    for words in (tokens, rest):
        if found := _remove_property(words, amount if words is rest else None):
            return None if amount and amount.mode != "degree" else found  # "drop the volume to 30%" lowers it

    def attempt(words: list[Token]) -> list[Draft] | None:
        whole, left_out = list(words), ""
        for before, mark, behind in splits(
            words, frozenset({"from", "in", "off", "out", "of" if phrase.particle == "out" else "out"})
        ):
            where = noun_phrase(behind[1:] if behind and behind[0].word == "of" else behind)
            if where is not None and where.kind == "whole" and before:
                whole = list(before)
                break
            if mark in ("from", "off") and before and where is not None and words_of(behind)[-1] not in _SIDES:
                whole = list(before)
                left_out = f"'{mark} {join(behind)}' is left out of what is removed"
                break
        target = object_of(whole)
        if target is None or target.kind == "whole" or (target.kind == "none" and phrase.tokens):
            return None
        faded = _faded(target, words) if phrase.verb not in ("hide", "conceal") else None
        if faded:
            return faded
        if target == Target("phrase", "background"):
            cutout = Draft("cutout", {}, Target("phrase", "background", outside=True))
            return [cutout.noted("removing the background is read as cutting out everything else")]
        if target.kind == "none":
            return [Draft("remove", {}, target, bare=True)]
        if rest := screen_in(target):
            return [_keyed(rest)]
        draft = Draft("remove", {}, target)
        return [draft.noted(left_out) if left_out else draft]

    return with_reordering(list(tokens), attempt)


def _listed(tokens: list[Token]) -> list[Draft] | None:
    """``the shake and the noise``, ``the grain and the watermark``: faults among what is removed."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.word in ("and", MARK_SOFT):
            parts.append([])
        else:
            parts[-1].append(token)
    parts = [part for part in parts if part]
    faults = [_remove_property(part, None) for part in parts]
    if len(parts) < 2 or not any(faults):
        return None
    out: list[Draft] = []
    for part, fault in zip(parts, faults, strict=True):
        target = None if fault else noun_phrase(part)
        if not fault and (target is None or target.kind != "phrase"):
            return None
        out += fault or [Draft("remove", {}, target or NOBODY)]
    return out


def _faded(target: Target, said: list[Token]) -> list[Draft] | None:
    """Colours that are taken out: ``the reds`` turn gray, ``a blue tint`` is met by warmth."""
    words = target.phrase.lower().split()
    if target.kind != "phrase" or target.outside or not words:
        return None
    if words[-1] in _CASTS and (name := words[0]) in _REMEDIES:
        place = next(
            (noun_phrase(behind) for _, _, behind in splits(said, frozenset({"from", "in", "on", "of"}))), None
        )
        draft = graded("temperature", _REMEDIES[name], None)
        return [draft.on(place or NOBODY)] if draft else None
    hues = [name.split()[-1] for name in colors_alone(target.phrase)]
    # "the orange" may be a fruit; "the reds" and "the red in the sky" are none.
    alone = words[-1] in ("color", "colors") or words[-1].endswith("s") or hues == words
    alone = alone and (hues != ["orange"] or words[-1] in ("color", "colors"))
    if hues and alone and not set(hues) & NEUTRAL and not screen_in(target):
        return [Draft("grayscale", {}, target)]
    return None


_CASTS = frozenset({"cast", "tint", "tinge", "hue", "tone"})
_REMEDIES = {"blue": 1, "bluish": 1, "cold": 1, "cool": 1, "yellow": -1, "yellowish": -1, "orange": -1, "warm": -1,
    "orangish": -1, "red": -1, "reddish": -1}  # fmt: skip
"""A tint -> where the temperature goes to take it away."""


def _remove_property(tokens: list[Token], amount: Amount | None) -> list[Draft] | None:
    found = property_in(tokens[1:] if words_of(tokens[:1]) == ["all"] else tokens)
    if found is None:
        if drained := _drained(tokens):
            return [drained]
        words = words_of(tokens)
        while words and words[0] in ("the", "all", "any", "its", "of"):
            words = words[1:]
        if words[:1] and words[0] in ("shaky", "jittery", "shakes", "jitters") and len(words) <= 2:
            return [Draft("stabilize")]
        if words and words[0] == "background" and words[1:2] == ["noise"]:
            return None
        return None
    name, target = found
    op, direction = PROPERTIES.get(name, ("", 0))
    if op == "volume":
        return [Draft("mute", {}, target if target.kind == "whole" else NOBODY)]
    if name in ("color", "colors", "color saturation", "saturation"):
        return [Draft("grayscale", {}, target)]
    if op == "vignette" or direction >= 0:
        if op == "blur":
            draft = graded("sharpen", 1, amount)
            return [draft.on(target)] if draft else None
        return None
    draft = graded(op, 1, amount)
    return [draft.on(target)] if draft else None


def _drained(tokens: list[Token]) -> Draft | None:
    """``all color except red``: what keeps its colour while it is taken from the rest."""
    for at, word in enumerate(words_of(tokens)):
        if word in ("color", "colors") and set(words_of(tokens[:at])) <= {"the", "all", "any", "its", "of"}:
            everything = [tokens[at].corrected("everything"), *tokens[at + 1 :]]
            spared_one = noun_phrase(everything) if len(everything) > 1 else None
            return Draft("grayscale", {}, spared_one) if spared_one and spared_one.outside else None
    return None


def splashing(phrase: Phrase) -> list[Draft] | None:
    """``color splash on the red umbrella``, ``selective color red``: all but that turns gray."""
    words = [token for token in phrase.tokens if token.word != "effect"]
    while words and words[0].word in ("on", "of", "for", "with", "to"):
        words = words[1:]
    target = object_of(words)
    if phrase.previous or target is None or target.kind != "phrase":
        return None
    return [Draft("grayscale", {}, replace(target, outside=True))]


def _keyed(rest: Target) -> Draft:
    draft = Draft("cutout", {}, rest)
    if NEUTRAL & set(colors_alone(rest.phrase)):
        return draft.noted(f"whatever has the colour of the {rest.phrase} becomes transparent, wherever it is")
    return draft


def cutting_out(phrase: Phrase) -> list[Draft] | None:
    """``cut out the dog``, ``isolate the dancer on a green background``, ``green screen the man``."""
    if phrase.previous:
        return None
    tokens = phrase.tokens[words_of(phrase.tokens[:1]) == ["out"] :]
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
    if target is None or target.kind in ("none", "whole", "rest") or target.phrase.partition(" ")[0] in _STRETCHES:
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


def background_color(tokens: list[Token]) -> str | None:
    """The colour of ``a green background``, ``a white backdrop``, ``green screen``."""
    words = words_of(tokens)
    if len(words) > 1 and words[-1] in ("background", "backdrop", "screen", "backing", "canvas"):
        return color(tokens[:-1])
    for at in range(1, len(words)):
        if words[at] == "of" and words[at - 1] in ("background", "backdrop"):
            return color(tokens[at + 1 :])
    return None


def keeping(phrase: Phrase) -> list[Draft] | None:
    """``keep only the first 5 seconds``, ``keep only the dog``, ``keep the girl in color``."""
    tokens = phrase.tokens
    words = words_of(tokens)
    spans = [token for token in tokens if token.kind == "span"]
    if spans and phrase.previous:
        return None  # one stretch is kept
    if spans:
        if without := spared(tokens):
            out = spanned(Draft("cut"), (without.span[0] or 0, without.span[1]))
            return [out] if out else None
        others = [word for word in words if word not in _KEPT]
        if others:
            return None
        drafts = [spanned(Draft("trim"), span.span) for span in spans]
        return [draft for draft in drafts if draft] if len(spans) == 1 else None
    if phrase.previous:
        return None
    only = "only" in words or "just" in words
    kept = [token for token in tokens if token.word not in ("only", "just")]
    for before, mark, behind in splits(
        kept, frozenset({"in", "colored", "as", "the", "unchanged", "untouched", "intact", "color", "alone"})
    ):
        tail = " ".join([mark, *words_of(behind)])
        target = object_of(before)
        if tail in _IN_COLOR:
            if target is None or target.kind != "phrase":
                return None
            if only:
                return [Draft("grayscale", {}, Target("phrase", target.phrase, outside=True))]
            return [Draft("spare", {}, target)]
        if tail in _AS_IT_IS:
            if target is not None and target.kind == "rest":
                return [Draft("focus", {}, target)]
            return [Draft("spare", {}, target)] if target and target.kind == "phrase" else None
    for at in range(1, len(kept)):
        quality = complement(kept[at:])
        target = noun_phrase(kept[:at])
        if quality and quality[0].op in _KEPT_SO and target and target.kind == "phrase":
            return [Draft("spare", {}, target)]
    if only:
        return cutting_out(Phrase(kept, phrase.verb))
    if (named := property_in(kept)) and named[0] in PROPERTIES:  # "while keeping the contrast"
        return [Draft("focus")]
    if [word for word in words if word not in ("the", "its", "same")] == ["pitch"]:  # which never changes
        return [Draft("focus")]
    if phrase.verb not in ("keep", "retain", "preserve", "leave"):
        return None
    target = object_of(kept)  # "keep the dog, remove everything else"
    if target and target.kind == "whole" and not target.phrase:  # "mute it, but keep the picture"
        return [Draft("focus")]
    return [Draft("spare", {}, target)] if target and target.kind == "phrase" else None


def finding(phrase: Phrase) -> list[Draft] | None:
    """``take the car and paint it red``: names what the next clause is about, and asks for nothing yet."""
    target = object_of(phrase.tokens)
    if phrase.previous or target is None or target.kind not in ("phrase", "whole"):
        return None
    return [Draft("focus", {}, target)]
