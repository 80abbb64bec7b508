"""What is left out because the words around it say it, put back: ``keep 10 to 25``, ``so is the road``.

Units of lengths that stand in one stretch of time are the affair of ``times``.
"""

from __future__ import annotations

from lbvedit.language.colors import is_color
from lbvedit.language.durations import UNITS, number_at
from lbvedit.language.frames import VERB_BASES
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.synonyms import ACTIONS, PROPERTIES
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, phrases
from lbvedit.language.wholes import is_whole

__all__ = ["with_ellipses_filled"]

_TAKING = frozenset({"skip", "cut", "drop", "trim", "remove", "delete", "lose", "keep", "without"})
_BEFORE_UNIT = frozenset({"first", "last", "final", "opening"})
_BETWEEN = frozenset({"to", "until", "till", "through"})
_SHORT = {"sat": "saturation", "exp": "exposure", "temp": "temperature", "con": "contrast", "bri": "brightness",
    "vol": "volume", "contr": "contrast", "warm": "temperature", "bright": "brightness"}  # fmt: skip
"""Names of sliders, cut short."""
_THEN = phrases("from then on | from then onwards | from then onward")
_UNTIL = frozenset({"until", "till"})
_TOO_OF = phrases("so is | so are | so was | so were")
_IS = frozenset({"is", "are", "was", "were", "looks", "look"})


def with_ellipses_filled(tokens: list[Token]) -> list[Token]:
    """A sentence's tokens with what is left out put back."""
    for step in (
        _with_sliders_named,
        _with_later_named,
        _with_bare_stretch_led,
        _with_units_repeated,
        _with_there_told,
        _with_moment_alone,
        _with_so_said,
        _with_fade_named,
        _with_time_for_name,
        _with_length_told,
        _with_silence_named,
        _with_preference_named,
        _with_exception_told,
        _with_actions_joined,
        _with_effects_joined,
        _without_limits,
        _with_texts_shown,
        _without_appearing,
    ):
        tokens = step(tokens)
    return tokens


def _with_sliders_named(tokens: list[Token]) -> list[Token]:
    """``sat +10`` -> ``saturation +10``."""
    out = list(tokens)
    for at, token in enumerate(tokens[:-1]):
        signed = tokens[at + 1].kind in ("number", "percent") and tokens[at + 1].text[:1] in "+-"
        if signed and token.word in _SHORT and _SHORT[token.word] in PROPERTIES:
            out[at] = token.corrected(_SHORT[token.word])
    return out


def _with_later_named(tokens: list[Token]) -> list[Token]:
    """``sharpen it from then on`` -> ``sharpen it thereafter``, for ``then`` would part it.

    So would ``afterwards`` behind the order that it belongs to.
    """
    for at in range(1, len(tokens)):
        if tokens[at].word in ("afterwards", "afterward") and _ends(tokens, at + 1) and not _ends(tokens, at - 1):
            tokens = [*tokens[:at], tokens[at].corrected("thereafter"), *tokens[at + 1 :]]
    for at in range(len(tokens)):
        if size := begun_by(tokens[at:], _THEN):
            return [*tokens[:at], tokens[at].corrected("thereafter"), *tokens[at + size :]]
    return tokens


def _with_bare_stretch_led(tokens: list[Token]) -> list[Token]:
    """``keep 10 to 25`` -> ``keep from 10 to 25``: two numbers alone behind a verb of cutting are seconds.

    So are two more joined to them: ``keep 5 to 10 and 20 to 25``.
    """
    out: list[Token] = []
    last = -1  # where the stretch before ends
    for at, token in enumerate(tokens):
        first = number_at(tokens, at) if at else None
        joint = first[1] if first else len(tokens)
        second = number_at(tokens, joint + 1) if joint < len(tokens) and tokens[joint].word in _BETWEEN else None
        before = tokens[at - 1].word
        follows = before in _TAKING | {"only", "mute"} or (before in ("and", MARK_SOFT) and at - 1 == last)
        if first and second and follows and first[0] < second[0] and _ends(tokens, second[1]):
            out.append(tokens[at - 1].corrected("from"))
            last = second[1]
        out.append(token)
    return out


def _with_units_repeated(tokens: list[Token]) -> list[Token]:
    """``keep the last ten seconds but skip the very last two`` -> ``... skip the last two seconds``."""
    for at in range(1, len(tokens) - 1):
        number = number_at(tokens, at + 1) if tokens[at].word in _BEFORE_UNIT else None
        if number is None or not (_ends(tokens, number[1]) or _told_too(tokens, number[1])):
            continue
        lead = at
        while lead and tokens[lead - 1].word in ("the", "very"):
            lead -= 1
        unit = next((one.word for one in reversed(tokens[:lead]) if one.word in UNITS and len(one.word) > 2), "")
        joined = lead and (tokens[lead - 1].kind == "mark" or tokens[lead - 1].word == "and")
        counted = joined and any(one.word in _BEFORE_UNIT for one in tokens[:lead]) and _told_too(tokens, number[1])
        corrected = joined and any(one.word in _CORRECTING for one in tokens[max(lead - 4, 0) : lead])
        led = lead and tokens[lead - 1].word in ("in", "for", "during", "over")
        again = led and any(
            one.word in _BEFORE_UNIT for one in tokens[:lead]
        )  # "in the first 2 seconds, in the last 2"
        if unit and lead and (tokens[lead - 1].word in _TAKING or counted or corrected or again):
            said = [tokens[at], *tokens[at + 1 : number[1]], tokens[number[1] - 1].corrected(unit)]
            return [*tokens[:lead], *said, *tokens[number[1] :]]
    return tokens


_CORRECTING = frozenset({"no", "wait", "actually", "sorry", "rather", "mean", "meant", "scratch", "correction"})


def _told_too(tokens: Tokens, at: int) -> bool:
    """Whether ``as well`` or ``too`` ends a clause there."""
    size = begun_by(tokens[at:], _ALSO)
    return size > 0 and _ends(tokens, at + size)


_ALSO = phrases("as well | too | also")


def _with_there_told(tokens: list[Token]) -> list[Token]:
    """``it gets loud around 0:20, turn it down from there`` -> ``... turn it down from 0:20``."""
    for at in range(3, len(tokens) - 1):
        if (tokens[at].word, tokens[at + 1].word) not in (("from", "there"), ("from", "then")):
            continue
        joint = next((place for place in range(at, 0, -1) if tokens[place].kind == "mark"), 0)
        moment = next(
            (one for one in range(joint) if tokens[one].word in _ABOUT and tokens[one + 1].kind == "clock"), 0
        )
        if moment and joint == moment + 2 and tokens[0].word in ("it", "the", "everything", "there"):
            end = at + 2 + (tokens[at + 2 : at + 3] != [] and tokens[at + 2].word in ("on", "onwards", "onward"))
            return [*tokens[: at + 1], tokens[moment + 1], *tokens[end:]]
    return tokens


_ABOUT = frozenset({"at", "around", "about", "after", "near", "by"})


def _with_moment_alone(tokens: list[Token]) -> list[Token]:
    """``double the speed until the ball is hit at 0:11`` -> ``double the speed until 0:11``."""
    for at in range(len(tokens) - 4):
        told = tokens[at].word in _UNTIL and tokens[at + 1].word in ARTICLES | {"he", "she", "they", "it"}
        end = next((place for place in range(at, len(tokens)) if tokens[place].kind == "mark"), len(tokens))
        moment = next((place for place in range(end - 1, at + 2, -1) if tokens[place].word == "at"), 0) if told else 0
        timed = moment and tokens[moment + 1 : moment + 2] != [] and tokens[moment + 1].kind in ("clock", "number")
        does = any(token.word in _IS or token.word.endswith("s") for token in tokens[at + 2 : moment])
        if timed and does:
            return [*tokens[: at + 1], *tokens[moment + 1 :]]
    return tokens


def _with_so_said(tokens: list[Token]) -> list[Token]:
    """``the cyclist is too dark, so is the road`` -> ``the cyclist is too dark, the road is too dark``."""
    for at in range(3, len(tokens)):
        size = begun_by(tokens[at:], _TOO_OF)
        joint = at - 1 if size and (tokens[at - 1].kind == "mark" or tokens[at - 1].word == "and") else 0
        end = next((place for place in range(at, len(tokens)) if _ends(tokens, place)), len(tokens))
        subject = tokens[at + size : end]
        while joint and tokens[joint - 1].kind == "mark":
            joint -= 1
        begin = next((place + 1 for place in range(joint - 1, -1, -1) if _ends(tokens, place)), 0)
        said = next((place for place in range(begin + 1, joint) if tokens[place].word in _IS), 0)
        if not joint or not said or not subject or noun_phrase(subject) is None:
            continue
        mark = Token("mark", ",", MARK_SOFT, tokens[at].start, tokens[at].start)
        return [*tokens[:joint], mark, *subject, *tokens[said:joint], *tokens[end:]]
    return tokens


def _with_fade_named(tokens: list[Token]) -> list[Token]:
    """``start with a fade and end with one`` -> ``start with a fade and end with a fade``."""
    faded = next((at for at, token in enumerate(tokens) if token.word == "fade"), len(tokens))
    for at in range(faded, len(tokens) - 2):
        words = [token.word for token in tokens[at : at + 3]]
        if words[0] in ("end", "ends", "start", "starts", "finish", "begin") and words[1:] == ["with", "one"]:
            named = [tokens[at + 2].corrected("a"), tokens[at + 2].corrected("fade")]
            return [*tokens[: at + 2], *named, *tokens[at + 3 :]]
    return tokens


def _with_time_for_name(tokens: list[Token]) -> list[Token]:
    """``cut the silence at the beginning, like the first 4 seconds`` -> ``cut the first 4 seconds``.

    ``slow it down for the jump, 0:07 to 0:09`` -> ``slow it down 0:07 to 0:09``.
    """
    for at in range(2, len(tokens) - 3):
        if tokens[at].kind != "mark" or tokens[at].word != MARK_SOFT:
            continue
        begin = next((place + 1 for place in range(at - 1, -1, -1) if _ends(tokens, place)), 0)
        said = at + 1 + (tokens[at + 1].word in _NAMELY)
        edge = said > at + 1 and [token.word for token in tokens[said : said + 2]] in (
            ["the", "first"],
            ["the", "last"],
        )
        if edge and tokens[begin].word in _TAKING and number_at(tokens, said + 2):
            return [*tokens[: begin + 1], *tokens[said:]]
        named = next((place for place in range(at - 2, begin, -1) if tokens[place].word in ("for", "at", "during")), 0)
        clocks = [token.kind for token in tokens[said : said + 3 : 2]] == ["clock", "clock"]
        event = named and tokens[named + 1].word in ARTICLES and noun_phrase(tokens[named + 1 : at])
        if event and clocks and tokens[said + 1].word in _BETWEEN and _ends(tokens, said + 3):
            return [*tokens[:named], tokens[named].corrected("from"), *tokens[said:]]
    return tokens


_NAMELY = frozenset({"like", "say", "meaning", "namely", "about", "roughly", "so"})


def _with_length_told(tokens: list[Token]) -> list[Token]:
    """``ditch the intro, it is 7 seconds long`` -> ``ditch the first 7 seconds``."""
    for at in range(2, len(tokens) - 2):
        edge = _CALLED.get(tokens[at - 1].word, "") if tokens[at].word == MARK_SOFT else ""
        size = begun_by(tokens[at + 1 :], _IT_LASTS) if edge else 0
        number = number_at(tokens, at + 1 + size) if size else None
        unit = number[1] if number else len(tokens)
        if not number or unit >= len(tokens) or tokens[unit].word not in UNITS:
            continue
        end = unit + 1 + ([token.word for token in tokens[unit + 1 : unit + 2]] == ["long"])
        begin = next((place + 1 for place in range(at - 1, -1, -1) if _ends(tokens, place)), 0)
        taken = any(token.word in _LOSING for token in tokens[begin : at - 1])
        if taken and _ends(tokens, end):
            return [*tokens[: at - 1], tokens[at - 1].corrected(edge), *tokens[at + 1 + size : unit + 1], *tokens[end:]]
    return tokens


_CALLED = {**dict.fromkeys(("intro", "opening", "beginning", "start"), "first"),
    **dict.fromkeys(("outro", "ending", "end", "finale", "credits"), "last")}  # fmt: skip
_IT_LASTS = phrases(
    "it is | it is about | it lasts | which is | it takes | which lasts | it runs | they are | they last"
)
_LOSING = _TAKING | {"ditch", "scrap", "dump", "chop", "snip", "chuck", "bin", "erase", "rid", "shave"}


def _with_silence_named(tokens: list[Token]) -> list[Token]:
    """``the sound: off`` and ``audio off`` -> ``mute``."""
    for at, token in enumerate(tokens):
        begin = at - (at > 0 and tokens[at - 1].word == "the")
        off = at + 1 + (at + 1 < len(tokens) and tokens[at + 1].text == ":")
        said = off < len(tokens) and tokens[off].word == "off" and _ends(tokens, off + 1)
        if said and token.word in ("sound", "audio") and (not begin or _ends(tokens, begin - 1)):
            return [*tokens[:begin], tokens[off].corrected("mute"), *tokens[off + 1 :]]
    return tokens


def _with_preference_named(tokens: list[Token]) -> list[Token]:
    """``the sofa is ugly, beige would be better`` -> ``..., make it beige``."""
    for at in range(1, len(tokens) - 2):
        size = begun_by(tokens[at:], _BETTER)
        begin = next((place + 1 for place in range(at - 1, -1, -1) if _ends(tokens, place)), 0)
        shade = " ".join(token.word for token in tokens[begin:at])
        if size and begin and _ends(tokens, at + size) and is_color(shade):
            lead = [tokens[begin].corrected("make"), tokens[begin].corrected("it")]
            return [*tokens[:begin], *lead, *tokens[begin:at], *tokens[at + size :]]
    return tokens


_BETTER = phrases("would be better | would be nicer | would be nice | would be great | would look better | is better")


def _with_exception_told(tokens: list[Token]) -> list[Token]:
    """``it is fine apart from the colors, which are too strong`` -> ``the colors are too strong``."""
    size = begun_by(tokens, _FINE_BUT)
    which = next((at for at, token in enumerate(tokens) if size and at > size and token.word == "which"), 0)
    if not which or tokens[which + 1 : which + 2] == [] or tokens[which + 1].word not in _IS:
        return tokens
    named = tokens[size : which - (tokens[which - 1].kind == "mark")]
    return [*named, *tokens[which + 1 :]] if noun_phrase(named) else tokens


_FINE_BUT = tuple(
    (*lead, *joint)
    for lead in phrases("it is fine | it is good | it is great | all is fine | it is nice | everything is fine")
    for joint in phrases("apart from | except for | except | but for | but")
)


def _with_actions_joined(tokens: list[Token]) -> list[Token]:
    """``make the tiger yawn and then lie down`` -> ``make the tiger yawn and lie down``: both are what it does."""
    for at in range(3, len(tokens) - 1):
        after = tokens[at + 1].word
        if tokens[at].word != "then" or after not in ACTIONS or after in VERB_BASES:
            continue
        joint = at
        while joint and (tokens[joint - 1].kind == "mark" or tokens[joint - 1].word == "and"):
            joint -= 1
        begin = next((place + 1 for place in range(joint - 1, -1, -1) if _ends(tokens, place)), 0)
        said = [token.word for token in tokens[begin:joint]]
        if said and said[0] in ("make", "let", "have") and not ACTIONS.isdisjoint(said[2:]):
            return [*tokens[:joint], tokens[at].corrected("and"), *tokens[at + 1 :]]
    return tokens


def _with_effects_joined(tokens: list[Token]) -> list[Token]:
    """``make it warmer with a vignette`` -> ``... and add a vignette``; with more contrast likewise."""
    for at in range(2, len(tokens) - 1):
        token = tokens[at]
        end = next((place for place in range(at + 1, len(tokens)) if _ends(tokens, place)), len(tokens))
        said = [one.word for one in tokens[at + 1 : end]]
        begin = next((place + 1 for place in range(at - 1, -1, -1) if _ends(tokens, place)), 0)
        before = [one.word for one in tokens[begin:at]]
        if token.word != "with" or not said or not _WITH_A_THING.isdisjoint(before) or is_whole(before[1:] or ["it"]):
            continue  # "make the picture with more light" says one thing
        tuned = any(word in ("more", "less") for word in said) and said[-1] in PROPERTIES
        if tuned or (said[0] in ARTICLES and (said[-1] == "vignette" or said[-2:-1] == ["fade"])):
            led = [token.corrected(word) for word in ("and", *(("give", "it") if tuned else ("add",)))]
            return [*tokens[:at], *led, *tokens[at + 1 :]]
    return tokens


_WITH_A_THING = frozenset({"replace", "swap", "exchange", "substitute", "cover", "fill", "add", "start", "end", "begin",
    "finish", "open", "close", "combine", "mix"})  # fmt: skip


def _without_limits(tokens: list[Token]) -> list[Token]:
    """``15 seconds at most`` -> ``15 seconds``, ``no more than 20 seconds`` likewise."""
    for at in range(1, len(tokens)):
        behind = begun_by(tokens[at:], _AT_MOST) if tokens[at - 1].word in UNITS else 0
        if behind and _ends(tokens, at + behind):
            return [*tokens[:at], *tokens[at + behind :]]
        before = begun_by(tokens[at:], _NO_MORE_THAN)
        number = number_at(tokens, at + before) if before else None
        if number and any(token.word in UNITS for token in tokens[number[1] : number[1] + 1]):
            return [*tokens[:at], *tokens[at + before :]]
    return tokens


_AT_MOST = phrases("at most | at the most | maximum | max | tops | or less | or so")
_NO_MORE_THAN = phrases("no more than | not more than | at most | a maximum of | at the most | no longer than")


def _with_texts_shown(tokens: list[Token]) -> list[Token]:
    """``the text "Hi" should pop up at 0:05`` -> ``show the text "Hi" at 0:05``."""
    for at in range(1, len(tokens)):
        size = begun_by(tokens[at:], _APPEARS)
        begin = next((place + 1 for place in range(at - 1, -1, -1) if _ends(tokens, place)), 0)
        begin += begun_by(tokens[begin:at], _WISHED) if size else 0
        if size and begin < at and tokens[at - 1].kind == "quote":
            return [*tokens[:begin], tokens[begin].corrected("show"), *tokens[begin:at], *tokens[at + size :]]
    return tokens


_APPEARS = tuple(
    (*must, *said)
    for must in ((), ("should",), ("must",), ("needs", "to"), ("has", "to"), ("shall",), ("to",), ("could",))
    for said in phrases(
        "pop up | pops up | appear | appears | show up | shows up | come up | comes up | be shown | be displayed | "
        "appearing | popping up | be seen | be visible"
    )
)
_WISHED = phrases("could | can | i want | i would like | make | let | have | i need | please make | please let")


def _without_appearing(tokens: list[Token]) -> list[Token]:
    """``blur the plate when it shows up at 0:14`` -> ``blur the plate at 0:14``: the time says it all."""
    for at in range(2, len(tokens) - 3):
        who = at + 1
        size = tokens[at].word in ("when", "where") and tokens[who].word in _WHO and begun_by(tokens[who + 1 :], _COMES)
        after = who + 1 + size
        led = size and after + 1 < len(tokens) and tokens[after].word in ("at", "from", "between", "in", "after")
        if led and (tokens[after + 1].kind in ("clock", "number") or tokens[after + 1].word in ("second", "the")):
            return [*tokens[:at], *tokens[after:]]
    return tokens


_WHO = frozenset({"it", "he", "she", "they"})
_COMES = phrases(
    "shows up | show up | appears | appear | comes up | comes in | comes into view | is visible | is seen | enters | "
    "is in the picture | is in frame | are visible | can be seen | is shown"
)


def _ends(tokens: Tokens, at: int) -> bool:
    """Whether a clause may end there."""
    return at >= len(tokens) or tokens[at].kind == "mark" or tokens[at].word in ("and", "then", "but")
