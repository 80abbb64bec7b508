"""Verbs that bring something: add a hat, add a vignette, give it more contrast, write words."""

from __future__ import annotations

import re
from dataclasses import replace

from lbvedit.errors import InstructionError
from lbvedit.language.amounts import split_amount
from lbvedit.language.complements import color, complement
from lbvedit.language.drafts import NOBODY, Draft, graded
from lbvedit.language.frames.captions import TEXT_NOUNS, text_in
from lbvedit.language.frames.effects import ON, effect, styled
from lbvedit.language.frames.objects import background_color
from lbvedit.language.frames.phrase import Phrase, object_of, property_in, splits, with_reordering, words_of
from lbvedit.language.imagined import look, new_thing
from lbvedit.language.lexicon import kinds_of, thing_words
from lbvedit.language.persons import is_person, noun_of
from lbvedit.language.places import is_place
from lbvedit.language.pronouns import ARTICLES, PERSONS, SPEAKERS
from lbvedit.language.synonyms import PROPERTIES, STYLE_NOUNS
from lbvedit.language.targets import Target, noun_phrase, strip_articles
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, join, phrases
from lbvedit.language.unseen import HEARD

__all__ = ["adding", "dressing", "giving", "putting"]

_BESIDE = phrases(
    "next to | in front of | on top of | to the left of | to the right of | on the left of | on the right of | "
    "on the left side of | on the right side of | behind | beside | near | above | under | underneath | below | "
    "all around | around | between"
)
_THERE_ALREADY = frozenset({"the", "this", "that", "these", "those", "it", "him", "them", "her", "me", "us",
    "everything", "everyone", "my", "our", "his", "their"})  # fmt: skip
_CLOTHES = frozenset({"suit", "tuxedo", "dress", "uniform", "costume", "jacket", "coat", "shirt", "kimono", "armor"})
_NO_THINGS = frozenset({"boost", "lift", "kick", "push", "punch", "life", "zing", "touch", "twist", "together", "fade",
    "audio", "track", "transition", "speed", "time", "times", "date", "filter", "effect", "them",
    "those"})  # fmt: skip


def adding(phrase: Phrase) -> list[Draft] | None:
    """``add a hat to the man``, ``add a vignette``, ``apply a strong blur to the sky``, ``add the caption "Hi"``."""
    tokens = phrase.tokens
    if not tokens:
        return None
    if words := text_in(tokens, phrase):
        return words
    if drafts := styled(tokens):
        return drafts
    if drafts := effect(tokens):
        return drafts
    for before, _, behind in splits(tokens, ON):
        target = noun_phrase(behind)
        drafts = effect(list(before)) if before else None
        if drafts and target is not None:
            return [draft.on(target) for draft in drafts]
        if target is not None and before and (drafts := styled(list(before))):
            return [draft.on(target) for draft in drafts]
    if phrase.verb in ("apply", "use", "do"):
        return None
    return _thing(tokens, phrase)


def _thing(tokens: list[Token], phrase: Phrase) -> list[Draft] | None:
    words = words_of(tokens)
    if any(token.kind == "quote" for token in tokens):
        return None
    for at in range(1, _placed(words)):
        beside = _beside(words, at)
        if beside:
            said, side = _side_in(tokens[:at])
            what, target = new_thing(said), noun_phrase(tokens[at + len(beside) :])
            if (drafts := effect(tokens[:at])) and drafts[0].op != "recolor":
                return _effect_beside(drafts, beside, target)
            ground = background_color(tokens[:at]) if beside == ("behind",) else None
            if ground and target and target.kind in ("phrase", "pronoun"):
                return [Draft("cutout", {"background": ground}, target)]
            written = what is not None and what.split()[0].lower() in _WRITTEN
            if what and target and target.kind in ("phrase", "pronoun") and not written:
                return [Draft("add", {"what": what, "where": ", ".join([*side, " ".join(beside)])}, target)]
    parted = splits(tokens, ON - {"with", "of"})  # "a street in Tokyo in the background"
    for before, mark, behind in sorted(parted, key=lambda part: words_of(part[2]) != ["the", "background"]):
        target, what = noun_phrase(behind), new_thing(list(before)) if before else None
        if what is None or target is None:
            continue
        if target.kind == "whole" or (words_of(behind) in (["the", "scene"], ["scene"])):
            return _new(what, NOBODY)
        if mark == "for":
            continue
        if mark in ("on", "in", "to") and _SIDE.fullmatch(target.phrase):  # "on the left"
            where = f"{'in' if mark == 'to' else mark} {join(behind)}"
            return [replace(one, params={**one.params, "where": where}) for one in _new(what, NOBODY) or ()]
        return _new(what, target)
    if phrase.previous or {"to", "onto", "over"} & set(words):
        return None
    what = new_thing(tokens)
    return _new(what, NOBODY) if what else None


def _beside(words: list[str], at: int) -> tuple[str, ...]:
    """What begins at a word and says where, before a thing: ``next to``; none before ``the picture``, which is all."""
    found = next((one for one in _BESIDE if tuple(words[at : at + len(one)]) == one), ())
    behind = words[at + len(found) :]
    return () if behind[:1] == ["the"] and behind[1:2] and behind[1] in _PICTURE and found[-1:] == ("of",) else found


_PICTURE = frozenset({"picture", "frame", "image", "screen", "video", "shot"})


def _placed(words: list[str]) -> int:
    """Where it is said on what the new thing is; what stands behind that tells which: ``on the man near the car``."""
    for at in range(1, len(words) - 1):
        on = words[at] in ("on", "onto", "to", "over") and words[at + 1] in _THERE_ALREADY and words[at - 1] != "next"
        end = next((one for one in range(at + 2, len(words)) if _beside(words, one)), len(words))
        thing = " ".join(words[at + 2 : end]).removesuffix(f" {MARK_SOFT}")
        if on and not _beside(words, at) and not _SIDE.fullmatch(thing):
            return at
    return len(words)


def _side_in(tokens: list[Token]) -> tuple[list[Token], list[str]]:
    """The new thing, and the side of the picture behind it, if one is told: ``a cat``, ``on the left``."""
    said = tokens[:-1] if tokens[-1].kind == "mark" else tokens
    for before, mark, behind in splits(said, frozenset({"on", "in", "at"})):
        if before and behind and _SIDE.fullmatch(" ".join(words_of(strip_articles(behind)))):
            return list(before), [f"{mark} {join(behind)}"]
    return tokens, []


_SIDE = re.compile(
    r"((top|bottom|upper|lower|far|very) )?(left|right|middle|center|corner|top|bottom)"
    r"( (side|half|third|corner|edge|part|hand side))?( of the (picture|frame|image|screen|video|shot))?"
)
"""Where in the picture something stands, and by nothing that could be found."""


def _effect_beside(drafts: list[Draft], beside: tuple[str, ...], target: Target | None) -> list[Draft] | None:
    """An effect ``behind the speaker`` or ``around the face`` is on all but that; a vignette is around all of it."""
    if beside[-1] == "around" and drafts[0].op == "vignette" and target and target.kind == "whole":
        return drafts
    if beside[-1] not in ("behind", "around") or target is None or target.kind != "phrase" or target.outside:
        return None
    return [draft.on(replace(target, outside=True)) for draft in drafts]


def _new(what: str, target: Target) -> list[Draft] | None:
    last = what.split()[-1].lower()
    if noun_of(what) in HEARD or what.lower().endswith(_NO_PLACES):
        return None  # "applause at the end", "two copies side by side"
    written = what.split()[0].lower() in _WRITTEN  # "subtitles from the speech", "words in red letters"
    if (
        what.lower() in _MEDIA
        or what.split()[0].lower() in ("fade", "transition", "crossfade")
        or last in PROPERTIES
        or last in TEXT_NOUNS | _NO_THINGS
        or " saying " in what
        or any(part.split()[-1] in STYLE_NOUNS - {"filter"} for part in what.lower().split(" and ") if part)
        or written
    ):
        return None
    return [Draft("add", {"what": what}, target)]


_NO_PLACES = (" at the end", " at the start", " at the beginning", " side by side")
_MEDIA = frozenset({"video", "clip", "footage", "movie", "film"})
_WRITTEN = frozenset({"subtitles", "captions", "words", "text", "caption", "title"})


def giving(phrase: Phrase) -> list[Draft] | None:
    """``give the man a hat``, ``give it more contrast``, ``give the car a red color``, ``give the contrast a lift``."""
    tokens = phrase.tokens
    if phrase.previous and phrase.previous[-1].op == "add" and tokens:  # "give the swan a halo, a scarf and boots"
        listed = tokens[0].word in ("a", "an", "some") or (len(tokens) < 3 and tokens[-1].word.endswith("s"))
        what = new_thing(tokens) if listed and noun_phrase(tokens) else None
        if what:
            return _new(what, phrase.last_target)
    for before, _, behind in splits(tokens, frozenset({"a"})):
        amount, rest = split_amount(behind)
        named = property_in(before) if words_of(rest) in (["boost"], ["lift"], ["bump"], ["push"]) else None
        op, sense = PROPERTIES.get(named[0], ("", 0)) if named else ("", 0)
        draft = graded(op, sense, amount) if op else None
        if named and draft:
            return [draft.on(named[1])]
    for before, _, behind in splits(tokens[1:], frozenset({"in", "at"})):  # "give me the video in black and white"
        given, drafts = object_of(before), complement(behind)
        if drafts and given and given.kind == "whole" and tokens[0].word in SPEAKERS:
            return [draft.on(NOBODY) for draft in drafts]
    for at in range(1, len(tokens)):
        target = noun_phrase(tokens[:at])
        if target is None:
            continue
        rest = tokens[at:]
        lead = begun_by(rest, _LOOK_OF)
        if lead and (style := look(list(rest[lead:]))):
            return [Draft("style", {"style": style}, target)]
        starts = (
            rest[0].word in ARTICLES | {"more", "less", "extra", "some"}
            or target.kind == "pronoun"
            or target.phrase in SPEAKERS
            or rest[0].kind in ("percent", "number")
        )
        if not starts:
            continue
        if drafts := effect(list(rest)) or styled(list(rest)) or complement(rest):
            receiver = target.phrase in SPEAKERS  # "give me more contrast"
            return [draft.on(NOBODY if receiver else target) for draft in drafts]
        if (
            target.kind in ("phrase", "pronoun")
            and rest[0].word in ("a", "an", "some")
            and (what := new_thing(list(rest)))
        ):
            return _new(what, target)
    for before, mark, behind in splits(tokens, frozenset({"to"})):
        target, what = noun_phrase(behind), new_thing(list(before))
        if mark and what and target and target.kind == "phrase":
            return _new(what, target)
    for at in range(1, len(tokens)):  # "give the cat sunglasses"
        target, what = noun_phrase(tokens[:at]), new_thing(tokens[at:])
        if at > 1 and target and target.kind == "whole":
            return None  # "give the video soft edges"
        determined = (tokens[0].word in ARTICLES | {"all", "both"} and at >= 2) or (
            at == 1 and (tokens[0].word in PERSONS or is_person(tokens[0].word))
        )
        last = at == len(tokens) - 1 or color(tokens[at : at + 1]) is not None  # "the dog blue eyes"
        last = last or (at == len(tokens) - 2 and tokens[at - 1].word in thing_words())  # "the dog floppy ears"
        if determined and target and target.kind != "whole" and what and (last or target.kind == "pronoun"):
            return _new(what, target)
    return None


_LOOK_OF = phrases("the look of | the appearance of | the style of | the feel of | the look and feel of")


def dressing(phrase: Phrase) -> list[Draft] | None:
    """``dress the man in a tuxedo``, ``dress the boy as a pirate``."""
    for before, _, behind in splits(phrase.tokens, frozenset({"in", "with"})):
        target, what = noun_phrase(before), new_thing(list(behind))
        if what and target and target.kind in ("phrase", "pronoun"):
            return [Draft("add", {"what": what}, target)]
    for before, _, behind in splits(phrase.tokens, frozenset({"as", "like"})):
        target, who = noun_phrase(before), new_thing(list(behind))
        if who and target and target.kind in ("phrase", "pronoun"):
            return [Draft("add", {"what": f"{who} costume"}, target)]
    return None


def putting(phrase: Phrase) -> list[Draft] | None:
    """``put a hat on the man``, ``put the dog on a green background``, ``put "Hi" at the top``."""
    return with_reordering(phrase.tokens, lambda tokens: _put(tokens, phrase))


def dropping(phrase: Phrase) -> list[Draft] | None:
    """``drop a logo on the wall``, ``throw a sepia filter over it``: putting, where what is dropped is new."""
    words = words_of(phrase.tokens)
    new = words[:1] in (["a"], ["an"], ["some"]) or [token.kind for token in phrase.tokens[:1]] == ["quote"]
    there = not {"on", "onto", "over"}.isdisjoint(words)
    return putting(replace(phrase, verb="put")) if new and there else None


def _put(tokens: list[Token], phrase: Phrase) -> list[Draft] | None:
    if words := text_in(tokens, phrase):
        return words
    for before, _, behind in splits(tokens, frozenset({"where"})):  # "put a lion where the dog is"
        there = noun_phrase(behind[:-1]) if words_of(behind[-1:]) in (["is"], ["are"], ["was"], ["were"]) else None
        what = new_thing(list(before)) if before and before[0].word in ("a", "an", "some") else None
        return [Draft("replace", {"with": what}, there)] if what and there and there.kind == "phrase" else None
    for before, mark, behind in splits(tokens, frozenset({"on", "onto", "in", "into", "over", "against", "at", "to"})):
        target = object_of(before)
        drafts = complement(behind)
        if (
            drafts
            and target is not None
            and drafts[0].op in ("speed", "reverse", "grayscale", "sepia", "invert", "mute", "flip", "rotate", "crop")
        ):
            return [draft.on(target) for draft in drafts]
        thing = target is not None and target.kind in ("phrase", "pronoun") and words_of(before[:1]) != ["a"]
        placed = {"on", "onto", "over"} & set(words_of(before))  # "put the hat on the girl in blue"
        if thing and target and mark == "in" and not placed and (name := color(behind)):  # "put the car in red"
            return [Draft("recolor", {"color": name}, target)]
        if thing and target and words_of(strip_articles(behind)) == ["transparent", "background"]:
            return [Draft("cutout", {}, target)]
        ground = color(behind) if thing and mark in ("on", "onto", "against", "over") else None
        if name := background_color(list(behind)) or ground:
            return (
                [Draft("cutout", {"background": name}, target)]
                if target and target.kind in ("phrase", "pronoun")
                else None
            )
        where = noun_phrase(behind)
        if where is not None and before and (drafts := effect(list(before))):
            return [draft.on(where) for draft in drafts]
        definite = bool(before) and before[0].word in _THERE_ALREADY
        if words_of(behind[:2]) == ["front", "of"]:
            behind = behind[2:]
        scene = new_thing(list(behind))
        if definite and target is not None and mark == "in" and _CLOTHES & set(words_of(behind[-1:])):
            return dressing(phrase)
        if (
            definite
            and target is not None
            and mark in ("on", "in", "into", "onto", "at", "against")
            and scene
            and ((behind[0].word in ("a", "an") and not _is_seat(behind)) or is_place(behind[-1]))
        ):
            draft = Draft("restyle_background", {"with": scene}, Target("phrase", "background"))
            moved = f"putting {join(before)!r} {mark} {join(behind)}"
            return [draft.noted(f"{moved} is read as another background for everything")]
    _refuse_moving(tokens)
    drafts = adding(Phrase(tokens, "add", phrase.particle, phrase.previous))
    added = drafts and drafts[0].op == "add" and drafts[0].target == NOBODY and "where" not in drafts[0].params
    if drafts and drafts[0].op == "add" and "where" in drafts[0].params and tokens[0].word in _THERE_ALREADY:
        return [draft.noted(f"{draft.params['what']!r} is read as a new thing; nothing is moved") for draft in drafts]
    return None if added and tokens[0].word in _THERE_ALREADY else drafts  # "the background blurred" is nothing new


def _is_seat(tokens: Tokens) -> bool:
    """Whether some words name a thing that somebody may sit or stand on, and no place: ``a horse``, ``a surfboard``."""
    return tokens[-1].word in thing_words() and not kinds_of(tokens[-1].word) & {"house", "tvmonitor"}


def _refuse_moving(tokens: list[Token]) -> None:
    """Refuses to put elsewhere what is in the video already.

    Raises:
        InstructionError: ``the man on the left``, ``the dog next to the car`` is asked for.
    """
    for at in range(1, len(tokens)):
        placed = tokens[at].word in ON | {"at", "against", "towards"} or begun_by(tokens[at:], _BESIDE)
        there = noun_phrase(tokens[:at]) if placed and tokens[0].word in _THERE_ALREADY else None
        noun = tokens[at - 1].word
        if there and (there.kind == "pronoun" or kinds_of(noun)) and at + 1 < len(tokens):
            raise InstructionError(
                f"{join(tokens)!r:.80} puts elsewhere what is there already, and no operator moves anything",
                hint="as in 'make the man walk to the left', or 'add a man to the left of the car' for another one",
            )
