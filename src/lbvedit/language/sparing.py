"""What is left out at the end of a clause, put where it belongs: ``turn everything gray except the car``."""

from __future__ import annotations

from lbvedit.language.amounts import split_amount
from lbvedit.language.colors import is_color
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, phrases
from lbvedit.language.wholes import WHOLE_NOUNS, is_placed, is_whole

__all__ = [
    "EXCEPT",
    "SPARED",
    "narrows",
    "reorder_except",
    "reorder_only",
    "split_exception",
    "with_everywhere_named",
    "with_exception_plain",
]

EXCEPT = phrases(
    "except for | except of | except from | except on | except in | apart from | aside from | "
    "other than | with the exception of | "
    "with exception of | save for | not including | except | but not | but | besides | excluding | that is not | "
    "that are not | who is not | which is not | bar | without touching | without changing | without affecting | "
    "without altering | though not | although not | not | around | outside of | outside | excepting | minus"
)
SPARED = frozenset({"except", "apart", "aside", "excluding", "besides", "minus", "excepting", "bar"})
_AFTER_WHOLE = frozenset({"bw", "grayscale", "sepia", "darker", "brighter", "blurry", "blurred", "lighter", "warmer",
    "cooler"})  # fmt: skip
"""What ``all`` may be followed by where it means the whole frame: ``turn all gray except the car``."""
_NOT_BUT = frozenset({"only", "just"})
"""What makes a "but" narrow down rather than leave out: ``blur it, but only the sign``."""


def narrows(words: list[str], at: int) -> bool:
    """Whether ``but only`` stands there."""
    return words[at] == "but" and words[at + 1 : at + 2] in (["only"], ["just"])


def reorder_except(tokens: Tokens) -> list[Token] | None:
    """Moves a trailing ``except X`` behind the whole frame it restricts: ``turn everything gray except the car``.

    None where no such phrase stands at the end.
    """
    words = [token.word for token in tokens]
    for at in range(1, len(words)):
        phrase = next((one for one in EXCEPT if tuple(words[at : at + len(one)]) == one), None)
        if phrase is None or phrase[0] in ("around", "outside", "not") or narrows(words, at):
            continue
        head = list(tokens[:at])
        while head and head[-1].word == MARK_SOFT:
            head.pop()
        for size in range(min(4, len(head)), 0, -1):
            for start in range(len(head) - size + 1):
                said = [token.word for token in head[start : start + size]]
                after = head[start + size].word if start + size < len(head) else ""
                if said == ["all"] and after and not is_color(after) and after not in _AFTER_WHOLE:
                    continue  # "all cars red except the taxi" is not the whole frame
                if said == ["everything"] and is_placed([token.word for token in head[start + size :][:2]]):
                    continue  # nor is "everything on the table"
                if (is_whole(said) and said != ["color"] and said != ["colors"]) or said == ["it"]:
                    whole = head[start : start + size]
                    if said == ["it"]:
                        whole = [whole[0].corrected("everything")]
                    return [*head[:start], *whole, *tokens[at:], *head[start + size :]]
    return None


def split_exception(tokens: Tokens) -> tuple[list[Token], list[Token]]:
    """The words before a trailing ``except X``, and it; nothing in the second where none stands there."""
    words = [token.word for token in tokens]
    for at in range(1, len(words)):
        if words[at] in SPARED and MARK_SOFT not in words[at:]:
            head = list(tokens[:at])
            while head and head[-1].word == MARK_SOFT:
                head.pop()
            return head, list(tokens[at:])
    return list(tokens), []


def reorder_only(tokens: Tokens) -> list[Token] | None:
    """Puts what a trailing ``but only X`` narrows to in the place of the whole: ``blur it, but only the sign``.

    None where no such phrase stands at the end.
    """
    words = [token.word for token in tokens]
    for at in range(1, len(words) - 1):
        if words[at] not in _NOT_BUT or words[at - 1] not in ("but", MARK_SOFT):
            continue
        head = list(tokens[:at])
        while head and head[-1].word in ("but", MARK_SOFT):
            head.pop()
        for size in range(min(4, len(head)), 0, -1):
            for start in range(len(head) - size + 1):
                said = [token.word for token in head[start : start + size]]
                if said == ["it"] or is_whole(said):
                    return [*head[:start], *tokens[at + 1 :], *head[start + size :]]
        if head and not split_amount(head)[1]:  # "a bit, but only the eyes"
            return [*tokens[at + 1 :], *head]
    return None


def with_everywhere_named(tokens: list[Token]) -> list[Token]:
    """``blur everywhere but on the stage`` -> ``blur everything except the stage``."""
    at = next((at for at, token in enumerate(tokens) if at and token.word == "everywhere"), 0)
    size = begun_by(tokens[at + 1 :], EXCEPT) if at else 0
    if not size:
        return tokens
    behind = at + 1 + size
    behind += [token.word for token in tokens[behind : behind + 1]] in (["on"], ["in"], ["at"], ["for"])
    begin = next(
        (
            place + 1
            for place in range(at - 1, -1, -1)
            if tokens[place].kind == "mark" or tokens[place].word in ("and", "then")
        ),
        0,
    )
    told = not {"it", "everything", "all"}.isdisjoint(token.word for token in tokens[begin:at])
    told = told or any(token.word in WHOLE_NOUNS for token in tokens[begin:at])
    whole = [] if told else [tokens[at].corrected("everything")]
    return [*tokens[:at], *whole, tokens[at + 1].corrected("except"), *tokens[behind:]]


def with_exception_plain(tokens: list[Token]) -> list[Token]:
    """``more contrast, but not on the faces`` -> ``more contrast except on the faces``.

    So is ``everything but the middle part``, where no order follows.
    """
    tokens = [
        token.corrected("except") if token.word == "but" and _spares_all(tokens, at) else token
        for at, token in enumerate(tokens)
    ]
    for at in range(1, len(tokens) - 2):
        size = begun_by(tokens[at:], _BUT_NOT)
        brings = not _BRINGING.isdisjoint(token.word for token in tokens[:at])  # "add snow, but not on the road"
        if size and not brings and at + size < len(tokens) and tokens[at + size].word in _NAMING:
            head = list(tokens[:at])
            while head and head[-1].word == MARK_SOFT:
                head.pop()
            timed = tokens[at + size + 1].word in ("first", "last") if at + size + 1 < len(tokens) else False
            on = [] if timed else [tokens[at + size - 1].corrected("on")]
            return [*head, tokens[at].corrected("except"), *on, *tokens[at + size :]]
    return tokens


def _spares_all(tokens: Tokens, at: int) -> bool:
    """Whether ``but`` stands between ``everything`` and a stretch of time."""
    follows = [token.word for token in tokens[at + 1 : at + 4]]
    part = follows[:1] == ["the"] and not {"part", "section", "bit", "first", "last", "middle"}.isdisjoint(follows)
    timed = part or any(token.kind == "clock" for token in tokens[at + 1 : at + 3])
    return at > 0 and tokens[at - 1].word in ("everything", "all", "anything") and timed


def without_stays(tokens: list[Token]) -> list[Token]:
    """``everything but her dress, which should stay red`` -> ``everything but her dress``: that says no more."""
    for at in range(3, len(tokens) - 2):
        size = begun_by(tokens[at + 1 :], _STAYING) if tokens[at].word in ("which", "that", "who") else 0
        spared = any(token.word in SPARED | {"but"} for token in tokens[:at])
        if size and spared and tokens[at - 1].word == MARK_SOFT:
            end = next((place for place in range(at, len(tokens)) if tokens[place].kind == "mark"), len(tokens))
            return [*tokens[: at - 1], *tokens[end:]]
    return tokens


_STAYING = phrases(
    "should stay | should remain | must stay | must remain | stays | remains | stay | remain | keeps | should keep | "
    "has to stay | needs to stay | is to stay | can stay | should be left | is fine"
)
_BUT_NOT = phrases("but not on | but not in | but not for | just not on | just not in | only not on | though not on")
_BRINGING = frozenset({"add", "put", "place", "insert", "draw", "write"})
_NAMING = frozenset({"the", "my", "his", "her", "their", "our", "people", "faces", "this", "that"})
