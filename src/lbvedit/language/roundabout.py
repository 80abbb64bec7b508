"""What is said in a roundabout way, as the order that it comes to.

``put a lion instead of the dog``, ``zoom in so that the dog fills the frame``, ``make him stand out by blurring the
rest``.
"""

from __future__ import annotations

from lbvedit.language.colors import is_color
from lbvedit.language.durations import NUMBERS, UNITS
from lbvedit.language.frames import VERB_BASES
from lbvedit.language.frames.objects import STRETCHES
from lbvedit.language.imagined import action
from lbvedit.language.manners import FILLERS
from lbvedit.language.persons import is_person
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.synonyms import QUALITIES, STATES, base_form
from lbvedit.language.targets import noun_phrase
from lbvedit.language.times import span_at_end
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, ended_by, phrases

__all__ = [
    "with_center_parted",
    "with_edges_referred",
    "with_ends_named",
    "with_followed_named",
    "with_gone_removed",
    "with_gone_replaced",
    "with_means_named",
    "with_other_way_left_out",
    "with_part_named_by_time",
    "with_rivals_replaced",
    "with_shown_named",
    "with_times_named",
    "without_echoes",
    "without_ends_told_twice",
    "without_named_ends",
]


def with_center_parted(tokens: list[Token]) -> list[Token]:
    """``a square version focused on the baby`` -> ``a square version, centered on the baby``."""
    for at in range(2, len(tokens) - 2):
        begin = _begin(tokens, at)
        inside = tokens[at].word == "with" and ended_by(tokens[: _end(tokens, at)], _IN_THE_CENTER)
        if inside and _shaped(tokens[begin:at]):  # "a 1:1 with the cat in the center"
            end = _end(tokens, at)
            return [*tokens[:at], *_centered_on(tokens[at]), *tokens[at + 1 : end - inside], *tokens[end:]]
        centered = tokens[at].word in ("focused", "centered") and tokens[at + 1].word in ("on", "around")
        if centered and _shaped(tokens[begin:at]) and tokens[begin].word not in _FRAMING:
            return [*tokens[:at], *_centered_on(tokens[at]), *tokens[at + 2 :]]
    return tokens


_IN_THE_CENTER = phrases("in the center | in the middle | centered | in the centre")


def _shaped(tokens: Tokens) -> bool:
    """Whether some words name a shape: ``square``, ``16:9``."""
    return any(token.kind == "aspect" or STATES.get(token.word, ("",))[0] == "crop" for token in tokens)


def _centered_on(token: Token) -> list[Token]:
    """``, centered on`` in the place of a word."""
    mark = Token("mark", ",", MARK_SOFT, token.start, token.start)
    return [mark, token.corrected("centered"), token.corrected("on")]


def with_shown_named(tokens: list[Token]) -> list[Token]:
    """``zoom in so that the dog fills the frame`` -> ``zoom in on the dog``."""
    words = [token.word for token in tokens]
    for at in range(1, len(words) - 3):
        begin = _begin(tokens, at)
        if words[at] not in ("so", "where", "until", "till") or not (
            _FRAMING & set(words[begin:at]) or _shaped(tokens[begin:at])
        ):
            continue
        said = at + 1 + (words[at + 1] == "that")
        said += begun_by(tokens[said:], _SEEING)
        said += words[said] == "only"
        end = _end(tokens, said)
        end -= span_at_end(tokens[said:end])
        shown = ended_by(tokens[said:end], _SHOWN_SO)
        seen = shown or words[said - 1] in ("see", "only")
        target = noun_phrase(tokens[said : end - shown]) if seen and end - shown > said else None
        if target and target.kind == "phrase":
            joint = "on" if "zoom" in words[begin:at] else "around"
            joints = [tokens[at].corrected(joint)] if _FRAMING & set(words[begin:at]) else _centered_on(tokens[at])
            return [*tokens[:at], *joints, *tokens[said : end - shown], *tokens[end:]]
    return tokens


_FRAMING = frozenset({"zoom", "crop", "reframe"})
_SEEING = phrases("we can only see | you can only see | we only see | you only see | i can only see")
_SHOWN_SO = phrases(
    "fills the frame | fills the screen | fills the picture | is in the middle | is in the center | is centered | "
    "stays in the middle | stays in the center | stays in frame | stays centered | is visible | is seen | "
    "can be seen | is shown | are visible | are centered | are in the middle"
)


def with_followed_named(tokens: list[Token]) -> list[Token]:
    """``track the puck and dim everything else`` -> ``find the puck and dim everything else``: no crop is asked for."""
    for at in range(len(tokens) - 3):
        end = _end(tokens, at)
        after = {token.word for token in tokens[end + 1 : _end(tokens, end + 1)]}
        others = "else" in after or {"the", "rest"} <= after
        if tokens[at].word in ("track", "follow") and at == _begin(tokens, at) and others:
            return [*tokens[:at], tokens[at].corrected("find"), *tokens[at + 1 :]]
    return tokens


def with_ends_named(tokens: list[Token]) -> list[Token]:
    """``trim it so that it starts at 4 s and ends at 14 s`` -> ``start at 4 s and ends at 14 s``."""
    words = [token.word for token in tokens]
    for at in range(1, len(tokens) - 2):
        begin = _begin(tokens, at)
        whose = at + 1 + (words[at + 1] == "that")
        verb = _ENDING.get(words[whose + 1], "") if words[at] == "so" and words[whose : whose + 1] == ["it"] else ""
        cut = words[begin] in ("trim", "cut", "crop") and set(words[begin + 1 : at]) <= _ALL_OF_IT
        if verb and cut:
            return [*tokens[:begin], tokens[whose + 1].corrected(verb), *tokens[whose + 2 :]]
    return tokens


_ENDING = {"starts": "start", "begins": "start", "ends": "end", "stops": "end", "finishes": "end"}
_ALL_OF_IT = frozenset({"it", "the", "this", "video", "clip", "movie", "down"})


def with_times_named(tokens: list[Token]) -> list[Token]:
    """``loop it so that it plays five times`` -> ``loop it five times``."""
    for at in range(1, len(tokens)):
        size = begun_by(tokens[at:], _SO_IT_PLAYS)
        if size and {"loop", "repeat"} & {token.word for token in tokens[_begin(tokens, at) : at]}:
            return [*tokens[:at], *tokens[at + size :]]
    return tokens


_SO_IT_PLAYS = phrases("so that it plays | so it plays | so that it runs | so it runs")


def without_echoes(tokens: list[Token]) -> list[Token]:
    """``the wall it must be white`` -> ``the wall must be white``; ``the lamps and only those`` -> ``the lamps``."""
    for at in range(1, len(tokens) - 1):
        words = [token.word for token in tokens[at : at + 3]]
        if words[0] in ("it", "they", "he", "she") and words[1] in _MODALS:
            named = noun_phrase(tokens[_begin(tokens, at) : at])
            fits = words[0] in ("it", "they") or (named is not None and is_person(named.phrase))
            if named and named.kind == "phrase" and fits and tokens[_begin(tokens, at)].word in ARTICLES:
                return [*tokens[:at], *tokens[at + 1 :]]
        alone = words[0] == "and" and words[1] in ("only", "just") and words[2:] in (["those"], ["them"], ["these"])
        after = tokens[at + 3].word if at + 3 < len(tokens) else ""
        ends = not after or tokens[at + 3].kind == "mark" or after in ("into", "to", "in", "with", "and") or (
            is_color(after) or after in QUALITIES
        )  # fmt: skip
        if alone and ends:
            return [*tokens[:at], *tokens[at + 3 :]]
    return tokens


_MODALS = frozenset({"must", "should", "shall", "needs", "has", "need"})


def with_means_named(tokens: list[Token]) -> list[Token]:
    """``make the man stand out by blurring the rest`` -> ``find the man, blur the rest``.

    Dimming the rest is what standing out means anyway.
    """
    words = [token.word for token in tokens]
    for at in range(3, len(words) - 2):
        verb = base_form(words[at + 1], VERB_BASES) if words[at] == "by" and words[at + 1].endswith("ing") else None
        seen = ended_by(tokens[:at], _STANDING_OUT)
        begin = next((place for place in range(at, -1, -1) if words[place] in ("make", "let", "have", "get")), at)
        if not verb or not seen or at - seen - begin < 2:
            continue
        end = _end(tokens, at)
        others = noun_phrase(tokens[at + 2 : end])
        if verb in ("dim", "darken") and others and others.kind == "rest":
            return [*tokens[:at], *tokens[end:]]
        mark = Token("mark", ",", MARK_SOFT, tokens[at].start, tokens[at].start)
        named = [tokens[begin].corrected("find"), *tokens[begin + 1 : at - seen]]
        return [*tokens[:begin], *named, mark, tokens[at + 1].corrected(verb), *tokens[at + 2 :]]
    return tokens


_STANDING_OUT = phrases(
    "look more dramatic | look better | look nicer | stand out more | pop more | stand out | pop | more dramatic | "
    "more interesting | more beautiful | more attractive | more visible | more impressive | more noticeable | "
    "more striking | more intense | nicer | prettier | better"
)


def with_gone_removed(tokens: list[Token]) -> list[Token]:
    """``export it in 1080p with the logo gone`` -> ``export it in 1080p, remove the logo``."""
    for at in range(1, len(tokens) - 2):
        end = _end(tokens, at)
        fate = tokens[end - 1].word
        thing = tokens[at + 1 : end - 1]
        if tokens[at].word != "with" or fate not in _FATES or not thing or thing[0].word not in ARTICLES | _ALL:
            continue
        if noun_phrase(thing) and "with" not in [token.word for token in thing]:
            mark = Token("mark", ",", MARK_SOFT, tokens[at].start, tokens[at].start)
            return [*tokens[:at], mark, tokens[end - 1].corrected(_FATES[fate]), *thing, *tokens[end:]]
    return tokens


_ALL = frozenset({"all", "everything", "no", "both"})
_FATES = {"gone": "remove", "removed": "remove", "erased": "remove", "blurred": "blur", "muted": "mute",
    "pixelated": "pixelate", "deleted": "remove", "highlighted": "highlight", "stabilized": "stabilize"}  # fmt: skip


def with_other_way_left_out(tokens: list[Token]) -> list[Token]:
    """``instead of blurring the face, pixelate it`` -> ``find the face, pixelate it``; left out behind an order."""
    for at in range(len(tokens) - 3):
        way = at + begun_by(tokens[at:], _INSTEAD)
        doing = at < way < len(tokens) and tokens[way].word.endswith("ing")
        if not doing or not base_form(tokens[way].word, VERB_BASES):
            continue
        begin, end = _begin(tokens, at), _end(tokens, way + 1)
        thing = noun_phrase(tokens[way + 1 : end])
        if at == begin and thing and thing.kind == "phrase" and end < len(tokens):
            return [*tokens[:at], tokens[at].corrected("find"), *tokens[way + 1 :]]
        if at > begin and (end == way + 1 or (thing and thing.kind == "pronoun")):
            return [*tokens[:at], *tokens[end:]]
    return tokens


_INSTEAD = phrases("instead of | rather than | in place of")


def with_rivals_replaced(tokens: list[Token]) -> list[Token]:
    """``put a lion instead of the dog``, ``instead of the dog I want a lion`` -> ``replace the dog with a lion``."""
    at = next((at for at in range(len(tokens)) if begun_by(tokens[at:], _INSTEAD)), len(tokens))
    rival = at + begun_by(tokens[at:], _INSTEAD)
    if rival + 1 >= len(tokens):
        return tokens
    begin = _begin(tokens, at)
    while begin < at and (size := begun_by(tokens[begin:at], (*FILLERS, ("just",)))):
        begin += size
    after = tokens[rival + 1]
    if begin == at and action(tokens[rival : rival + 1]) and (after.kind == "mark" or after.word in VERB_BASES):
        return [*tokens[:at], *tokens[rival + 1 :]]  # "instead of walking, the man should run"
    if begin < at:
        end = _end(tokens, rival + 1)
        return _replacing(tokens[begin:at], tokens[rival:end], tokens[:begin], tokens[end:]) or tokens
    for place in range(rival + 1, len(tokens)):
        wish = place + (tokens[place].word == MARK_SOFT)
        end = _end(tokens, wish)
        if found := _replacing(tokens[wish:end], tokens[rival:place], tokens[:begin], tokens[end:]):
            return found
    return tokens


def with_gone_replaced(tokens: list[Token]) -> list[Token]:
    """``remove the van and put a tree there`` -> ``replace the van with a tree``."""
    for at in range(2, len(tokens)):
        end = _end(tokens, at)
        there = ended_by(tokens[at:end], _IN_ITS_PLACE) if tokens[at].word in _PUTTING else 0
        new = tokens[at + 1 : end - there]
        joint = at
        while joint and (_parts(tokens[joint - 1]) or tokens[joint - 1].word == "instead"):
            joint -= 1
        if not there or joint == at or not new or new[0].word not in ("a", "an", "some"):
            continue
        begin = _begin(tokens, joint)
        while begin < joint and (size := begun_by(tokens[begin:joint], (*FILLERS, ("just",)))):
            begin += size
        lead = begun_by(tokens[begin:joint], _TAKING_AWAY)
        gone = tokens[begin + lead : joint]
        off = next((place for place, token in enumerate(gone) if token.word in ("off", "out", "away")), 0)
        if off > 1 and gone[0].word in ("take", "get"):  # "take the vase off the shelf"
            lead, gone = 1, gone[1:off]
        if lead and gone and noun_phrase(gone) is not None:
            said = [tokens[begin].corrected("replace"), *gone, tokens[at].corrected("with"), *new]
            return [*tokens[:begin], *said, *tokens[end:]]
    return tokens


_PUTTING = frozenset({"put", "add", "place", "insert", "have", "draw"})
_IN_ITS_PLACE = phrases(
    "there instead | in instead | in its place instead | in its place | in their place | in his place | "
    "in her place | there | where it was | where it is | where they were | where he was | where she was"
)
_TAKING_AWAY = phrases("get rid of | take away | take out | paint out | edit out | remove | erase | delete | lose")


def _replacing(wish: Tokens, rival: Tokens, before: Tokens, behind: Tokens) -> list[Token] | None:
    """The order to replace a rival with what is wished for, between other words; None where that names no things."""
    lead = begun_by(wish, _BRINGING)
    new = wish[lead:]
    if painted := _repainted(list(new), list(rival)):
        return [*before, wish[0].corrected("make"), *painted, *behind]
    if not lead or not new or new[0].word not in ("a", "an", "some") or not rival or rival[0].word not in ARTICLES:
        return None
    if not all(named and named.kind == "phrase" and not named.outside for named in map(noun_phrase, (rival, new))):
        return None
    return [*before, wish[0].corrected("replace"), *rival, rival[-1].corrected("with"), *new, *behind]


def _repainted(new: list[Token], rival: list[Token]) -> list[Token]:
    """``a teal shirt`` instead of ``the orange one`` -> the orange shirt teal; nothing where it is another thing."""
    new = new[new[:1] != [] and new[0].word in ARTICLES :]
    if len(new) < 2 or len(rival) < 2 or rival[0].word not in ARTICLES:
        return []
    painted = all(is_color(" ".join(token.word for token in tokens)) for tokens in (new[:-1], rival[1:-1]))
    same = rival[-1].word in ("one", "ones", new[-1].word)
    return [*rival[:-1], new[-1], *new[:-1]] if painted and same else []


_BRINGING = phrases(
    "i would like to see | i would like to have | i would like | i would love | i would rather have | i want to see | "
    "i want to have | i want | i need | we want | put in | put | show | use | add | insert | place | "
    "there should be | give me | show me"
)


def _parts(token: Token) -> bool:
    return token.kind == "mark" or token.word in ("and", "then", "but")


def without_named_ends(tokens: list[Token]) -> list[Token]:
    """``drop the intro (first 4 seconds)`` -> ``drop first 4 seconds``: the time says it all."""
    for at in range(1, len(tokens) - 3):
        mark = at + 1 + (tokens[at + 1].word in ("out", "off", "away"))
        after = mark + 1 + (tokens[mark + 1].word == "the")
        named = tokens[at].word in _ENDS and tokens[mark].word == MARK_SOFT
        if named and _begins_time(tokens[after : after + 2]):
            begin = at - (tokens[at - 1].word in ARTICLES)
            return [*tokens[:begin], *tokens[at + 1 : mark], *tokens[mark + 1 :]]
    return tokens


def without_ends_told_twice(tokens: list[Token]) -> list[Token]:
    """``quieter at the beginning, for the first 5 seconds`` -> ``quieter for the first 5 seconds``."""
    for at in range(1, len(tokens) - 3):
        size = begun_by(tokens[at:], _AT_AN_END)
        mark = at + size
        if not size or mark >= len(tokens) or tokens[mark].word != MARK_SOFT:
            continue
        after = mark + 1 + (tokens[mark + 1].word in ("for", "in", "during", "over"))
        after += [token.word for token in tokens[after : after + 1]] == ["the"]
        early = tokens[mark - 1].word in ("beginning", "start")
        edge = {"first", "opening"} if early else {"last", "final"}
        if _begins_time(tokens[after : after + 2]) and tokens[after].word in edge:
            return [*tokens[:at], *tokens[mark + 1 :]]
    return tokens


_AT_AN_END = phrases(
    "at the beginning | in the beginning | at the start | at the very beginning | at the end | at the very end"
)


def with_edges_referred(tokens: list[Token]) -> list[Token]:
    """``the intro drags on, cut 5 seconds off it`` -> ``cut 5 seconds off the start``."""
    for at in range(1, len(tokens) - 1):
        if (tokens[at].word, tokens[at + 1].word) not in _OFF_IT or tokens[at - 1].word not in UNITS:
            continue
        begin = joint = _begin(tokens, at)
        while joint and _parts(tokens[joint - 1]):
            joint -= 1
        told = _begin(tokens, joint) if joint else begin
        edge = _CALLED.get(tokens[told + (tokens[told].word in ARTICLES)].word, "")
        if edge and not _DRAGGING.isdisjoint(token.word for token in tokens[told:joint]):
            off = [tokens[at].corrected("off"), tokens[at + 1].corrected("the"), tokens[at + 1].corrected(edge)]
            return [*tokens[:told], *tokens[begin:at], *off, *tokens[at + 2 :]]
    return tokens


_OFF_IT = frozenset({("off", "it"), ("of", "it"), ("from", "it"), ("off", "that")})
_CALLED = {**dict.fromkeys(("intro", "opening", "beginning", "start"), "start"),
    **dict.fromkeys(("outro", "ending", "end", "finale", "credits"), "end")}  # fmt: skip
_DRAGGING = frozenset({"long", "lengthy", "drags", "drag", "slow", "boring", "dull", "tedious", "forever"})


def _begins_time(tokens: Tokens) -> bool:
    """Whether some words begin a stretch of time: ``first 4``, ``after 0:10``; not ``after that``."""
    words = [token.word for token in tokens]
    counted = words[1:] != [] and (tokens[1].kind in ("number", "clock") or words[1] in NUMBERS)
    return words[:1] != [] and (words[0] in _EDGES or (counted and words[0] in ("from", "after", "before")))


_EDGES = frozenset({"first", "last", "opening", "final"})
_ENDS = frozenset({"intro", "outro", "beginning", "ending", "opening", "start", "end", "middle", "credits"})


def with_part_named_by_time(tokens: list[Token]) -> list[Token]:
    """``the part where the phone rings (0:22 to 0:27)`` -> ``the part 0:22 to 0:27``: the time says it all."""
    for at in range(1, len(tokens) - 2):
        which = tokens[at - 1].word in _WHICH and tokens[at + 1].kind == "mark"
        if which and tokens[at].word in STRETCHES | {"half"} and _begins_time(tokens[at + 2 : at + 4]):
            end = next((place for place in range(at + 2, len(tokens)) if tokens[place].kind == "mark"), len(tokens))
            goes_on = end + 1 < len(tokens) and tokens[end + 1].word in _SAYING  # "the second part, from 0:20 on, is"
            return [*tokens[: at - 1], tokens[at], *tokens[at + 2 : end], *tokens[end + goes_on :]]
        if tokens[at].word not in STRETCHES or tokens[at + 1].word not in ("where", "when", "in", "with", "that"):
            continue
        mark = next((place for place in range(at + 2, len(tokens) - 1) if tokens[place].kind == "mark"), 0)
        after = mark + 1 + (mark and tokens[mark + 1].word in ("from", "between"))
        if mark and tokens[after : after + 1] != [] and tokens[after].kind in ("clock", "number"):
            return [*tokens[: at + 1], *tokens[mark + 1 :]]
    return tokens


_SAYING = frozenset({"is", "are", "looks", "should", "must", "needs"})
_WHICH = frozenset({"first", "second", "third", "last", "final", "middle", "opening", "next", "boring", "slow", "dark",
    "shaky", "other"})  # fmt: skip


def _begin(tokens: Tokens, at: int) -> int:
    """Where the clause begins that a token stands in."""
    return next((place + 1 for place in range(at - 1, -1, -1) if _parts(tokens[place])), 0)


def _end(tokens: Tokens, at: int) -> int:
    """Where the clause ends that a token stands in."""
    return next((place for place in range(at, len(tokens)) if _parts(tokens[place])), len(tokens))
