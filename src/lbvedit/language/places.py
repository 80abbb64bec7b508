"""Where something is told to be, as the order that it comes to.

``change what's behind me to a library``, ``make it look like we're on the moon``.
"""

from __future__ import annotations

from dataclasses import replace

from lbvedit.language.tokens import Token, begun_by, phrases

__all__ = ["SCENES", "is_place", "with_backdrops_named", "with_settings_named"]

SCENES = frozenset({"moon", "mars", "space", "beach", "desert", "jungle", "forest", "woods", "ocean", "sea",
    "underwater", "mountains", "city", "countryside", "arctic", "snow", "clouds", "sahara", "antarctica", "paris",
    "tokyo", "london", "york", "venice", "rome", "hawaii", "egypt"})  # fmt: skip
"""Where things may be put that need not be in the video."""


def is_place(token: Token) -> bool:
    """Whether a word ends the name of a place that need not be in the video: ``the moon``, ``the Eiffel Tower``."""
    return token.word in SCENES or token.text[:1].isupper()


def with_backdrops_named(tokens: list[Token]) -> list[Token]:
    """``change what is behind me`` -> ``change everything behind me``."""
    for at in range(len(tokens)):
        size = begun_by(tokens[at:], _WHAT_IS)
        if at and size and [token.word for token in tokens[at + size : at + size + 1]] == ["behind"]:
            everything = replace(tokens[at].corrected("everything"), text="everything", end=tokens[at + size - 1].end)
            return [*tokens[:at], everything, *tokens[at + size :]]
    return tokens


_WHAT_IS = phrases("what is there | what is | whats | what you see | what we see")


def with_settings_named(tokens: list[Token]) -> list[Token]:
    """``make it look like we are on the moon`` -> ``change background to the moon``.

    Only what surely is a place is one: nobody is in front of another background who looks like he is in love.
    """
    for at in range(1, len(tokens) - 4):
        who = at + begun_by(tokens[at:], _LOOKING)
        where = who + begun_by(tokens[who:], _SOMEBODY_IS)
        if not at < who < where or where + 1 >= len(tokens):
            continue
        begin = next((place + 1 for place in range(at, -1, -1) if _parts(tokens[place])), 0)
        end = next((place for place in range(where, len(tokens)) if _parts(tokens[place])), len(tokens))
        verb = next((place for place in range(begin, at) if tokens[place].word in _CAUSING), end)
        scene = tokens[where + (tokens[where].word in _PLACING) : end]
        placed = tokens[where].word in _PLACING or len(scene) == 1  # not "it was shot in Italy"
        if verb == end or not scene or not placed or not is_place(scene[-1]):
            continue
        changed = [tokens[verb].corrected("change"), tokens[at].corrected("background"), tokens[who].corrected("to")]
        return [*tokens[:verb], *changed, *scene, *tokens[end:]]
    return tokens


_LOOKING = phrases("look like | look as if | look as though | seem like | seem as if | appear as if | seem as though")
_SOMEBODY_IS = phrases(
    "we are | i am | you are | they are | he is | she is | it is | we were | i was | they were | he was | she was | "
    "it was | everybody is | everyone is"
)
_CAUSING = frozenset({"make", "let", "have", "get"})
_PLACING = frozenset({"on", "in", "at", "under", "by", "inside"})


def _parts(token: Token) -> bool:
    return token.kind == "mark" or token.word in ("and", "then", "but")
