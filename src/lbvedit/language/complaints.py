"""What is wrong, and what mends it: ``too dark``, ``shaky``, ``the contrast is too high``, ``too much noise``."""

from __future__ import annotations

from dataclasses import replace

from lbvedit.language.amounts import DEGREE_WORDS, split_amount
from lbvedit.language.complements import color, complement
from lbvedit.language.drafts import Draft, graded, tidy
from lbvedit.language.durations import number_at
from lbvedit.language.frames.phrase import property_in
from lbvedit.language.synonyms import PROPERTIES
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import Token, Tokens, begun_by, ended_by, phrases

__all__ = ["FAULTS", "SHOT_WRONG", "complaint", "excess", "measured", "misshot", "shortcoming", "slanted", "unheard"]

FAULTS = frozenset({"noisy", "grainy", "shaky", "jittery", "jerky", "wobbly", "unstable", "bumpy", "blurry", "fuzzy",
    "dull", "bluish", "yellowish", "orangish", "overexposed", "underexposed"})  # fmt: skip
SHOT_WRONG: dict[str, tuple[str, dict[str, object]]] = {
    "shaking": ("stabilize", {}), "too shaky": ("stabilize", {}), "shaky": ("stabilize", {}),
    "upside down": ("rotate", {"angle": 180}), "sideways": ("rotate", {"angle": 90}),
    "on its side": ("rotate", {"angle": 90}),
}  # fmt: skip
"""What can be wrong with a whole shot -> its remedy."""


def complaint(tokens: list[Token]) -> list[Draft] | None:
    """``too dark`` asks for the opposite, and so does what is always a fault: ``a bit noisy``."""
    words = [token.word for token in tokens]
    amount, named = split_amount(tokens)
    if words[:1] == ["not"] and words[-1:] == ["enough"]:  # "not bright enough"
        return complement([tokens[0].corrected("more"), *tokens[1:-1]])
    if "too" not in words and amount is not None and color(named):  # "looks a bit orange"
        return complement([tokens[0].corrected("less"), *tokens])
    at = next((at for at, word in enumerate(words) if word == "too"), None)
    if at is None and words and (words[-1] in FAULTS or words[-2:] in (["washed", "out"], ["blown", "out"])):
        _, fault = split_amount(tokens)
        return complement([tokens[0].corrected("less"), *(fault or tokens)])
    if at is None or at > 3:
        return None
    if words[at + 1 : at + 2] == ["much"]:
        return None
    opposite = [token.corrected("less") if token.word == "too" else token for token in tokens]
    drafts = complement(opposite)
    if drafts is None and all(word in DEGREE_WORDS | {"a", "just", "all", "still", "are"} for word in words[:at]):
        drafts = complement(opposite[at:])
    return drafts


def misshot(tokens: Tokens) -> Draft | None:
    """``I filmed this holding my phone upside down``: how the camera was held, and what mends that."""
    words = [token.word for token in tokens]
    if words[:1] not in (["i"], ["we"]) or _FILMED.isdisjoint(words):
        return None
    wrong = next((SHOT_WRONG[said] for said in SHOT_WRONG if " ".join(words).endswith(f" {said}")), None)
    return Draft(wrong[0], wrong[1], vague=True) if wrong else None


def unheard(tokens: Tokens) -> Draft | None:
    """``I can barely hear the speaker``, ``the voice is hardly audible``: what makes the sound louder."""
    size, last = begun_by(tokens, _BARELY), ended_by(tokens, _INAUDIBLE)
    subject = tokens[size:] if size else tokens[: len(tokens) - last] if last else []
    named = noun_phrase(subject) if subject else None
    return Draft("volume", {"factor": 1.5}, vague=True) if named else None


_BARELY = tuple(
    (*who, "can", barely, heard)
    for who in phrases("i | we | you | one")
    for barely in ("barely", "hardly", "scarcely")
    for heard in ("hear", "understand")
)
_INAUDIBLE = tuple(
    (one, *said)
    for one in ("is", "are")
    for said in phrases(
        "barely audible | hardly audible | scarcely audible | not audible | inaudible | not loud enough"
    )
)
_FILMED = frozenset({"filmed", "shot", "recorded", "held", "holding"})


def slanted(tokens: Tokens) -> Draft | None:
    """``leans 4 degrees to the left``, ``is tilted to the right by 2 degrees``: the turn that sets it upright."""
    words = [token.word for token in tokens]
    numbers = {at: found for at in range(len(tokens)) if (found := number_at(tokens, at))}
    degrees = [value for value, _ in numbers.values()]
    others = {token.word for at, token in enumerate(tokens) if at not in numbers}
    if len(degrees) != 1 or not {"degrees", "degree"} & others or not others <= _SLANTED | {"left", "right"}:
        return None
    side = [way for word, way in (("left", 1), ("right", -1)) if word in words]
    return Draft("rotate", {"angle": side[0] * tidy(degrees[0])}, vague=True) if len(side) == 1 else None


_SLANTED = frozenset({"leans", "tilts", "slants", "is", "leaning", "tilted", "tilting", "slanted", "crooked", "rotated",
    "was", "were", "degrees", "degree", "to", "the", "by", "about", "around", "roughly"})  # fmt: skip


def shortcoming(tokens: list[Token]) -> list[Draft] | None:
    """``quite dark in places``, said of how a thing is: what nobody would say who likes it so."""
    words = [token.word for token in tokens]
    size = next((len(one) for one in _IN_PLACES if tuple(words[-len(one) :]) == one), 0)
    said = tokens[words[:1] == ["so"] : len(tokens) - size]
    if not said or said[-1].word not in _SHORTCOMINGS or (len(said) > 1 and split_amount(said)[1] != [said[-1]]):
        return None
    drafts = complement([*said[:-1], said[-1].corrected("less"), said[-1]])
    note = f"{said[-1].word!r} is read as a fault to be mended; say 'make it {said[-1].word}' to have it so"
    return [replace(draft, notes=(note,)) for draft in drafts] if drafts else None


_SHORTCOMINGS = frozenset({"dark", "dim", "gloomy", "flat", "soft", "quiet", "pale", "faded", "hazy"})
"""What is a fault where it is said of the video, and a wish where it is asked for."""
_IN_PLACES = phrases("in places | in some places | in parts | in some parts | here and there | at times | overall")


def measured(subject: Tokens, said: Tokens) -> Draft | None:
    """``the contrast`` that is ``a bit too high``: lower it."""
    named = property_in(subject)
    words = [token.word for token in said]
    if named is None or named[0] not in PROPERTIES or "too" not in words[:3] or words[-2:-1] != ["too"]:
        return None
    way = _EXTREMES.get(words[-1], 0)
    amount, rest = split_amount(said[:-2])
    op, sense = PROPERTIES[named[0]]
    draft = graded(op, way * sense, amount) if way and not (amount and rest) else None
    return draft.on(named[1]) if draft else None


_EXTREMES = {
    **dict.fromkeys(("high", "strong", "intense", "heavy", "harsh", "much"), -1),
    **dict.fromkeys(("low", "weak", "little"), 1),
}
"""What a property is too much of -> where it goes."""


def excess(tokens: Tokens) -> Draft | None:
    """``there is too much noise``, ``not enough contrast in the sky``."""
    words = tuple(token.word for token in tokens)
    lead = next((len(one) for one in _THERE_IS if words[: len(one)] == one), 0)
    for said, way in _EXCESS:
        if words[lead : lead + len(said)] != said:
            continue
        rest = tokens[lead + len(said) :]
        here = next((len(one) for one in _HERE if words[-len(one) :] == one), 0)
        named = property_in(rest[: len(rest) - here])
        if named is None or named[0] not in PROPERTIES:
            return None
        op, sense = PROPERTIES[named[0]]
        draft = graded(op, way * sense, None) if said not in _A_LOT or sense < 0 else None
        return draft.on(named[1]) if draft else None
    return None


_THERE_IS = phrases("there is | there are | it has | it is got | we have | i see | i hear | the video has")
_HERE = phrases("in here | here | in it | in there | in this")
_EXCESS = (
    (("way", "too", "much"), -1), (("far", "too", "much"), -1), (("too", "much"), -1), (("too", "many"), -1),
    (("not", "enough"), 1), (("too", "little"), 1), (("a", "lot", "of"), -1), (("lots", "of"), -1),
    (("so", "much"), -1),
)  # fmt: skip
_A_LOT = frozenset(said for said, _ in _EXCESS if said[0] not in ("way", "far", "too", "not"))
"""Of what is a fault wherever it is, that is too much."""
