"""Noun phrases: what a step acts on, as the user said it, without its article."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from lbvedit.language.colors import colors_alone, is_color
from lbvedit.language.lexicon import kinds_of
from lbvedit.language.persons import may_be
from lbvedit.language.reasons import PURPOSES
from lbvedit.language.synonyms import ACTIONS, PROPERTIES, QUALITIES
from lbvedit.language.times import NUMBERS
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, ended_by, join, phrases

__all__ = [
    "ARTICLES",
    "CORNERS",
    "EXCEPT",
    "PERSONS",
    "PRONOUNS",
    "SPARED",
    "SPEAKERS",
    "WHOLE_NOUNS",
    "Target",
    "is_placed",
    "is_whole",
    "narrows",
    "noun_phrase",
    "screen_in",
    "strip_articles",
    "swallows",
]


@dataclass(frozen=True)
class Target:
    """What a step acts on, before pronouns are resolved.

    Args:
        kind: ``whole`` frame, a ``phrase``, a ``pronoun`` for the last target, the ``rest`` of the frame around it,
            or ``none`` where nothing was said.
        phrase: the words, for a phrase; a pronoun that tells persons, things or several apart; ``all`` for one that
            stands for all that was named; ``people`` for everyone else; ``audio`` or ``sound`` for the whole of that.
        outside: everything except the phrase.
        owner: whether a possessive pronoun stood before the phrase ("his shirt").
    """

    kind: Literal["whole", "phrase", "pronoun", "rest", "none"]
    phrase: str = ""
    outside: bool = False
    owner: bool = False


ARTICLES = frozenset({"the", "a", "an", "this", "that", "these", "those", "my", "our", "your", "some"})
_OWNERS = frozenset({"his", "her", "its", "their"})
PRONOUNS = frozenset({"it", "them", "him", "her", "this", "that", "these", "those", "they", "he", "she", "itself"})
PERSONS = frozenset({"him", "her", "he", "she"})
"""Pronouns that never mean the whole video."""
_THINGS = frozenset({"it", "them", "they"})
"""Pronouns that rather mean what somebody wears than who wears it."""
WHOLE_NOUNS = frozenset({"video", "clip", "footage", "movie", "film", "image", "picture", "frame", "scene", "shot",
    "recording", "videos", "clips", "frames", "thing", "vid", "sequence", "material", "photo", "audio", "sound",
    "colors", "color", "take", "reel", "gif", "pic", "pics", "vids"})  # fmt: skip
_MEDIA = frozenset({"video", "clip", "footage", "movie", "film", "recording"})
_WHOLE_ALONE = frozenset({"everything", "all", "whole", "anything"})
_PEOPLE = (["everyone"], ["everybody"], ["all", "people"], ["all", "the", "people"])
SPARED = frozenset({"except", "apart", "aside", "excluding", "besides", "minus", "excepting", "bar"})
_WHOLE_LEAD = ARTICLES | {"whole", "entire", "full", "complete", "of", "all", "it"}
EXCEPT = phrases(
    "except for | except of | except from | except on | except in | apart from | aside from | "
    "other than | with the exception of | "
    "with exception of | save for | not including | except | but not | but | besides | excluding | that is not | "
    "that are not | who is not | which is not | bar | without touching | without changing | without affecting | "
    "without altering | though not | although not | not | around | outside of | outside | excepting | minus"
)
_BACKGROUND = frozenset({"background", "backdrop", "surroundings", "backgrounds"})
_NO_END = frozenset({"with", "in", "on", "of", "the", "a", "an", "to", "at", "by", "and", "or", "from", "for", "is",
    "are", "who", "which", "wearing", "behind", "under", "near", "very", "more", "less", "into", "as", "be", "so",
    "my", "but", "not", "except", "holding", "too", "all", "much", "only", "looks", "look", "looked",
    "had", "has", "have", "like", "no"})  # fmt: skip
_NEVER_START = frozenset({"and", "or", "of", "to", "by", "is", "are", "as", "be", "with", "from", "for", "into",
    "more", "less", "in", "on", "at", "not", "so", "than", "then", "very", "up", "down", "out", "off", "if", "what",
    "how", "following", "there", "me", "us", "neither", "why", "when", "where", "who", "i", "you", "we",
    "sure", "nobody", "rid", "rather",
    "leave", "instead"})  # fmt: skip
_NEVER_INSIDE = frozenset({"but", "fps", "codec", "bitrate", "resize", "rotate", "pixelate", "sharpen", "brighten",
    "darken", "denoise", "desaturate", "reframe",
    "upscale", "stabilize", "make", "remove", "replace", "please", "it", "them", "then", "add", "recolor",
    "blur", "be", "i", "we", "you", "could", "should", "want", "would", "will", "into", "must", "never", "trim",
    "until", "till", "unless", "neither", "nor", "stays", "stay", "<no>", "<actually>"})  # fmt: skip
_BEFORE_ARTICLE = frozenset({"and", "or", MARK_SOFT, "all", "both", "half", "of", "in", "on", "with", "to", "at",
    "by", "for",
    "from", "behind", "under", "near", "beside", "above", "below", "over", "as", "like", "than", "between", "against",
    "without", "along", "across", "inside", "outside", "through", "towards", "toward", "beneath", "underneath",
    "around",
    "among", "onto", "into", "off", "next", "except", "but", "upon", "within", "past", "beyond", "not", "about", "is",
    "are", "throughout", "during", "just", "only", "everything", "everyone"})  # fmt: skip
_COUNTS = frozenset({"to", "first", "last", "the", "and", "only"})
_ORDERS = frozenset({"bw", "mute", "reverse", "denoise", "sharpen", "stabilize", "grayscale", "sepia", "backwards"})
"""Words that ask for something of the whole video rather than name a thing: ``mute bw`` is two clauses."""
_SILENCES = frozenset({"silence", "silences", "pauses"})
_NO_THINGS = frozenset({"px", "pixels", "fps", "framerate", "codec", "bitrate"}) | _SILENCES
CORNERS = frozenset({"corners", "edges", "borders", "corners of the frame", "edges of the frame", "corners and edges",
    "edges and corners", "frame edges", "edges of the picture", "corners of the picture", "four corners"})  # fmt: skip
"""Where a vignette is dark."""
_POSSESSIVES = frozenset({"his", "hers", "mine", "yours", "ours", "theirs"})
SPEAKERS = frozenset({"me", "us", "myself", "ourselves"})
"""Who speaks, and is seen in the video: ``blur everyone except me``."""
_PARTICLES = frozenset({"in", "on", "by", "up", "down", "past", "away", "off", "out", "behind", "around", "under",
    "near"})  # fmt: skip
_ON_THE_WAY = frozenset({"far", "farther", "further", "right"})
_ELSEWHERE = frozenset({"less", "more", "only", "just", "everything", "everyone", "everybody", "there"})
"""What begins another wish behind a comma: ``more contrast on the hills, less on the sky``."""
_ONLY_VERBS = frozenset({"put", "give", "let", "get", "bring", "swap", "apply", "add", "write", "increase", "decrease",
    "reduce", "erase", "delete", "rotate", "resize", "pixelate", "sharpen", "darken", "brighten", "lighten", "make",
    "remove", "replace", "convert", "recolor", "do", "take", "stabilize", "unmute", "insert", "keep", "double", "halve",
    "dye", "tint", "mute"})  # fmt: skip
"""Verbs that no thing is called by: ``the background and put gray behind him`` is no thing."""
_VERBS_TOO = frozenset({"turn", "set", "dim", "slow", "speed", "crop", "zoom", "trim", "cut", "blur", "flip",
    "mirror", "reverse", "hide", "paint", "color", "change", "play", "show", "fade", "raise", "lower", "boost", "clean",
    "highlight", "invert", "loop", "freeze", "pause", "fix", "correct", "greenscreen"})  # fmt: skip
"""Verbs that some things are called by, too: ``the dog and mute it`` is no thing, ``the paint and the cut`` is one."""
_ASKING = frozenset({"can", "could", "would", "will"})
_SPEAKING = frozenset({"i", "we", "you", "please", "there"})
_COMPARED = frozenset({"older", "younger", "taller", "shorter", "longer", "fatter", "thinner", "thicker", "tighter",
    "looser", "nicer", "prettier", "uglier", "happier", "sadder", "angrier", "funnier", "cuter", "stronger", "weaker",
    "heavier", "rounder", "wider", "narrower", "shinier", "better", "worse"})  # fmt: skip
"""What no operator makes anything, and no thing is called."""
_OBJECTS = ARTICLES | PRONOUNS | frozenset({"his", "her", "its", "their", "everything", "everyone", "all", "first",
    "last", "in", "out", "up", "down", "to", "by"})  # fmt: skip
_SECOND_THOUGHTS = frozenset({"rather", "no", "wait", "actually", "sorry", "nope"})
_CLAUSE = frozenset({"who", "that", "which", "where", "whose", "when"})


def noun_phrase(tokens: Tokens) -> Target | None:
    """The target that some words name, or None where they name none."""
    tokens = _without_place(tokens)
    words = [token.word for token in tokens]
    if not words or any(
        token.kind in ("span", "duration", "percent", "hex", "clock", "size", "aspect") for token in tokens
    ):
        return None
    if words[-1] in ("slightly", "gently", "subtly", "slowly", "lightly", "quickly"):
        return None
    if all(token.kind == "number" or token.word in _COUNTS for token in tokens) or words[-1] in _NO_THINGS:
        return None
    if words[-1] in ("twice", "thrice") or any(token.kind == "number" and token.value % 1 for token in tokens):
        return None
    if not _SILENCES.isdisjoint(words[:3]):
        return None
    if words in (["something"], ["nothing"], ["whatever"], ["wait"], ["here"], ["there"]):
        return None
    if len(words) < 3 and words[-1] in _ORDERS and words[0] not in ARTICLES:
        return None
    if any(_is_factor(*pair) for pair in pairwise(tokens)):
        return None
    if tokens[-1].kind == "number" and words[-2:-1] in (["first"], ["last"]):
        return None  # "the sign for the last 5"
    if tokens[0].kind == "number" and words[1:2] == [MARK_SOFT]:
        return None  # "sharpen 20, contrast +5"
    if len(words) > 1 and all(word in QUALITIES and word.endswith("er") for word in words):
        return None  # "brighter brighter"
    if words[0] in PROPERTIES and len(tokens) > 1 and tokens[1].kind == "number":
        return None  # "saturation +25"
    if (head := _without_rival(tokens)) is not None:
        return noun_phrase(head)
    if len(words) > 1 and words[-1] in ("only", "itself", "themselves", "himself", "herself"):
        return noun_phrase(tokens[:-1])
    if words[0] in ("only", "just", "also") or (words[0] == "both" and words[1:2] == ["the"]):
        return noun_phrase(tokens[1:])
    if words in (["both"], ["both", "of", "them"], ["all", "of", "them"], ["them", "all"], ["them", "both"]):
        return Target("pronoun", "all")
    if words in (["this", "one"], ["that", "one"], ["the", "same"], ["these", "ones"], ["the", "same", "thing"]):
        return Target("pronoun")
    if len(words) == 1 and words[0] in PRONOUNS:
        return Target("pronoun", words[0] if words[0] in PERSONS | _THINGS else "")
    if len(words) == 1 and words[0] in SPEAKERS:
        return Target("phrase", words[0])
    if len(words) == 2 and words[0] in _OWNERS and words[1] in ("color", "colors", "sound", "audio"):
        return Target("pronoun")
    if _is_rest(words):
        return Target("rest", "people" if words[0] in ("everyone", "everybody") else "")
    if (at := _around(words)) and (inner := noun_phrase(tokens[at:])) and inner.kind == "phrase" and not inner.outside:
        return Target("phrase", inner.phrase, outside=True)
    if words[:4] == ["the", "rest", "of", "the"] and (place := noun_phrase(tokens[4:])) and place.kind == "phrase":
        return Target("rest", place.phrase)  # "the rest of the room"
    named = tokens[1:] if words[0] == "the" else tokens
    if named and named[0].word in ("color", "colors") and [one.word for one in named[1:2]] in (["of"], ["in"], ["on"]):
        return noun_phrase(named[2:])
    if inner := _outside(tokens, words):
        return inner
    if words[:3] == ["everything", "in", "the"] and len(words) == 4 and words[3] in _BACKGROUND:
        return Target("phrase", "background")
    if words in _PEOPLE:
        return Target("phrase", "people")
    if words[0] in _WHOLE_ALONE - {"all"} and not SPARED.isdisjoint(words) and not is_placed(words[1:3]):
        return None  # "everything a lot except the dog" is the whole, and how much
    if part := _all_but(tokens, words):
        return part
    if is_whole(words):
        return Target("whole", words[-1] if words[-1] in ("audio", "sound") else "")
    return _phrase(tokens, words)


def _is_factor(number: Token, unit: Token) -> bool:
    return number.kind == "number" and unit.word in ("x", "times")


def _without_rival(tokens: Tokens) -> Tokens | None:
    """What comes before ``not the woman`` in ``the man, not the woman``; None where nothing is ruled out."""
    words = [token.word for token in tokens]
    for at in range(len(words) - 2, 1, -1):
        if words[at] == "not" and words[at - 1] in (MARK_SOFT, "and") and words[0] not in ("all", "every", "any"):
            head = tokens[: at - 1]
            return None if is_whole([token.word for token in head]) or noun_phrase(tokens[at + 1 :]) is None else head
    return None


def is_whole(words: list[str]) -> bool:
    """Whether some words mean the whole frame: ``the entire video``, ``everything``, ``all of it``."""
    if words in (["it", "all"], ["all", "of", "it"], ["the", "lot"], ["all", "of", "this"], ["the", "whole"]):
        return True
    if len(words) == 1 and words[0] in _WHOLE_ALONE:
        return True
    if words[:1] == ["everything"] and words[1:] in (["in", "the", "video"], ["in", "the", "frame"], ["in", "it"]):
        return True
    return (words[-1] in WHOLE_NOUNS and all(word in _WHOLE_LEAD for word in words[:-1]) and words[-1] != "thing") or (
        words[-1] == "thing" and words[-2:-1] == ["whole"] and all(word in _WHOLE_LEAD for word in words[:-1])
    )  # fmt: skip


def is_placed(words: list[str]) -> bool:
    """Whether some words begin with a place, which narrows down what stands before them: ``on the table``."""
    return words[:1] != [] and (words[0] in _PLACING or words == ["in", "the"])


_PLACING = frozenset({"on", "at", "behind", "under", "near", "above", "below", "inside", "beneath", "beside"})


def _around(words: list[str]) -> int:
    """Where what is spared begins in ``the rest of the frame around the dancer``, or 0."""
    at = words.index("around") if "around" in words else 0
    return at + 1 if at and _is_rest(words[:at]) else 0


def _is_rest(words: list[str]) -> bool:
    """Whether some words mean what was not named: ``everything else``, ``the rest of the picture``."""
    said = next((one for one in _REST if tuple(words[: len(one)]) == one), None)
    if said is None:
        return words == ["rest"]
    tail = words[len(said) :]
    return not tail or tail == ["of", "it"] or (tail[0] in ("of", "in") and bool(tail[1:]) and is_whole(tail[1:]))


_REST = phrases(
    "everything else | everyone else | the rest | all the rest | all else | everybody else | the others | all others | "
    "anything else"
)


def _outside(tokens: Tokens, words: list[str]) -> Target | None:
    """``everything except X``, ``all but X``, ``the area around X``, ``the whole frame apart from X``."""
    for at in range(len(words)):
        for phrase in EXCEPT:
            if tuple(words[at : at + len(phrase)]) != phrase or (phrase == ("but",) and narrows(words, at)):
                continue
            head = [word for word in words[:at] if word != MARK_SOFT]
            around = phrase[0] in ("around", "outside")
            place = head in (["the", "area"], ["area"], ["the", "space"], ["the", "region"], ["everything"], ["all"],
                             ["the", "background"], ["the", "parts"], ["anything"], [])  # fmt: skip
            if around and not place:
                return None
            background = head and head[-1] in _BACKGROUND and not head[:-1]
            background = background or (len(head) == 2 and head[0] == "the" and head[1] in _BACKGROUND)
            bare = not head and phrase[0] in (
                "except",
                "excluding",
                "besides",
                "apart",
                "aside",
            )  # "sepia except the car"
            if background and not around:
                return None  # it has parts, too: see _all_but
            if not (background or (around and place) or bare or (head and is_whole(head))):
                return None
            inner = noun_phrase(tokens[at + len(phrase) :])
            if inner is None or inner.outside or inner.kind in ("whole", "none"):
                return None
            if head == ["all"] and inner.phrase.startswith("one of "):
                return None  # "all but one of the balloons"
            if inner.kind == "rest":
                return Target("pronoun")
            if inner.kind == "pronoun":
                return Target("rest")
            return Target("phrase", inner.phrase, outside=True)
    return None


def _all_but(tokens: Tokens, words: list[str]) -> Target | None:
    """``everyone except the speaker``, ``the cars apart from the taxi``: the one without the other."""
    for at in range(1, len(words) - 1):
        for phrase in EXCEPT:
            if tuple(words[at : at + len(phrase)]) != phrase or narrows(words, at):
                continue
            people = words[:at] in _PEOPLE
            clear = people or phrase[0] in SPARED or phrase[:2] in _CLEARLY
            if not clear and (phrase[0] != "but" or words[0] not in ("all", "every")):
                continue
            head, inner = noun_phrase(tokens[:at]), noun_phrase(tokens[at + len(phrase) :])
            if inner and inner.phrase in _POSSESSIVES:
                return None  # "all faces except hers": nothing says whose
            if head and head.phrase.partition("'s ")[1] and words[-1].endswith("'s") and " ".join(phrase) == "but not":
                return head  # "the woman's face, but not the man's"
            if head and inner and head.kind == inner.kind == "phrase" and not (head.outside or inner.outside):
                noun = head.phrase.split()[-1]  # "the cars except the red one"
                spared = re.sub(r"\bone\b", noun.removesuffix("s"), re.sub(r"\bones\b", noun, inner.phrase))
                return Target("phrase", f"{head.phrase} except {spared}")
    return None


_CLEARLY = (("but", "not"), ("though", "not"), ("although", "not"), ("with", "the"), ("save", "for"))


def screen_in(target: Target) -> Target | None:
    """All but what actors are filmed before, if a target is that: ``green screen``, ``white background``."""
    if target.kind != "phrase" or target.outside:
        return None
    if found := _SCREEN.fullmatch(target.phrase.lower()):
        return Target("phrase", target.phrase[: found.end("screen")], outside=True)
    ground = target.phrase.rpartition(" ")[2].lower() in ("background", "backdrop")
    return replace(target, outside=True) if ground and colors_alone(target.phrase) else None


_SCREEN = re.compile(r"(?P<screen>(green|blue)[ -]?screens?)( (behind|in|from|around|of|on) .*)?")


def narrows(words: list[str], at: int) -> bool:
    """Whether ``but only`` stands there."""
    return words[at] == "but" and words[at + 1 : at + 2] in (["only"], ["just"])


def swallows(tokens: Tokens, *, actions: frozenset[str] = frozenset()) -> bool:
    """Whether some words hold another order: ``a motorbike but mute it``, ``the green, write Tom in the corner``.

    Args:
        tokens: the words.
        actions: verbs that may be meant for a thing in the picture: ``sit down and play the piano``.
    """
    for at, token in enumerate(tokens):
        joined = at and (tokens[at - 1].kind == "mark" or tokens[at - 1].word in ("and", "but", "then", "please"))
        last = at and tokens[at - 1].kind == "mark" and at + 1 == len(tokens) and token.word in _VERBS_TOO
        if joined and token.word not in actions and (last or _is_order(tokens, at)):
            return True
    return False


def _is_order(tokens: Tokens, at: int) -> bool:
    """Whether an order begins at a token: at a verb that names nothing, or at any before its object."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    meant = after is not None and (
        after.word in _OBJECTS or after.word in PROPERTIES or after.kind not in ("word", "mark")
    )
    word = tokens[at].word
    asked = word in _ASKING and after is not None and after.word in ARTICLES | PRONOUNS | _SPEAKING
    verb = word in _ONLY_VERBS | _SPEAKING or (word in _VERBS_TOO and meant)
    return tokens[at].kind == "word" and (verb or asked)


def strip_articles(tokens: Tokens) -> list[Token]:
    """The words without the articles before them."""
    tokens = list(tokens)
    while len(tokens) > 1 and tokens[0].kind == "word" and (
        tokens[0].word in ARTICLES or tuple(token.word for token in tokens[:2]) in {("all", "the"), ("all", "of")}
    ):  # fmt: skip
        tokens = tokens[2 if tokens[0].word == "all" else 1 :]
    if len(tokens) == 1 and tokens[0].kind == "quote":
        lead, _, name = tokens[0].text.partition(" ")
        return [replace(tokens[0], text=name)] if name and lead.lower() in ARTICLES else tokens
    return tokens


def _without_place(tokens: Tokens) -> list[Token]:
    """The words without ``in the video`` or ``that you can see`` behind them."""
    tokens = list(tokens[: len(tokens) - ended_by(tokens, _IN_SIGHT)] or tokens)
    while tokens and tokens[-1].word == MARK_SOFT:
        tokens.pop()
    words = [token.word for token in tokens]
    for at in range(1, len(words) - 1):
        if words[at] in ("in", "from", "throughout") and words[at - 1] not in ("everything", "rest"):
            place = words[at + 1 :]
            if is_whole(place) and place[-1] in WHOLE_NOUNS - {"scene", "color", "colors", "sound", "audio"}:
                return tokens[:at]
        of_video = words[at] == "of" and words[at - 1] not in ("everything", "rest") and words[-1] in _MEDIA
        if of_video and is_whole(words[at + 1 :]):
            return tokens[:at]
    return tokens


_IN_SIGHT = phrases(
    "that you can see | you can see | that you see | you see | that you find | you can find | in view | in here"
)


def _phrase(tokens: Tokens, words: list[str]) -> Target | None:
    relative_end = words[-1] in _PARTICLES and len(words) > 2 and not _CLAUSE.isdisjoint(words[1:-2])
    relative_end = relative_end or (words[-1] == "behind" and words[-2:-1] != [] and words[-2].endswith("ing"))
    speakers = words[0] in SPEAKERS and words[1:2] == ["and"]  # "me and my dog"
    if (words[0] in _NEVER_START and not speakers) or MARK_SOFT in (words[0], words[-1]):
        return None
    if words[-1] in _NO_END and not relative_end:  # but "the man who comes in"
        return None
    if words[-1] in ("away", "off") and not (relative_end or any(word in _ON_THE_WAY for word in words)) and (
        not any(word.endswith("ing") for word in words)
    ):  # fmt: skip
        return None
    relative = next((at for at, word in enumerate(words) if word in _CLAUSE and at), len(words))
    for at, word in enumerate(words[:relative]):
        between_them = at and word in ("it", "them") and words[at - 1] in _BEFORE_ARTICLE - {"and", "or", MARK_SOFT}
        if (word in _NEVER_INSIDE and not between_them) or word in SPARED - {"minus", "bar"}:
            return None
    if not {"is", "are", "was", "were", "thanks", "thank"}.isdisjoint(words[:relative]) and words[0] not in (
        "what",
        "whatever",
    ):
        return None
    if all(word in NUMBERS or word == "by" for word in words):
        return None  # "eighty by seven twenty"
    if swallows(tokens) or _is_order(tokens, 0) or (words[0] in _ORDERS and words[1:2] == [MARK_SOFT]):
        return None
    if words[0] in PERSONS and words[1:2] == [MARK_SOFT]:  # "him, the man on the left"
        meant = noun_phrase(tokens[2:])
        return meant if meant and meant.kind == "phrase" and may_be(words[0], meant.phrase) else None
    if any(pair in _PAIRED for pair in (tuple(words[:2]), tuple(words[-2:]))):
        return None  # "him and the dog"
    if words[-1] in _POSSESSIVES and words[-2:-1] != ["of"]:
        return None  # "his": nothing says what of his
    if (words[0] in _WHO and len(words) > 1) or _tells_of_a_person(words[:relative]) or "when" in words:
        return None
    if words[0] in ("everything", "everyone") and MARK_SOFT in words:
        return None  # "everything gray, the car"
    if words[0] in ("something", "cut", "trim") or (len(words) > 1 and words[-1] in _COMPARED):
        return None  # "cut blah", "the man older"
    for at, (before, word) in enumerate(pairwise(words[:relative])):
        if (
            word == "so"
            or (before == "by" and (is_color(word) or tokens[at + 1].kind == "number"))
            or (before == MARK_SOFT and word in _SECOND_THOUGHTS)
            or (before in (MARK_SOFT, "but") and word in _ELSEWHERE)
        ):
            return None
        if word == MARK_SOFT and before in QUALITIES and before.endswith("er"):
            return None  # "the sky darker, the sea"
        if before in (MARK_SOFT, "and") and word in _ORDERS:
            return None  # "the boats, mute"
        if before == MARK_SOFT and word in ARTICLES and words[at + 2 : at + 3] and words[at + 2] in _MEDIA:
            return None  # "Jerry in the corner, the video"
        if before == "the" and word == "others" and at and words[at - 1] in (MARK_SOFT, "and"):
            return None
        if before in (MARK_SOFT, "and", "the") and word == "rest" and words[at + 2 : at + 3] != ["of"]:
            return None
        if (
            (before == "to" and word in PURPOSES)
            or (before, word) == ("as", "much")
            or (at and (before, word) == ("the", "same"))
        ):
            return None
        if before == "without" and word in ("touching", "changing", "affecting", "altering"):
            return None
        if word in ("the", "a", "an") and before not in _BEFORE_ARTICLE and not before.endswith(("ing", "ed", "'s")):
            return None  # "car rde and turn the sky": another clause has been swallowed
    owner = tokens[0].word in _OWNERS and len(words) > 1
    if any(token.text == ":" for token in tokens):
        return None
    said = strip_articles(tokens[1:] if owner else tokens)
    if not said or (len(said) == 1 and said[0].word in ARTICLES | PRONOUNS):
        return None
    bare = [token.word for token in said]
    if bare[0] == "of":  # "some of the people": nobody knows whom
        return None
    if bare[0] in _BACKGROUND and (len(bare) == 1 or bare[1] in ("of", "behind", "around", "in", "from")):
        return Target("phrase", "background")
    return Target("phrase", _conjuncts(said), owner=owner)


def _tells_of_a_person(words: list[str]) -> bool:
    """Whether ``the man on the left he is annoying`` goes on with another clause; ``the bag she carries`` does not."""
    at = next((at for at, word in enumerate(words) if word in _WHO), 0)
    parted = at and words[at - 1] == MARK_SOFT  # "the bike orange, he hates the green one"
    does = any(
        kinds_of(before) == {"person"} and word.endswith("s") and word[:-1] in ACTIONS
        for before, word in pairwise(words)
    )  # "a man walks his dog"
    told = not {"says", "reads"}.isdisjoint(words)
    return bool(parted) or does or told or any(kinds_of(word) == {"person"} for word in words[:at])


_WHO = frozenset({"she", "he", "they"})
_PAIRED = frozenset(pair for one in PERSONS | {"it", "them"} for pair in ((one, "and"), ("and", one)))


def _conjuncts(tokens: Tokens) -> str:
    """The phrase with the articles after "and" and commas left out: ``dog and cat``."""
    kept: list[Token] = []
    for token in tokens:
        after_joint = bool(kept) and kept[-1].word in ("and", "or", MARK_SOFT) and token is not tokens[-1]
        if after_joint and token.kind == "word" and token.word in ARTICLES | _OWNERS:
            continue
        if token.word == MARK_SOFT and kept and kept[-1].word == MARK_SOFT:
            continue
        if token.word == "and" and kept and kept[-1].word == MARK_SOFT:
            kept.pop()
        kept.append(token)
    return join(kept)
