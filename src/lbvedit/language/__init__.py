"""From English to an edit plan: ``parse("make the car red, then slow it down to half speed")``.

Pure Python, milliseconds, no model. What each step may hold stands in :mod:`lbvedit.language.operators`.
"""

from lbvedit.language.colors import is_color, rgb
from lbvedit.language.grammar import parse
from lbvedit.language.operators import OPERATORS, Operator, Param, is_time_or_sound, validate

__all__ = ["OPERATORS", "Operator", "Param", "is_color", "is_time_or_sound", "parse", "rgb", "validate"]
