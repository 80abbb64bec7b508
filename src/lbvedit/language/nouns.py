"""Whether words are the name of one thing, and no clause or list of others, and that name as it is kept."""

from __future__ import annotations

from itertools import pairwise

from lbvedit.language.colors import is_color
from lbvedit.language.durations import NUMBERS
from lbvedit.language.lexicon import kinds_of
from lbvedit.language.orders import ORDERS, is_order, swallows
from lbvedit.language.pronouns import ARTICLES, OWNERS, PERSONS, POSSESSIVES, SPEAKERS
from lbvedit.language.reasons import PURPOSES
from lbvedit.language.sparing import SPARED
from lbvedit.language.synonyms import ACTIONS, COLORED, PROPERTIES, QUALITIES, is_comparative
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, join
from lbvedit.language.wholes import MEDIA

__all__ = ["conjuncts", "may_name"]

_NO_END = frozenset({"with", "in", "on", "of", "the", "a", "an", "to", "at", "by", "and", "or", "from", "for", "is",
    "are", "who", "which", "wearing", "behind", "under", "near", "very", "more", "less", "into", "as", "be", "so",
    "my", "but", "not", "except", "holding", "too", "all", "much", "only", "looks", "look", "looked",
    "had", "has", "have", "like", "no", "every", "each", "during", "without",
    "towards", "toward", "than"})  # fmt: skip
_NEVER_START = frozenset({"and", "or", "of", "to", "by", "is", "are", "as", "be", "with", "from", "for", "into",
    "more", "less", "in", "on", "at", "not", "so", "than", "then", "very", "up", "down", "out", "off", "if", "what",
    "how", "following", "there", "me", "us", "neither", "why", "when", "where", "who", "i", "you", "we",
    "sure", "either", "nobody", "rid", "rather", "around", "between", "leave",
    "instead"})  # fmt: skip
_NEVER_INSIDE = frozenset({"but", "fps", "codec", "bitrate", "resize", "rotate", "pixelate", "sharpen", "brighten",
    "darken", "denoise", "desaturate", "reframe",
    "upscale", "stabilize", "make", "remove", "replace", "please", "it", "them", "then", "add", "recolor",
    "blur", "be", "i", "we", "you", "could", "should", "want", "would", "will", "into", "must", "never", "trim",
    "until", "till", "unless", "otherwise", "neither", "nor", "stays", "stay", "<no>", "<actually>"})  # fmt: skip
_BEFORE_ARTICLE = frozenset({"and", "or", MARK_SOFT, "all", "both", "half", "of", "in", "on", "with", "to", "at",
    "by", "for",
    "from", "behind", "under", "near", "beside", "above", "below", "over", "as", "like", "than", "between", "against",
    "without", "along", "across", "inside", "outside", "through", "towards", "toward", "beneath", "underneath",
    "around",
    "among", "onto", "into", "off", "next", "except", "but", "upon", "within", "past", "beyond", "not", "about", "is",
    "are", "throughout", "during", "just", "only", "everything", "everyone"})  # fmt: skip
_PARTICLES = frozenset({"in", "on", "by", "up", "down", "past", "away", "off", "out", "behind", "around", "under",
    "near"})  # fmt: skip
_ON_THE_WAY = frozenset({"far", "farther", "further", "right"})
_ELSEWHERE = frozenset({"less", "more", "only", "just", "everything", "everyone", "everybody", "there"})
"""What begins another wish behind a comma: ``more contrast on the hills, less on the sky``."""
_COMPARED = frozenset({"older", "younger", "taller", "shorter", "longer", "fatter", "thinner", "thicker", "tighter",
    "looser", "nicer", "prettier", "uglier", "happier", "sadder", "angrier", "funnier", "cuter", "stronger", "weaker",
    "heavier", "rounder", "wider", "narrower", "shinier", "better", "worse"})  # fmt: skip
"""What no operator makes anything, and no thing is called."""
_SHARES = frozenset({"half", "quarter", "third", "fifth", "tenth"})
_NEVER_TOGETHER = frozenset({("as", "much"), ("looks", "like"), ("every", "time"), ("each", "time")})
_UNPAINTED = frozenset({"opacity", "transparency", "translucency"})
"""What a thing has and no operator changes."""
_GOES_ON = frozenset({"rather", "no", "wait", "actually", "sorry", "nope", "plus", "after", "also", "finally", "next",
    "later", "lastly", "afterwards"})  # fmt: skip
"""What begins a second thought or another order behind a comma."""
_CLAUSE = frozenset({"who", "that", "which", "where", "whose", "when"})
_WHO = frozenset({"she", "he", "they"})
_PAIRED = frozenset(pair for one in PERSONS | {"it", "them"} for pair in ((one, "and"), ("and", one)))


def may_name(tokens: Tokens) -> bool:
    """Whether some words can be what one thing, or several joined by ``and``, is called."""
    words = [token.word for token in tokens]
    relative_end = words[-1] in _PARTICLES and len(words) > 2 and not _CLAUSE.isdisjoint(words[1:-2])
    relative_end = relative_end or (words[-1] == "behind" and words[-2:-1] != [] and words[-2].endswith("ing"))
    relative_end = relative_end or any(_tells_whose(words[at : at + 4]) for at in range(len(words) - 3))
    speakers = words[0] in SPEAKERS and words[1:2] == ["and"]  # "me and my dog"
    told = words[:2] == ["what", "is"] and len(words) > 3  # "what is written on the board"
    if (words[0] in _NEVER_START and not (speakers or told)) or MARK_SOFT in (words[0], words[-1]):
        return False
    if words[-1] in _NO_END and not relative_end:  # but "the man who comes in"
        return False
    if words[-1] in ("away", "off") and not (relative_end or any(word in _ON_THE_WAY for word in words)) and (
        not any(word.endswith("ing") for word in words)
    ):  # fmt: skip
        return False
    relative = next(
        (at for at, word in enumerate(words) if at and (word in _CLAUSE or _tells_whose(words[at - 1 : at + 3]))),
        len(words),
    )
    for at, word in enumerate(words[:relative]):
        between_them = at and word in ("it", "them") and words[at - 1] in _BEFORE_ARTICLE - {"and", "or", MARK_SOFT}
        if (word in _NEVER_INSIDE and not between_them) or word in SPARED - {"minus", "bar"}:
            return False
    if not {"is", "are", "was", "were", "thanks", "thank"}.isdisjoint(words[:relative]) and words[0] not in (
        "what",
        "whatever",
        "whoever",
    ):
        return False
    if all(word in NUMBERS or word == "by" for word in words):
        return False  # "eighty by seven twenty"
    if swallows(tokens) or is_order(tokens, 0) or (words[0] in ORDERS and words[1:2] == [MARK_SOFT]):
        return False
    if {("factor", "of"), ("look", "like")} & set(pairwise(words)):
        return False  # "the man who runs by a factor of three"
    if any(pair in _PAIRED for pair in (tuple(words[:2]), tuple(words[-2:]))):
        return False  # "him and the dog"
    if not _UNPAINTED.isdisjoint(words):
        return False
    if words[-4:-2] == ["for", "the"] and words[-1] == "one":
        return False  # "the clock for the second one"
    if words[-1] in _WHO and len(words) > 1:
        return False  # "the bag she"
    if words[0] in POSSESSIVES - {"his"} and len(words) > 1:
        return False  # "mine face"
    if words[-1].endswith("'s") and not {"in", "on", "at", "with"}.isdisjoint(words[1:-1]):
        return False  # "the truck in the company's"
    if words[-1] in POSSESSIVES and words[-2:-1] != ["of"]:
        return False  # "his": nothing says what of his
    if (words[0] in _WHO and len(words) > 1) or _tells_of_a_person(words[:relative]) or "when" in words:
        return False
    if words[0] in ("everything", "everyone") and MARK_SOFT in words:
        return False  # "everything gray, the car"
    if words[0] in ("something", "cut", "trim", "appear") or (len(words) > 1 and words[-1] in _COMPARED):
        return False  # "cut blah", "the man older"
    for at, (before, word) in enumerate(pairwise(words[:relative])):
        if (
            word == "so"
            or (
                before == "by" and (is_color(word) or tokens[at + 1].kind == "number" or _begins_share(words[at + 1 :]))
            )
            or (before == MARK_SOFT and word in _GOES_ON | {"not"})
            or (before in (MARK_SOFT, "but") and word in _ELSEWHERE)
        ):
            return False
        compared = is_comparative(word) or (word in COLORED and word.endswith("er"))
        if compared and before not in _BEFORE_ARTICLE | ARTICLES | OWNERS:
            return False  # "bluer sky greener grass"
        if before == "half" and is_color(word):
            return False  # "the shirt half red half blue"
        if before in ("less", "more") and word in PROPERTIES:
            return False  # "little less contrast"
        if word == MARK_SOFT and before in QUALITIES and before.endswith("er"):
            return False  # "the sky darker, the sea"
        if before in (MARK_SOFT, "and") and word in ORDERS:
            return False  # "the boats, mute"
        if before == MARK_SOFT and word in ARTICLES and words[at + 2 : at + 3] and words[at + 2] in MEDIA:
            return False  # "Jerry in the corner, the video"
        if before == "the" and word == "others" and at and words[at - 1] in (MARK_SOFT, "and"):
            return False
        if before in (MARK_SOFT, "and", "the") and word == "rest" and words[at + 2 : at + 3] != ["of"]:
            return False
        if (
            (before == "to" and word in PURPOSES)
            or (before, word) in _NEVER_TOGETHER
            or (at and (before, word) == ("the", "same"))
        ):
            return False
        if before == "without" and word in ("touching", "changing", "affecting", "altering"):
            return False
        if word in ("the", "a", "an") and before not in _BEFORE_ARTICLE and not before.endswith(("ing", "ed", "'s")):
            return False  # "car rde and turn the sky": another clause has been swallowed
    return True


def _tells_whose(words: list[str]) -> bool:
    """Whether ``he is holding`` goes on with what somebody does with a thing: ``the thing he is holding``."""
    does = len(words) > 3 and words[3].endswith("ing") and words[2] in ("is", "are", "am", "was", "were")
    return does and words[0] in _THINGS and words[1] in _WHO | {"i", "we", "you"}


_THINGS = frozenset({"thing", "things", "object", "objects", "item", "items", "stuff"})


def _begins_share(words: list[str]) -> bool:
    """Whether some words begin with a part of something: ``half``, ``a fifth``."""
    counted = words[0] in NUMBERS or words[0] == "a"
    return not _SHARES.isdisjoint(word.removesuffix("s") for word in (words[1:2] if counted else words[:1]))


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


def conjuncts(tokens: Tokens) -> str:
    """The phrase with the articles after "and" and commas left out: ``dog and cat``."""
    kept: list[Token] = []
    for token in tokens:
        after_joint = bool(kept) and kept[-1].word in ("and", "or", MARK_SOFT) and token is not tokens[-1]
        if after_joint and token.kind == "word" and token.word in ARTICLES | OWNERS:
            continue
        if token.word == MARK_SOFT and kept and kept[-1].word == MARK_SOFT:
            continue
        if token.word == "and" and kept and kept[-1].word == MARK_SOFT:
            kept.pop()
        kept.append(token)
    return join(kept)
