"""What is left out because the words around it say it, put back: ``keep 10 to 25``, ``so is the road``.

Units of lengths that stand in one stretch of time are the affair of ``times``.
"""

from __future__ import annotations

from lbvedit.language.durations import UNITS, number_at
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.synonyms import PROPERTIES
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, phrases

__all__ = ["with_ellipses_filled"]

_TAKING = frozenset({"skip", "cut", "drop", "trim", "remove", "delete", "lose", "keep", "without"})
_BEFORE_UNIT = frozenset({"first", "last", "final", "opening"})
_BETWEEN = frozenset({"to", "until", "till", "through"})
_SHORT = {"sat": "saturation", "exp": "exposure", "temp": "temperature", "con": "contrast", "bri": "brightness",
    "vol": "volume", "contr": "contrast"}  # fmt: skip
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
        _with_moment_alone,
        _with_so_said,
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
    """``sharpen it from then on`` -> ``sharpen it thereafter``, for ``then`` would part it."""
    for at in range(len(tokens)):
        if size := begun_by(tokens[at:], _THEN):
            return [*tokens[:at], tokens[at].corrected("thereafter"), *tokens[at + size :]]
    return tokens


def _with_bare_stretch_led(tokens: list[Token]) -> list[Token]:
    """``keep 10 to 25`` -> ``keep from 10 to 25``: two numbers alone behind a verb of cutting are seconds."""
    out = list(tokens)
    for at in range(len(tokens) - 3, 0, -1):
        first = number_at(tokens, at)
        joint = first[1] if first else len(tokens)
        second = number_at(tokens, joint + 1) if joint < len(tokens) and tokens[joint].word in _BETWEEN else None
        verb = tokens[at - 1].word in _TAKING | {"only", "mute"}
        if first and second and verb and first[0] < second[0] and _ends(tokens, second[1]):
            out.insert(at, tokens[at - 1].corrected("from"))
    return out


def _with_units_repeated(tokens: list[Token]) -> list[Token]:
    """``keep the last ten seconds but skip the very last two`` -> ``... skip the last two seconds``."""
    for at in range(1, len(tokens) - 1):
        number = number_at(tokens, at + 1) if tokens[at].word in _BEFORE_UNIT else None
        if number is None or not _ends(tokens, number[1]):
            continue
        lead = at
        while lead and tokens[lead - 1].word in ("the", "very"):
            lead -= 1
        unit = next((one.word for one in reversed(tokens[:lead]) if one.word in UNITS and len(one.word) > 2), "")
        if unit and lead and tokens[lead - 1].word in _TAKING:
            said = [tokens[at], *tokens[at + 1 : number[1]], tokens[number[1] - 1].corrected(unit)]
            return [*tokens[:lead], *said, *tokens[number[1] :]]
    return tokens


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


def _ends(tokens: Tokens, at: int) -> bool:
    """Whether a clause may end there."""
    return at >= len(tokens) or tokens[at].kind == "mark" or tokens[at].word in ("and", "then", "but")
