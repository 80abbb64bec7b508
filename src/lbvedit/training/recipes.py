"""The recipes by name, as strings: listing them imports neither torch nor a system."""

from __future__ import annotations

import difflib
import importlib
from typing import TYPE_CHECKING, Any

from lbvedit.errors import UsageError

if TYPE_CHECKING:
    from lbvedit.training.recipe import Recipe

__all__ = ["RECIPES", "recipe_class"]

RECIPES: dict[str, str] = {
    "digits": "lbvedit.training.digits:Digits",
    "footage": "lbvedit.training.footage:Footage",
    "features-mnist": "lbvedit.training.features:FeaturesMnist",
    "features-world": "lbvedit.training.features_world:FeaturesWorld",
    "mmvt": "lbvedit.training.mmvt:MMVTTraining",
    "m3l": "lbvedit.training.m3l:M3LRecipe",
}


def recipe_class(name: str) -> type[Recipe[Any]]:
    """The class of a recipe.

    Raises:
        UsageError: no such recipe.
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(name, RECIPES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"recipes are {', '.join(sorted(RECIPES))}"
        raise UsageError(f"no recipe {name!r}", hint=hint)
    module, _, attribute = RECIPES[name].partition(":")
    found: type[Recipe[Any]] = getattr(importlib.import_module(module), attribute)
    return found
