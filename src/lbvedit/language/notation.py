"""A step written as the plan shows it: ``trim start=3 end=8``, ``recolor car color=red``."""

from __future__ import annotations

import difflib

from lbvedit.errors import InstructionError
from lbvedit.language.drafts import Draft, tidy
from lbvedit.language.frames.phrase import object_of
from lbvedit.language.operators import OPERATORS, Param
from lbvedit.language.tokens import MARK_HARD, MARK_SOFT, Token, Tokens, join

__all__ = ["step_in", "with_pairs_joined", "without_equals"]

EQUALS = "="
_NAMES = frozenset(name for entry in OPERATORS.values() for name in entry.params)


def with_pairs_joined(tokens: list[Token]) -> list[Token]:
    """The sentence with the signs of parameters alone, and nothing between the pairs of a step.

    ``trim start=3, end=8`` is one clause, and ``trim from=3`` is an ordinary one.
    """
    out: list[Token] = []
    paired = False
    for token in tokens:
        if token.word == EQUALS:
            if len(out) > 1 and out[-1].word == "t":  # "from t=3 to t=6"
                out.pop()
                continue
            if not out or out[-1].word not in _NAMES:
                continue
            if paired and len(out) > 1 and out[-2].word in (MARK_SOFT, "and"):
                del out[-2]
        paired = token.word != MARK_HARD and (paired or token.word == EQUALS)
        out.append(token)
    return out


def without_equals(tokens: Tokens) -> list[Token]:
    """The words without the signs, for sentences such as ``make it width=640``."""
    return [token for token in tokens if token.word != EQUALS]


def step_in(tokens: Tokens) -> Draft | None:
    """The step that a clause spells out: an operator, its target if it has one, and ``name=value``.

    Raises:
        InstructionError: a parameter that the operator lacks stands among its own, or a value that is none.
    """
    names = [at - 1 for at, token in enumerate(tokens) if token.word == EQUALS]
    entry = OPERATORS.get(tokens[0].word) if tokens else None
    if entry is None or not names or names[0] < 1 or tokens[names[0]].word not in entry.params:
        return None
    target = object_of([token for token in tokens[1 : names[0]] if token.kind != "mark"])
    if target is None:
        return None
    params: dict[str, object] = {}
    for at, end in zip(names, [*names[1:], len(tokens)], strict=True):
        name = tokens[at].word
        if name not in entry.params:
            near = difflib.get_close_matches(name, list(entry.params), n=1, cutoff=0.0)
            raise InstructionError(f"{entry.name} has no parameter {name!r}", hint=f"nearest: {near[0]}")
        said = [token for token in tokens[at + 2 : end] if token.kind != "mark"]
        value = _value(said, entry.params[name])
        if value is None:
            kind = entry.params[name].kind
            raise InstructionError(f"{join(said)!r} is no {kind} for {name!r}", hint=entry.params[name].help)
        params[name] = value
    return Draft(entry.name, params, target)


def _value(tokens: Tokens, param: Param) -> object:
    """What some words are worth as a parameter, or None."""
    if not tokens:
        return None
    if param.kind not in ("number", "integer"):
        return join(tokens)
    if len(tokens) > 1 or tokens[0].kind not in ("number", "percent", "clock", "duration"):
        return None
    return tidy(tokens[0].value)
