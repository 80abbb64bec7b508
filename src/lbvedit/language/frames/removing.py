"""Verbs that take something away: a thing, a fault such as noise, colour, sound, the background."""

from __future__ import annotations

from dataclasses import replace

from lbvedit.errors import InstructionError
from lbvedit.language.amounts import Amount, split_amount
from lbvedit.language.colors import NEUTRAL, colors_alone, is_color
from lbvedit.language.drafts import NOBODY, Draft, graded
from lbvedit.language.frames.phrase import (
    Phrase,
    object_of,
    property_in,
    splits,
    with_reordering,
    words_of,
)
from lbvedit.language.imagined import new_thing
from lbvedit.language.persons import noun_of
from lbvedit.language.spelling import american
from lbvedit.language.synonyms import EFFECTS, PROPERTIES
from lbvedit.language.targets import Target, noun_phrase, screen_in, strip_articles
from lbvedit.language.tokens import MARK_SOFT, Token, join
from lbvedit.language.wholes import is_whole

__all__ = ["covering", "keyed", "mending", "removing", "taking_off"]

_SIDES = frozenset({"left", "right", "top", "bottom", "front", "back", "behind", "end", "side"})


def covering(phrase: Phrase) -> list[Draft] | None:
    """``hide the face behind pixels``, ``cover the plate with a blur``, ``obscure the logo``."""
    if phrase.previous:
        return None
    for before, _, behind in splits(phrase.tokens, frozenset({"with", "behind", "by", "under"})):
        amount, named = split_amount(strip_articles(behind))
        op, _ = EFFECTS.get(" ".join(words_of(named)).removesuffix(" effect"), ("", {}))
        target = noun_phrase(before)
        draft = graded(op, 1, amount) if op in ("blur", "pixelate") else None
        if draft and target is not None:
            return [draft.on(target)]
        what = new_thing(list(behind)) if phrase.verb == "cover" else None
        new = behind[0].word not in ("the", "his", "her", "its", "their") and not is_color(" ".join(words_of(behind)))
        if what and new and target and target.kind in ("phrase", "pronoun"):
            return [Draft("add", {"what": what}, target)]  # "cover the logo with a smiley"
    target = noun_phrase(phrase.tokens)
    draft = graded("blur", 1, None)
    if draft and phrase.verb == "mask":
        draft = draft.noted("'mask' is read as blurring it; say 'cut out' to keep it alone")
    return [draft.on(target)] if phrase.verb in ("obscure", "mask") and draft and target is not None else None


def mending(phrase: Phrase) -> list[Draft] | None:
    """``fix the camera shake``, ``correct the noise``: what is a fault wherever it is."""
    target = noun_phrase(phrase.tokens)
    if target and target.kind == "phrase" and not phrase.previous and (met := _cast(target, phrase.tokens)):
        return [met]
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
            gone = mark == "of" and words_of(behind) in (["there"], ["here"], ["sight"], ["view"])
            if before and (gone or (where is not None and where.kind == "whole")):
                whole = list(before)
                break
            if mark == "from" and before and before[-1].word.endswith("ing"):
                continue  # "the cables hanging from the ceiling"
            side = not _SIDES.isdisjoint(words_of(strip_articles(behind))[:1] + words_of(behind)[-1:])
            if mark in ("from", "off") and before and where is not None and not side:
                whole = list(before)
                left_out = f"'{mark} {join(behind)}' is left out of what is removed"
                break
        if (phrase.verb, phrase.particle) == ("get", "out") and len(whole) == len(words):
            return None  # "get the background out of focus"
        target = object_of(whole)
        if target is None or target.kind == "whole" or (target.kind == "none" and phrase.tokens):
            return None
        faded = _faded(target, words) if phrase.verb not in ("hide", "conceal") else None
        if faded:
            return faded
        if target == Target("phrase", "background"):
            cutout = Draft("cutout", {}, Target("phrase", "background", outside=True))
            return [cutout.noted("removing the background is read as cutting out everything else")]
        if noun_of(target.phrase or "it") in ("vignette", "vignetting"):
            return None  # what is dark at the edges cannot be told from its shade
        if target.kind == "none":
            return [Draft("remove", {}, target, bare=True)]
        if rest := screen_in(target):
            return [keyed(rest)]
        if phrase.verb in ("hide", "conceal") and _hides_who(target):
            hidden = graded("blur", 1, None)
            said = f"{phrase.verb!r} is read as blurring it; say 'remove' to have it gone"
            return [hidden.on(target).noted(said)] if hidden else None
        draft = Draft("remove", {}, target)
        return [draft.noted(left_out) if left_out else draft]

    return with_reordering(list(tokens), attempt)


def taking_off(phrase: Phrase) -> list[Draft] | None:
    """``take the hat off the man``: what somebody wears is removed; ``the edge off the contrast`` is no thing."""
    parts = splits(phrase.tokens, frozenset({"off"}))
    worn = any(before and property_in(behind) is None for before, _, behind in parts)
    return removing(replace(phrase, verb="remove")) if worn else None


_UNKNOWN_MADE = frozenset({"face", "faces", "plate", "plates", "number", "numbers", "name", "names", "address",
    "addresses", "eyes", "identity"})  # fmt: skip
"""What is hidden so that nobody may know it, and not gone: a man without a face is none."""


def _hides_who(target: Target) -> bool:
    return noun_of(target.phrase) in _UNKNOWN_MADE


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
    if met := _cast(target, said):
        return [met]
    hues = [name.split()[-1] for name in colors_alone(target.phrase)]
    # "the orange" may be a fruit; "the reds" and "the red in the sky" are none.
    alone = words[-1] in ("color", "colors") or words[-1].endswith("s") or hues == words
    alone = alone and (hues != ["orange"] or words[-1] in ("color", "colors"))
    if hues and alone and not set(hues) & NEUTRAL and not screen_in(target):
        return [Draft("grayscale", {}, target)]
    return None


def _cast(target: Target, said: list[Token]) -> Draft | None:
    """What meets ``the blue cast``; None where that is not what is named.

    Raises:
        InstructionError: it is one that the temperature cannot meet, or of no colour that is said.
    """
    words = [american(word) for word in target.phrase.lower().split()]
    words = words[: next((at for at, word in enumerate(words) if word in ("in", "on", "of")), len(words))]
    if not words or words[-1] not in _CASTS or len(words) > 2:
        return None
    if not (words[0] in _REMEDIES or words[0] == "color" or is_color(words[0])):
        return None
    draft = graded("temperature", _REMEDIES.get(words[0], 0), None)
    if draft is None or words[0] not in _REMEDIES:
        raise InstructionError(
            f"nothing takes away {target.phrase!r} by itself",
            hint="'make it warmer' meets blue, 'make it cooler' yellow",
        )
    place = next((noun_phrase(behind) for _, _, behind in splits(said, frozenset({"from", "in", "on", "of"}))), None)
    return draft.on(place or NOBODY)


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
        shaky = words[:1] and words[0] in ("shaky", "jittery", "shakes", "jitters") and len(words) <= 2
        return [Draft("stabilize")] if shaky else None
    name, target = found
    op, direction = PROPERTIES.get(name, ("", 0))
    if op == "volume":
        return [Draft("mute", {}, target if target.kind in ("whole", "phrase") else NOBODY)]
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


def keyed(rest: Target) -> Draft:
    """All but a screen of one colour kept, as keying does."""
    draft = Draft("cutout", {}, rest)
    if NEUTRAL & set(colors_alone(rest.phrase)):
        return draft.noted(f"whatever has the colour of the {rest.phrase} becomes transparent, wherever it is")
    return draft
