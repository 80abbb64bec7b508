"""Steps in the making: what one clause asks for, before pronouns are resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lbvedit.language.amounts import Amount, factor, signed, strength
from lbvedit.language.operators import OPERATORS
from lbvedit.language.targets import Target

__all__ = ["HIDING", "MOVING", "NOBODY", "SPAN", "TAKING", "Draft", "graded", "spanned", "tidy"]

NOBODY = Target("none")
MOVING = frozenset({"trim", "cut", "speed", "reverse", "loop", "freeze"})
"""Operators behind which other times hold."""
TAKING = frozenset({"remove", "cutout", "cut", "trim"})
"""Operators behind which something is gone."""
HIDING = frozenset({"blur", "pixelate"})
"""Operators behind which nobody knows what something was."""
SPAN = frozenset({"start", "end"})
"""Parameters that say when."""
_SIGNED = frozenset({"brightness", "contrast", "saturation", "temperature"})
_STRENGTH = frozenset({"sharpen", "blur", "denoise", "pixelate", "vignette"})
_OPPOSITE = {"sharpen": "blur", "blur": "sharpen"}
_FACTOR_PARAM = {"speed": "factor", "volume": "factor", "zoom": "factor", "resize": "scale"}


@dataclass(frozen=True)
class Draft:
    """One step as a clause asks for it.

    Args:
        op: the operator; ``become`` where the target decides between replacing and restyling; ``focus`` where the
            clause only says what the next one is about, ``remark`` what pronouns may mean; ``spare`` where it says
            what to leave alone;
            ``bound`` for one end of a trim, which joins the other.
        params: its parameters.
        target: what it acts on.
        notes: what could have been meant otherwise.
        bare: whether the verb stood alone, so that ``blur and darken the sky`` can give it an object.
        vague: whether a step of the same kind that follows says the same better: ``it's too dark, brighten it``.
        later: whether it begins where the step before ends: ``red until 0:04 and blue after that``.
        rather: what it does with the steps of the clause before: nothing, or takes them back (``maybe`` only where both
            are about the same thing).
        tint: the colour that it takes away, and that is its target where that is the whole frame: ``less green``.
        words: the words that asked for it.
    """

    op: str
    params: Mapping[str, Any] = field(default_factory=dict)
    target: Target = NOBODY
    notes: tuple[str, ...] = ()
    bare: bool = False
    vague: bool = False
    later: bool = False
    rather: Literal["", "maybe", "surely"] = ""
    tint: str = ""
    words: str = ""

    def on(self, target: Target) -> Draft:
        """The same step on a target."""
        return replace(self, target=target)

    def noted(self, note: str) -> Draft:
        """The same step with a note."""
        return replace(self, notes=(*self.notes, note))


def graded(op: str, direction: int, amount: Amount | None) -> Draft | None:
    """A step of an operator that knows more and less, or None where it has no such direction (more noise).

    Args:
        op: the operator.
        direction: 1 for more, -1 for less, 0 for "set to".
        amount: how much.
    """
    if amount is not None and amount.value < 0:
        factor_of = op in _FACTOR_PARAM and amount.mode == "number"
        if op in _STRENGTH or direction < 0 or factor_of:
            return None  # "blur it by -50%"
    if op in _SIGNED:
        return _clamped(Draft(op, {"amount": signed(direction, amount)}), amount)
    if op in _STRENGTH:
        if direction < 0:
            opposite = _OPPOSITE.get(op)
            return graded(opposite, 1, amount) if opposite else None
        return Draft(op, {"amount": strength(amount)})
    if op in _FACTOR_PARAM:
        value = factor(op, direction, amount)
        name = _FACTOR_PARAM[op]
        return Draft(op, {name: value}) if value > 0 or op == "volume" else None
    return Draft(op) if direction >= 0 else None


def _clamped(draft: Draft, amount: Amount | None) -> Draft:
    if amount is not None and amount.mode == "by" and amount.value > 1:
        return draft.noted(f"{draft.op} by {amount.value:.0%} is more than there is: taken as 100%")
    return draft


def spanned(draft: Draft, span: tuple[float | None, float | None]) -> Draft | None:
    """The same step for a stretch of time, or None where its operator takes none."""
    taken = dict(draft.params)
    for name, value in zip(("start", "end"), span, strict=True):
        if value is not None:
            if draft.op not in OPERATORS or name not in OPERATORS[draft.op].params or name in taken:
                return None
            taken[name] = tidy(value)
    return replace(draft, params=taken)


def tidy(value: float) -> float | int:
    """A whole number as an int, for JSON that people read."""
    return int(value) if value == int(value) else value
