"""Verbs that say what something shall become: make, turn, paint, change, replace, animate, stylize."""

from __future__ import annotations

from lbvedit.language.colors import SHADES, colors_alone, is_color, is_named
from lbvedit.language.complements import color, complement
from lbvedit.language.drafts import NOBODY, Draft, tidy
from lbvedit.language.frames.becoming import BACKGROUND, STYLES, become, compared_property, fitting, inverted
from lbvedit.language.frames.geometry import only_of_size, size_in
from lbvedit.language.frames.phrase import Phrase, object_of, property_in, splits, with_reordering, words_of
from lbvedit.language.frames.properties import set_property
from lbvedit.language.imagined import LIGHT_VERBS, action, look, new_thing
from lbvedit.language.operators import OPERATORS
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.synonyms import ACTIONS, PROPERTIES, STATES, STYLE_NOUNS
from lbvedit.language.targets import Target, noun_phrase
from lbvedit.language.tokens import MARK_SOFT, Token, join, phrases

__all__ = ["changing", "doing", "making", "painting"]

_LIKE = phrases(
    "look more like | look like | look as if | look as though | seem as if | seem as though | feel as if | "
    "feel as though | appear like | be like | resemble | seem like | feel like | looked like | "
    "have the look of | has the look of | had the look of | have the appearance of | take on the look of | like"
)
_ART = STYLE_NOUNS | STYLES | frozenset({"painting", "drawing", "sketch", "comic", "poster", "photo", "photograph",
    "picture", "oil", "paint", "print", "mosaic", "collage", "illustration", "animation", "game", "movie", "film",
    "lego", "pencil", "charcoal", "crayon", "ink", "clay", "paper", "glass", "gold", "ice", "neon"})  # fmt: skip
"""What the background may look like without being another scene."""
_LAMPS = frozenset({"traffic", "street", "head", "tail", "brake", "stop", "warning", "ceiling", "signal", "spot"})
_SHINING = frozenset({"glow", "shine", "blink", "flicker", "sparkle", "twinkle", "flash", "shimmer"})
_WEATHER = frozenset({"rain", "snow", "thunder", "hail"})
_BEFORE_STYLE = frozenset({"look", "more", "appear", "be", "feel", "very", "all", "a", "bit", "really"})
_BEFORE_THING = frozenset({"with", "of", "in", "on", "wearing", "like", "and", "show", "display", "contain", "reflect",
    "hold"})  # fmt: skip


def _all_of_a_color(tokens: list[Token]) -> list[Draft] | None:
    """``everything red blue``: what is red becomes blue, for no colour is called red blue."""
    words = words_of(tokens)
    if len(words) != 3 or words[0] not in ("everything", "anything", "all") or words[1] not in SHADES:
        return None
    if not is_color(words[2]) or is_named(f"{words[1]} {words[2]}"):
        return None
    return [Draft("recolor", {"color": words[2]}, Target("phrase", join(tokens[:2])))]


def making(phrase: Phrase) -> list[Draft] | None:
    """``make the car red``, ``turn the sky a bit darker``, ``have the dog run``, ``make it look like winter``."""
    if found := _all_of_a_color(phrase.tokens):
        return found
    return with_reordering(phrase.tokens, lambda tokens: _make(tokens, phrase))


def doing(phrase: Phrase) -> list[Draft] | None:
    """``do the car red``, ``do it slower``: as making, where nothing has to be imagined."""
    drafts = making(phrase)
    exact = drafts and all(draft.op in OPERATORS and OPERATORS[draft.op].engine == "exact" for draft in drafts)
    return drafts if exact else None


def _make(tokens: list[Token], phrase: Phrase) -> list[Draft] | None:
    words = words_of(tokens)
    spared = phrase.last_target
    if spared.outside and colors_alone(spared.phrase) and color(tokens):  # "except red", "and blue"
        return None
    if len(words) == 2 and words[0] == "it" and words[1] in _WEATHER:  # snow is a colour, too
        return [Draft("add", {"what": words[1]})]
    for at in _places(words):
        drafts = complement(tokens[at:])
        if drafts is None or (at > 1 and words[at] == "light" and words[at - 1] in _LAMPS):
            continue
        if at and words[at - 1].endswith("'s"):  # "the car's color red"
            continue
        done = at - (words[at - 1] in ("up", "down", "out"))
        if done > 1 and words[at] == "to" and words[done - 1].endswith("ed"):  # "have the video cropped to 16:9"
            continue
        if _wears_one(tokens, at):
            continue
        if "not" in words[:at] and MARK_SOFT in words[:at] and drafts[0].op == "recolor":
            continue  # "red, not ... blue"
        if at > 1 and drafts[0].op == "recolor" and words[at - 1] in _SHINING and words[at - 2] not in ARTICLES:
            continue  # "make the lamp glow orange" is what it does
        if at > 1 and drafts[0].op == "recolor" and words[0] in ("a", "an") and phrase.verb == "want":
            continue  # "a clear turquoise" has no thing that shall be turquoise
        target = _subject(_without_from(tokens[:at]), phrase)
        named = property_in(tokens[:at])
        if named and named[0] == "lights" and words[0] == "the":  # lamps rather than the lighting
            named = None
        whole_only = OPERATORS[drafts[0].op].takes_target == "no"
        if (
            whole_only and words[at] in ACTIONS - {"go", "play"} and target and target.kind == "phrase"
        ):  # "the man run backwards"
            continue
        lit = named and named[0] == "lighting" and drafts[0].op in ("temperature", "contrast")
        if named and (lit or PROPERTIES.get(named[0], ("",))[0] == drafts[0].op):  # "make the white balance colder"
            target = named[1]
        elif named and named[0] == "color" and drafts[0].op == "recolor" and named[1].kind == "phrase":
            target = named[1]  # "the car's color should be red"
        last = target.phrase.lower().split()[-2:] if target and target.kind == "phrase" else []
        named_by_color = last and is_color(last[-1]) and last[0] != "in"
        linked = words[at] in _BEFORE_STYLE | {"even", "slightly", "seem"}  # "the rose look red"
        if named_by_color and drafts[0].op == "recolor" and at < len(tokens) - 1 and not linked:
            continue  # "the red light green"
        if target is None or (
            target.kind == "phrase" and OPERATORS[drafts[0].op].takes_target == "no" and _acts(tokens[1:at])
        ):
            continue
        nameless = target == NOBODY and not named
        if nameless and (drafts[0].op == "recolor" or phrase.verb in ("turn", "have", "get", "let", "want")):
            continue
        return [fitting(draft, target) for draft in drafts]
    return _shorter(tokens) or compared_property(tokens) or inverted(tokens) or _imagined(tokens, phrase)


def _wears_one(tokens: list[Token], at: int) -> bool:
    """Whether the first of two colours belongs to the thing: ``the man in black brown``."""
    said = words_of(tokens[at:])
    worn = at > 1 and len(said) > 2 and said[0] == "in" and color(tokens[at + 1 : at + 2]) and color(tokens[at + 2 :])
    return bool(worn) and not is_named(" ".join(said[1:]))


def _places(words: list[str]) -> list[int]:
    """Where to part a thing from what it shall be, the likeliest first.

    Behind "make the car red and", ``the sea green`` is rather a sea than a colour.
    """
    places = list(range(len(words)))
    return [*places[1:], 0] if words[:1] == ["the"] else places


def _shorter(tokens: list[Token]) -> list[Draft] | None:
    """``make it 2 seconds shorter``, ``make it 15 seconds long``."""
    sized = next((at for at, token in enumerate(tokens) if token.kind == "number"), 0)
    whole = object_of(tokens[:sized]) if {"wide", "tall", "high"} & set(words_of(tokens)) and sized else None
    size = size_in(tokens[sized:]) if whole and whole.kind in ("whole", "pronoun") else None
    if size and only_of_size(tokens[sized:]):
        return [Draft("resize", size)]
    kept = tokens[:-1] if words_of(tokens[-1:]) == ["long"] else tokens
    if len(kept) > 1 and kept[-1].kind == "duration" and (whole := object_of(kept[:-1])) and whole.kind != "phrase":
        draft = Draft("trim", {"end": tidy(kept[-1].value)})
        return [draft.noted(f"the first {kept[-1].text} are kept; to fit all of it in, say how fast it shall be")]
    target = object_of(tokens[:-2])
    if len(tokens) < 2 or tokens[-2].kind != "duration" or tokens[-1].word != "shorter" or target is None:
        return None
    draft = Draft("trim", {"end": tidy(-tokens[-2].value)})
    return [draft.noted(f"{tokens[-2].text} is taken from the end")] if target.kind != "phrase" else None


def _acts(tokens: list[Token]) -> bool:
    """Whether some words hold what somebody does: then ``ride backwards`` is an action, and no reversed video."""
    return any(token.word in ACTIONS for token in tokens)


def _subject(tokens: list[Token], phrase: Phrase) -> Target | None:
    """What shall be so: the words before, or the last target where the verb goes on."""
    if not tokens:
        return phrase.last_target
    tokens = tokens[: len(tokens) - (len(tokens) > 1 and tokens[-1].word in ("appear", "appears"))]  # "appear in blue"
    words = words_of(tokens)
    for lead in (["the", "sound", "of"], ["colors", "of"], ["colors", "in"], ["the", "audio", "of"]):
        if words[: len(lead)] == lead:
            return noun_phrase(tokens[len(lead) :])
    return noun_phrase(tokens)


def _imagined(tokens: list[Token], phrase: Phrase) -> list[Draft] | None:
    """What needs imagination: a look, an action, another thing."""
    words = words_of(tokens)
    for at in range(len(tokens)):
        size = next((len(mark) for mark in _LIKE if tuple(words[at : at + len(mark)]) == mark), 0)
        style = look(tokens[at + size :]) if size else None
        target = _subject(tokens[:at], phrase)
        done = _seeming(tokens[at + size :]) if size else None
        if done and target is not None and target.kind in ("phrase", "pronoun"):
            return [Draft("animate", {"action": done}, target)]
        if style and target == BACKGROUND and _ART.isdisjoint(words[at + size :]):
            scene = Draft("restyle_background", {"with": style}, target)
            return [scene.noted(f"{style!r} is read as another scene; say 'in the style of' for a look")]
        if style and target is not None:
            toned = _tone_of(tokens[at + size :])
            return [toned.on(target)] if toned else [Draft("style", {"style": style}, target)]
        manner = words[at : at + 2] == ["in", "the"] and words[at + 2 : at + 4] == ["style", "of"]
        if manner and target is not None and (style := look(tokens[at + 4 :])):
            return [Draft("style", {"style": style}, target)]
    for at in range(1, len(tokens)):
        target = _subject(tokens[:at], phrase)
        tail = words[at:]
        while len(tail) > 1 and tail[0] in _BEFORE_STYLE:
            tail = tail[1:]
        colored = len(tail) == 1 and tail[0].endswith("-colored")  # "autumn-colored": no paint is called so
        named = next((name for name in (" ".join(tail), "-".join(tail)) if name in STYLES), "")
        if target is not None and (colored or named):
            return [Draft("style", {"style": named or tail[0]}, target)]
        if (
            tail[-1] in STYLE_NOUNS
            and tail[0] in ("in", "into")
            and target is not None
            and (style := look(tokens[at + 1 :]))
        ):
            return [Draft("style", {"style": style}, target)]
    if acted := _acting(tokens, phrase):
        return acted
    return _wearing(tokens) or _becoming(tokens, phrase)


def _seeming(tokens: list[Token]) -> str | None:
    """What somebody shall look like doing: ``they are dancing``."""
    said = words_of(tokens[:2])
    somebody = said[:1] in (["it"], ["he"], ["she"], ["they"]) and said[1:] in (["is"], ["are"])
    return action(tokens[2:]) if somebody else None


def _tone_of(tokens: list[Token]) -> Draft | None:
    """The step that ``an old sepia photo`` and ``a negative`` come to without any imagination."""
    words = [word for word in words_of(tokens) if word not in ARTICLES | _AGED | _ON_FILM]
    op, params = STATES.get(" ".join(words), ("", {}))
    return Draft(op, params) if op in ("sepia", "grayscale", "invert") else None


_AGED = frozenset({"old", "vintage", "classic", "retro", "faded", "photographic"})
_ON_FILM = frozenset({"film", "movie", "photo", "photograph", "picture", "video", "image", "footage"})


def _acting(tokens: list[Token], phrase: Phrase) -> list[Draft] | None:
    for at in range(1, len(tokens)):
        first = tokens[at].word
        after = tokens[at + 1].word if at + 1 < len(tokens) else ""
        begins = (
            first in ACTIONS
            or (first in LIGHT_VERBS and after in ARTICLES)
            or (first in ("to", "start", "begin", "be") and after)
            or (phrase.verb == "want" and first.endswith("ing"))  # "that the man is dancing"
        )
        if not begins or tokens[at - 1].word in ("the", "a", "an", "to", "of") or tokens[at - 1].kind == "mark":
            continue
        target = noun_phrase(tokens[:at])
        done = action(tokens[at:])
        if done and target is not None and target.kind in ("phrase", "pronoun"):
            return [Draft("animate", {"action": done}, target)]
    return None


def _wearing(tokens: list[Token]) -> list[Draft] | None:
    for before, _, behind in splits(tokens, frozenset({"wear", "wearing", "carry", "hold", "have"})):
        target, what = noun_phrase(before), new_thing(list(behind))
        if what and target and target.kind in ("phrase", "pronoun"):
            return [Draft("add", {"what": what}, target)]
    return None


def _becoming(tokens: list[Token], phrase: Phrase) -> list[Draft] | None:
    for at in range(1, len(tokens)):
        if tokens[at].word == "into":
            target, rest = noun_phrase(tokens[:at]), tokens[at + 1 :]
        elif tokens[at].word in ("a", "an") and tokens[at - 1].word not in _BEFORE_THING:
            target, rest = noun_phrase(tokens[:at]), tokens[at:]
        else:
            continue
        alone = phrase.previous and tokens[0].word not in ARTICLES  # "make it red and order a pizza"
        if alone or "and" in words_of(tokens[:at]):
            continue
        if target is not None and target != NOBODY and rest and (drafts := become(list(rest), target)):
            return drafts
    return None


def painting(phrase: Phrase) -> list[Draft] | None:
    """``paint the wall blue``, ``tint everything orange``, ``recolor the car to red``."""

    def attempt(tokens: list[Token]) -> list[Draft] | None:
        if found := _all_of_a_color(tokens):
            return found
        for at in _places(words_of(tokens)):
            mark = tokens[at].word in ("in", "to", "as", "with", "into", "a", "an", "entirely", "completely", "all")
            for rest in (tokens[at:], tokens[at + 1 :] if mark else []):
                drafts = complement(rest) if rest and not _wears_one(tokens, at) else None
                target = _subject(_without_from(tokens[:at]), phrase) if drafts else None
                if (
                    not drafts
                    or target is None
                    or drafts[0].op not in ("recolor", "grayscale", "sepia", "temperature", "brightness")
                ):
                    continue
                if target == NOBODY and not phrase.previous and drafts[0].op == "recolor":
                    continue
                if tokens[at].word == "with" and at > 2 and is_color(tokens[at - 1].word):
                    continue  # "the jersey pink with #ff69b4" names two
                return [draft.on(target) for draft in drafts]
        return None

    return with_reordering(phrase.tokens, attempt)


def _without_from(tokens: list[Token]) -> list[Token]:
    """``the car from red`` -> the car: what it was does not matter."""
    for at in range(1, len(tokens)):
        if tokens[at].word == "from" and (complement(tokens[at + 1 :]) or color(tokens[at + 1 :])):
            return tokens[:at]
    return tokens


def changing(phrase: Phrase) -> list[Draft] | None:
    """``change X to Y``, ``turn X into Y``, ``convert to grayscale``, ``change the color of X to Y``."""

    def attempt(tokens: list[Token]) -> list[Draft] | None:
        if phrase.verb in ("transform", "convert", "turn", "change"):  # "transform the bicycle in a motorbike"
            tokens = (
                [
                    one.corrected("into") if one.word == "in" and after.word in ("a", "an") else one
                    for one, after in zip(tokens, [*tokens[1:], tokens[-1]], strict=True)
                ]
                if tokens
                else tokens
            )
        parted = splits(tokens, frozenset({"to", "into", "as", "for", "with", "by"}))
        for before, mark, behind in sorted(parted, key=lambda part: part[1] not in ("to", "into")):
            left, right = _without_from(list(before)), list(behind)
            if not right:
                continue
            if left and (drafts := set_property(left, mark, right)):
                return drafts
            if (named := property_in(left)) and named[0] in ("color", "colors") and named[1].kind == "phrase":
                continue  # "the color of the car to ble" asks for no other car
            target = _subject(left, phrase) if left else phrase.last_target
            if target is None or (target.kind == "none" and mark not in ("to", "into")):
                continue
            another = right[0].word in ("a", "an", "some")  # "change the car by a bus"
            if not another and (mark == "by" or (mark in ("with", "for") and complement(right) is None)):
                continue  # "turn the boat with the white sail green"
            if mark in ("with", "for") and complement(right) is None and phrase.verb == "change":
                continue
            if drafts := become(right, target):
                return drafts
        return None

    if "degrees" in words_of(phrase.tokens):
        return None
    if found := with_reordering(phrase.tokens, attempt):
        return found
    becoming = (property_in(before) for before, _, _ in splits(phrase.tokens, frozenset({"to", "into"})))
    if any(named and named[0] == "color" for named in becoming):
        return None  # "the color of the car to ble and slow motion": what it shall be is not understood
    if phrase.verb in ("turn", "change", "switch", "convert", "render", "transform"):
        return making(phrase)
    return None
