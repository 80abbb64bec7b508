"""Why something is asked, and what it shall not do besides: neither asks for anything itself.

``because it shows our street``, ``so nobody can read it``, ``without making it look fake``.
"""

from __future__ import annotations

from lbvedit.errors import InstructionError
from lbvedit.language.colors import is_color
from lbvedit.language.manners import FILLERS
from lbvedit.language.synonyms import QUALITIES, base_form
from lbvedit.language.times import span_at_end
from lbvedit.language.tokens import MARK_HARD, MARK_SOFT, Token, Tokens, begun_by, ended_by, join, phrases

__all__ = ["PURPOSES", "without_purposes", "without_reasons"]

_CAUSES = phrases(
    "because | cause it | cuz | given that | seeing that | considering | since it | since they | since he | since she "
    "| since the | as it is too | as they are too"
)
_CAUTIONS = phrases(
    "without making | without losing | without it | without getting | without looking | without turning | "
    "without blowing out | without overdoing"
)
_SEEN = frozenset({"nobody", "you", "we", "people", "viewers", "they", "it", "he", "she", "i", "everyone", "everybody",
    "all", "the", "my", "his", "her", "your", "our"})  # fmt: skip
_SHAPED = frozenset({"animate", "crop", "reframe", "trim", "zoom"})
"""Verbs whose "so that" says what they do."""
PURPOSES = frozenset({"hide", "protect", "emphasize", "keep", "let", "help", "draw", "avoid", "create", "improve",
    "preserve", "save", "show", "make", "give", "simulate", "match", "focus", "bring", "get"})  # fmt: skip
_OTHER_CLAUSES = frozenset({"the", "i", "we", "could", "can", "also", "but"})
_WISHES = frozenset({"want", "like", "need", "needs", "love", "you", "possible", "try", "able", "going", "is", "how",
    "prefer", "wish", "hoping", "me", "way", "have", "has", "be"})  # fmt: skip


def without_reasons(tokens: Tokens, verbs: frozenset[str]) -> tuple[list[Token], tuple[str, ...]]:
    """The sentence without its reasons, and a note for each that is left out.

    Args:
        tokens: the sentence.
        verbs: the base forms of the verbs that a clause may begin with: at one of them a reason ends.
    """
    out: list[Token] = []
    notes: list[str] = []
    at = 0
    while at < len(tokens):
        if not _is_reason(tokens, at):
            out.append(tokens[at])
            at += 1
            continue
        kind = "caution" if tokens[at].word == "without" else "reason"
        short = kind == "caution" or _will_be_done(tokens, at) or _compares(tokens, at)
        end = _next_joint(tokens, at + 1) if short else _end(tokens, at, verbs)
        notes.append(f"{join(tokens[at:end])!r} is taken as a {kind}, and asks for nothing")
        at = end
    return (list(tokens), ()) if not any(token.kind != "mark" for token in out) else (out, tuple(notes))


def without_purposes(tokens: Tokens, verbs: frozenset[str]) -> tuple[list[Token], tuple[str, ...]]:
    """The sentence without what its edits are for (``to make the singer stand out``), and a note for each."""
    for at in range(2, len(tokens) - 1):
        if tokens[at].word == "so" and (end := _end(tokens, at, verbs)) and _is_seen(tokens[at:end]):
            end -= span_at_end(tokens[at:end])
            note = f"{join(tokens[at:end])!r} is taken as a purpose, and asks for nothing"
            rest, notes = without_purposes([*tokens[:at], *tokens[end:]], verbs)
            return rest, (note, *notes)
        verb = tokens[at + 1].word
        if tokens[at].word != "to" or verb not in PURPOSES or tokens[at - 1].word in _WISHES:
            continue
        first = next((one for one in tokens if (one.word,) not in FILLERS), tokens[0])
        if first.word not in verbs:
            continue
        at_start = at - 2 if [one.word for one in tokens[at - 2 : at]] == ["in", "order"] else at
        end = _end(tokens, at + 1, verbs)
        end -= span_at_end(tokens[at:end])
        note = f"{join(tokens[at_start:end])!r} is taken as a purpose, and asks for nothing"
        rest, notes = without_purposes([*tokens[:at_start], *tokens[end:]], verbs)
        return rest, (note, *notes)
    return list(tokens), ()


def _is_seen(tokens: Tokens) -> bool:
    """Whether ``so we see more of the room`` says what comes of it, and not what shall be left: ``so only he is``."""
    words = [token.word for token in tokens]
    said = words[2:] if words[1:2] == ["that"] else words[1:]
    return said[:1] != [] and said[0] in _SEEN and "only" not in words and "just" not in words


def _is_reason(tokens: Tokens, at: int) -> bool:
    words = [token.word for token in tokens[at : at + 4]]
    before = tokens[at - 1].word if at else ""
    if _will_be_done(tokens, at):
        return True
    if words[:2] == [MARK_SOFT, "like"] and (is_color(before) or before == "bw" or before in QUALITIES):
        return all(token.kind == "word" for token in tokens[at + 2 : at + 3])  # "blue, like the sky"
    if words[:1] == ["like"] and is_color(before) and at > 1 and tokens[at - 2].word not in ("the", "a", "an"):
        return all(token.kind == "word" for token in tokens[at + 1 : at + 2]) and at + 1 < len(tokens)
    if words[:1] == ["since"] and _tells_when(tokens[at : _next_joint(tokens, at)]):
        return False
    if (
        at
        and words[:1] == ["without"]
        and words[1:2] != []
        and words[1] in _TOUCHING
        and tuple(words[2:4]) in _ALL_ELSE
    ):
        return True  # "without altering anything else in the picture"
    if any(tuple(words[: len(cause)]) == cause for cause in (*_CAUSES, *(_CAUTIONS if at else ()))):
        return True
    if words[:1] != ["so"] or not at or any(token.word in _SHAPED for token in tokens[:at]):
        return False
    if [token.word for token in tokens[at - 2 : at]] == ["make", "it"]:  # "make it so that the car is red"
        return False
    said = words[2:] if words[1:2] == ["that"] else words[1:]
    return words[1:2] == ["that"] or (said[:1] == ["no"] and said[1:2] == ["one"]) or (bool(said) and said[0] in _SEEN)


def _will_be_done(tokens: Tokens, at: int) -> bool:
    """Whether a clause begins at a token that tells what somebody does alone: ``I'll add my own music later``."""
    size = begun_by(tokens[at:], _I_WILL) if not at or _joins(tokens[at - 1]) else 0
    return size > 0 and ended_by(tokens[at : _next_joint(tokens, at)], _ALONE) > 0


_I_WILL = phrases("i will | we will | i am going to | we are going to | i can | i would rather")
_ALONE = phrases("later | later on | myself | ourselves | on my own | on our own | elsewhere | by hand")
_TOUCHING = frozenset({"changing", "altering", "touching", "affecting", "modifying", "editing", "ruining", "disturbing",
    "damaging"})  # fmt: skip
_ALL_ELSE = frozenset({("anything", "else"), ("everything", "else"), ("the", "rest"), ("the", "others"),
    ("anybody", "else"), ("anyone", "else")})  # fmt: skip
"""What nothing is done to anyway, where something is named."""


def _tells_when(tokens: Tokens) -> bool:
    """Whether some words are a time and no more: ``since the 5th second``, not ``since the second one is ugly``."""
    try:
        return span_at_end(tokens) == len(tokens)
    except InstructionError:  # "since the first frame is black"
        return False


def _compares(tokens: Tokens, at: int) -> bool:
    """Whether a comparison begins at a token: ``, like the sky``."""
    return "like" in [token.word for token in tokens[at : at + 1 + (tokens[at].kind == "mark")]]


def _next_joint(tokens: Tokens, at: int) -> int:
    """Where a comparison or a caution ends: before the next mark or joint."""
    return next((place for place in range(at, len(tokens)) if _joins(tokens[place])), len(tokens))


def _joins(token: Token) -> bool:
    return token.kind == "mark" or token.word in ("and", "then", "but")


def _end(tokens: Tokens, at: int, verbs: frozenset[str]) -> int:
    """Where a reason ends: at a full stop, or before the verb of another clause."""
    for place in range(at + 1, len(tokens)):
        if tokens[place].word == MARK_HARD:
            return place
        joint = _joins(tokens[place])
        after = place + 1
        while joint and (size := begun_by(tokens[after:], FILLERS) or begun_by(tokens[after:], (("just",),))):
            after += size
        if not joint or after >= len(tokens):
            continue
        wishes = tokens[place].word not in ("and", "then") and tokens[after].word in _OTHER_CLAUSES
        if not at or wishes or base_form(tokens[after].word, verbs):
            return place
    return len(tokens)
