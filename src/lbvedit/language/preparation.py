"""What is put in order before a sentence is parted into clauses: arrows, moments, exceptions."""

from __future__ import annotations

import itertools
from dataclasses import replace
from itertools import pairwise

from lbvedit.language.colors import is_color
from lbvedit.language.complements import complement
from lbvedit.language.corrections import with_second_thoughts_named
from lbvedit.language.degrees import (
    with_comparison_plain,
    with_degrees_joined,
    with_intensity_plain,
    with_quarters_named,
    with_strengths_plain,
    without_hedges,
    without_hollow_words,
)
from lbvedit.language.durations import NUMBERS
from lbvedit.language.ellipses import with_ellipses_filled
from lbvedit.language.frames import VERB_BASES
from lbvedit.language.negations import with_negations_named
from lbvedit.language.notation import with_pairs_joined
from lbvedit.language.numerals import with_numerals_joined
from lbvedit.language.places import with_backdrops_named, with_settings_named
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.roundabout import (
    with_center_parted,
    with_edges_referred,
    with_ends_named,
    with_followed_named,
    with_gone_removed,
    with_gone_replaced,
    with_means_named,
    with_other_way_left_out,
    with_part_named_by_time,
    with_rivals_replaced,
    with_shown_named,
    with_times_named,
    without_echoes,
    without_ends_told_twice,
    without_named_ends,
)
from lbvedit.language.sparing import EXCEPT, with_everywhere_named, with_exception_plain, without_stays
from lbvedit.language.synonyms import PROPERTIES, QUALITIES, STATES
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import MARK_HARD, MARK_SOFT, Token, Tokens, ended_by, join, phrases

__all__ = ["prepared"]

_SHADES = ("dark", "light", "pale", "bright", "deep")
_INSIDE = frozenset({"around", "outside", "bar", "that", "who", "which", "not", "but", "minus", "save"})


def prepared(tokens: list[Token]) -> list[Token]:
    """A sentence's tokens with all of it in order."""
    for step in (
        with_pairs_joined,
        _with_arrows_named,
        with_numerals_joined,
        _with_slips_mended,
        _with_is_parted,
        with_ellipses_filled,
        with_second_thoughts_named,
        _with_joints_plain,
        with_negations_named,
        _with_dislikes_named,
        with_other_way_left_out,
        with_rivals_replaced,
        with_gone_replaced,
        with_backdrops_named,
        with_settings_named,
        without_echoes,
        with_gone_removed,
        with_means_named,
        with_center_parted,
        with_shown_named,
        with_followed_named,
        with_times_named,
        with_ends_named,
        _without_receiver,
        with_quarters_named,
        with_strengths_plain,
        with_intensity_plain,
        without_hollow_words,
        _with_turns_named,
        _with_frames_named,
        _with_strips_named,
        with_part_named_by_time,
        _without_rival_between,
        _with_moment_at_length,
        _without_colons,
        _with_color_kept,
        without_stays,
        with_everywhere_named,
        with_exception_plain,
        with_comparison_plain,
        _with_exception_last,
        without_hedges,
        with_degrees_joined,
        without_named_ends,
        without_ends_told_twice,
        with_edges_referred,
    ):
        tokens = step(tokens)
    return tokens


def _with_arrows_named(tokens: list[Token]) -> list[Token]:
    """``dog -> cat`` as ``turn dog into cat``; between two orders an arrow only says which comes first."""
    out = list(tokens)
    for at in range(len(out) - 2, 0, -1):
        if out[at].kind != "mark" or out[at].text.strip() not in ("->", "=>", "→"):
            continue
        begin = next((place + 1 for place in range(at - 1, -1, -1) if _parts(out[place])), 0)
        whole = next(
            (place + 1 for place in range(begin - 1, -1, -1) if out[place].word != "and" and _parts(out[place])), 0
        )
        if not any(token.word in VERB_BASES for token in out[whole:at]) and noun_phrase(out[whole:at]):
            begin = whole  # "dog and cat -> blue"
        thing, becomes = out[begin:at], out[at + 1]
        done = complement(thing) if thing else None
        if not thing or {thing[0].word, becomes.word} & VERB_BASES or (done and done[0].op != "recolor"):
            continue
        if noun_phrase(thing) is not None:
            named = (
                begin > 1 and out[begin - 1].text == ":" and out[begin - 2].word in _TURNING
            )  # "replace: dog -> cat"
            turned = replace(thing[0], kind="word", text="", word="turn", end=thing[0].start)
            out[begin - 2 * named : at + 1] = [
                turned,
                *thing,
                Token("word", out[at].text, "into", out[at].start, out[at].end),
            ]
    return out


_TURNING = frozenset({"replace", "swap", "change", "turn", "convert", "transform", "recolor"})


def _parts(token: Token) -> bool:
    return token.kind == "mark" or token.word in ("and", "then")


def _without_rival_between(tokens: list[Token]) -> list[Token]:
    """``the horse, not the rider, should be white`` -> ``the horse should be white``."""
    for at in range(1, len(tokens) - 3):
        but = [token.word for token in tokens[at : at + 3]] == [MARK_SOFT, "but", "not"]
        if not but and [token.word for token in tokens[at : at + 2]] != [MARK_SOFT, "not"]:
            continue
        end = next((place for place in range(at + 2, len(tokens)) if tokens[place].kind == "mark"), len(tokens))
        after = tokens[end + 1 : end + 2]
        goes_on = after != [] and (
            after[0].word in _SAID_OF_ONE or is_color(after[0].word) or after[0].word in QUALITIES
        )
        if goes_on and but and noun_phrase(tokens[at + 3 : end]):  # "the background, but not the floor, purple"
            return [*tokens[:at], tokens[at + 1].corrected("except"), *tokens[at + 3 : end], *tokens[end + 1 :]]
        if goes_on and noun_phrase(tokens[at + 2 : end]):
            return [*tokens[:at], *tokens[end + 1 :]]
    return tokens


_SAID_OF_ONE = frozenset({"should", "must", "needs", "shall", "has", "is", "will"})


def _without_colons(tokens: Tokens) -> list[Token]:
    """``brightness: +10%`` as ``brightness +10%``, ``white balance: cooler`` likewise."""

    def is_value(at: int) -> bool:
        follows = at + 1 < len(tokens) and (
            tokens[at + 1].kind in ("percent", "number") or tokens[at + 1].word in QUALITIES
        )
        if follows and at > 1 and f"{tokens[at - 2].word} {tokens[at - 1].word}" in PROPERTIES:
            return tokens[at].text == ":"
        return bool(at) and tokens[at].text == ":" and tokens[at - 1].word in PROPERTIES and follows

    if len(tokens) > 2 and tokens[1].text == ":" and tokens[0].word in _WRITTEN and tokens[2].kind == "word":
        return [tokens[0].corrected("write"), *tokens[2:]]  # "title: Our Trip"
    colon = next((at for at, token in enumerate(tokens[:8]) if token.text == ":"), 0)
    written = 1 < colon < len(tokens) - 1 and tokens[0].word in _WRITTEN and tokens[colon + 1].kind == "quote"
    if written and _ABOUT_TEXT.issuperset(token.word for token in tokens[1:colon]):  # "text at the top: "LOL""
        placed = tokens[1 + (tokens[1].word == "card") : colon]
        return [tokens[0].corrected("write"), tokens[colon + 1], *placed, *tokens[colon + 2 :]]
    begins = len(tokens) > 2 and tokens[1].text in (":", "(") and tokens[0].word in _ORDERS  # "blur: face"
    return [token for at, token in enumerate(tokens) if not is_value(at) and not (begins and at == 1)]


_WRITTEN = frozenset({"caption", "title", "subtitle", "text", "write", "headline"})
_ABOUT_TEXT = frozenset({"card", "at", "in", "on", "the", "top", "bottom", "left", "right", "center", "middle",
    "corner", "upper", "lower", "screen", "of"})  # fmt: skip
_ORDERS = frozenset({"blur", "pixelate", "remove", "highlight", "crop", "trim", "cut", "zoom", "rotate", "recolor"})


def _with_slips_mended(tokens: Tokens) -> list[Token]:
    """What only its neighbours show to be a slip: ``form 0:02``, ``pael blue``."""
    out = list(tokens)
    for at, (token, after) in enumerate(pairwise(tokens)):
        if token.word == "much" and after.word in QUALITIES and at and tokens[at - 1].word == "too":
            out[at - 1 : at + 1] = [replace(out[at - 1], text=join(out[at - 1 : at + 1]), end=token.end)]
            return _with_slips_mended(out)  # "too much dark"
        if (token.word, after.word) == ("no", "one"):
            out[at : at + 2] = [replace(token, word="nobody", text=join(tokens[at : at + 2]), end=after.end)]
            return _with_slips_mended(out)
        opens = at == 0 or tokens[at - 1].kind == "mark" or tokens[at - 1].word in ("and", "then", "please")
        if token.word == "ad" and opens and (after.word in ARTICLES or after.kind == "quote"):
            out[at] = replace(token, word="add", text="add")
        if token.word == "its" and after.word in _SAID_OF_IT:
            out[at : at + 1] = [replace(token, word="it"), replace(token, word="is")]
            return _with_slips_mended(out)  # "its just me"
        if token.word == "form" and after.kind in ("clock", "duration", "number"):
            out[at] = replace(token, word="from", text="from")
        shade = next((one for one in _SHADES if sorted(one) == sorted(token.word) and one != token.word), None)
        if shade and is_color(after.word):
            out[at] = replace(token, word=shade, text=shade)
    return out


_SAID_OF_IT = frozenset({"just", "too", "so", "only", "really", "very", "way", "a", "the", "not", "all", "still", "me",
    "my", "been", "boring", "nothing", "quite", "pretty", "super"})  # fmt: skip
"""What no thing of its own is called."""


def _with_is_parted(tokens: list[Token]) -> list[Token]:
    """``the hat's too bright`` -> ``the hat is too bright``, and so is what came out too bright."""
    out: list[Token] = []
    for token, after in itertools.zip_longest(tokens, tokens[1:]):
        if after and after.word in _SAID_OF and token.kind == "word" and token.word.endswith("'s"):
            cut = token.end - 2
            named = Token("word", token.text[:-2], token.word[:-2], token.start, cut)
            out += [named, Token("word", token.text[-2:], "is", cut, token.end)]
        elif out and (out[-1].word, token.word) in _CAME_OUT and after and after.word in _SAID_OF | {"a"}:
            out[-1] = replace(out[-1].corrected("is"), text=join([out[-1], token]), end=token.end)
        else:
            out.append(token)
    return out


_CAME_OUT = frozenset({("came", "out"), ("comes", "out"), ("turned", "out"), ("ended", "up")})
_SAID_OF = frozenset({"too", "so", "way", "far", "really", "very", "quite", "not", "rather", "just", "all", "still",
    "upside", "blown", "washed"})  # fmt: skip


def _with_joints_plain(tokens: list[Token]) -> list[Token]:
    """``the man as well as his shadow`` -> ``the man and his shadow``, ``nothing but the man`` -> ``only the man``.

    ``please`` says nothing before a mark.
    """
    out: list[Token] = []
    for at, token in enumerate(tokens):
        if ended_by(out, (("nothing",),)) and token.word in ("but", "except"):
            out[-1] = replace(out[-1].corrected("only"), end=token.end)
        elif ended_by(out, (("as", "well"),)) and token.word == "as" and len(out) > 2:
            out[-2:] = [replace(out[-2].corrected("and"), text="and", end=token.end)]
        elif not (token.word == "please" and at and _says_nothing(tokens, at)):
            out.append(token)
    return out


def _says_nothing(tokens: Tokens, at: int) -> bool:
    """Whether ``please`` stands before a mark, or between a verb and its object: ``delete please the man``."""
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    begins = at == 1 or _parts(tokens[at - 2])
    return after == MARK_SOFT or (begins and tokens[at - 1].word in VERB_BASES and after in ARTICLES)


def _with_dislikes_named(tokens: list[Token]) -> list[Token]:
    """``I do not like the green curtain; make it cream``: the dislike says no more than what is meant."""
    for at, said in itertools.product(range(len(tokens)), _DISLIKES):
        end = at + len(said)
        if tuple(token.word for token in tokens[at:end]) == said and end + 1 < len(tokens):
            named = replace(tokens[at].corrected("find"), text=join(tokens[at:end]), end=tokens[end - 1].end)
            return [*tokens[:at], named, *tokens[end:]]
    return tokens


_DISLIKES = phrases(
    "i do not like | i dislike | i hate | i really hate | i can not stand | "
    "i am not happy with | i am unhappy with | i am not a fan of | i am sick of | i am tired of | i can not bear"
)


def _without_receiver(tokens: list[Token]) -> list[Token]:
    """``make me a square version`` without who gets it; ``make me brighter`` stays."""
    words = [token.word for token in tokens]
    return [
        token
        for at, token in enumerate(tokens)
        if not (
            token.word in ("me", "us")
            and at
            and words[at - 1] in _GETTING
            and words[at + 1 : at + 2]
            and words[at + 1] in ARTICLES | {"only", "just"}
        )
    ]


_GETTING = frozenset({"make", "get", "show", "find", "bring", "send", "do", "erase", "remove", "delete", "cut", "trim",
    "crop", "blur", "put", "add", "change", "paint", "turn"})  # fmt: skip


def _with_turns_named(tokens: list[Token]) -> list[Token]:
    """``play it forwards and then backwards`` -> ``play it boomerang``; what others do back and forth stays."""
    for at, turn in itertools.product(range(len(tokens)), _TURNS):
        said = tokens[at : at + len(turn)]
        if tuple(token.word for token in said) == turn and _plays(tokens[:at]):
            merged = replace(said[0].corrected("boomerang"), text=join(said), end=said[-1].end)
            return [*tokens[:at], merged, *tokens[at + len(turn) :]]
    return tokens


def _with_strips_named(tokens: list[Token]) -> list[Token]:
    """``add a lower third "Ann"`` with the two words as one: a caption at the bottom."""
    out = list(tokens)
    for at, (one, two) in reversed(list(enumerate(pairwise([token.word for token in tokens])))):
        if (one, two) == ("lower", "third") and [token.word for token in tokens[at - 1 : at]] != ["the"]:
            out[at : at + 2] = [
                replace(out[at].corrected("lower-third"), text=join(out[at : at + 2]), end=out[at + 1].end)
            ]
    return out


def _with_moment_at_length(tokens: list[Token]) -> list[Token]:
    """``at 0:05 show "Hi" for 3 seconds`` -> ``show "Hi" at 0:05 for 3 seconds``."""
    words = [token.word for token in tokens]
    if words[:1] != ["at"] or len(tokens) < 2:
        return tokens
    size = 2 if tokens[1].kind == "clock" else 0
    if tokens[1].kind == "number" and words[2:3] and words[2] in ("s", "sec", "seconds"):
        size = 3
    ends = next((at for at, token in enumerate(tokens) if token.kind == "mark" and at > size), len(tokens))
    for at in range(size, ends - 2) if size else ():
        counted = tokens[at + 1].kind == "number" or tokens[at + 1].word in NUMBERS
        if words[at] == "for" and counted and words[at + 2] in ("s", "sec", "secs", "second", "seconds"):
            return [*tokens[size:at], *tokens[:size], *tokens[at:]]
    return tokens


def _with_frames_named(tokens: list[Token]) -> list[Token]:
    """``freeze the last frame`` with the two last words as one: it is no time, and no thing either."""
    words = [token.word for token in tokens]
    out = list(tokens)
    if not {"freeze", "hold", "pause"} & set(words):
        return out
    for at, (one, two) in reversed(list(enumerate(pairwise(words)))):
        if (name := {"final": "last", "opening": "first"}.get(one, one)) in ("first", "last") and two in _STILLS:
            out[at : at + 2] = [
                replace(out[at].corrected(f"{name}-frame"), text=join(out[at : at + 2]), end=out[at + 1].end)
            ]
    return out


_STILLS = frozenset({"frame", "image", "picture"})


def _plays(before: Tokens) -> bool:
    """Whether the words since the last mark say no more than that the video plays."""
    words = [token.word for token in before]
    marks = [at for at, token in enumerate(before) if token.kind == "mark" or token.word in ("and", "then")]
    clause = words[marks[-1] + 1 if marks else 0 :]
    return set(clause) <= _PLAYING | _PLAYED and not _PLAYING.isdisjoint(clause)


_PLAYING = frozenset({"play", "run", "show", "loop", "repeat", "go"})
_PLAYED = frozenset({"make", "have", "let", "it", "the", "this", "whole", "video", "clip", "footage", "movie", "film",
    "please"})  # fmt: skip

_TURNS = (
    ("back", "and", "forth"),
    *(
        (f"{first}ward{one}", *joint, *last)
        for first, seconds in (("for", ("backward", "backwards", "in reverse")), ("back", ("forward", "forwards")))
        for one in ("", "s")
        for joint in (("and",), ("then",), ("and", "then"), (MARK_SOFT, "then"))
        for last in map(str.split, seconds)
    ),
    *(
        ("normally", *joint, *map(str, last.split()))
        for joint in (("and",), ("then",), ("and", "then"), (MARK_SOFT, "then"), (MARK_SOFT, "and", "then"))
        for last in ("backwards", "backward", "in reverse", "reversed")
    ),
)
"""Words for going on and coming back."""


def _with_color_kept(tokens: list[Token]) -> list[Token]:
    """``black and white, only the lips in color`` -> ``black and white except the lips``."""
    words = [token.word for token in tokens]
    gray = next((at for at, word in enumerate(words) if STATES.get(word, ("",))[0] == "grayscale"), None)
    for at in range(len(words) if gray is None else gray + 1, len(words) - 3):
        if words[at] not in ("only", "just", "with") or words[at - 1] not in (
            MARK_SOFT,
            "and",
            "but",
            words[gray or 0],
        ):
            continue
        end = next(
            (place for place in range(at, len(words)) if tokens[place].kind == "mark" and place > at), len(words)
        )
        if words[end - 2] != "in" or not (words[end - 1] == "color" or is_color(words[end - 1])):
            continue
        named = tokens[at + 1 : end - 2]
        while named and named[-1].word in ("kept", "left", "still", "staying", "remaining", "full"):
            named = named[:-1]
        before = list(tokens[:at])
        while before[-1].word in (MARK_SOFT, "and", "but"):
            before.pop()
        return [*before, tokens[at].corrected("except"), *named, *tokens[end:]]
    return tokens


def _begins_another(tokens: Tokens, at: int) -> bool:
    """Whether another clause begins at a token: behind a full stop, or with a verb behind a comma."""
    follows = list(itertools.takewhile(lambda token: token.kind != "mark", tokens[at + 1 :]))
    said = any(token.word in VERB_BASES for token in follows[:1]) or any(
        token.word in ("is", "are") for token in follows
    )
    return tokens[at].word in (MARK_HARD, "then") or (tokens[at].word in (MARK_SOFT, "but") and said)


def _with_exception_last(tokens: list[Token]) -> list[Token]:
    """``except for the dog, blur everything`` -> ``blur everything except for the dog``."""
    words = [token.word for token in tokens]
    for phrase in EXCEPT:
        if (
            tuple(words[: len(phrase)]) == phrase
            and (phrase[0] not in _INSIDE or phrase == ("save", "for"))
            and (MARK_SOFT in words)
        ):
            mark = words.index(MARK_SOFT)
            end = next((at for at in range(mark + 1, len(words)) if _begins_another(tokens, at)), len(words))
            return [*tokens[mark + 1 : end], *tokens[:mark], *tokens[end:]]
    return tokens
